/** Whether a class is used with other values than its defaults. */

const NOT_A_USE = /^\s*(from\b.*\bimport\b|import\b|class\b|#)|isinstance\(|__all__/;

/**
 * Looks for the class's name in its own file and in files that import from it: anything but a call
 * without arguments may bring other values (`Model(64)`, `build(Model)`, `class Wide(Model)`).
 */
export function usedOtherwise(
  name: string,
  own: string,
  files: readonly string[],
  text: (path: string) => string | undefined,
): boolean {
  const stem = own
    .replace(/\/__init__\.py$/, '')
    .replace(/^.*\//, '')
    .replace(/\.py$/, '');
  const word = new RegExp(`\\b${name}\\b(?!\\s*\\(\\s*\\))`);
  const imports = new RegExp(`import\\b.*\\b${stem}\\b|\\b${stem}\\b.*\\bimport\\b|from\\s+\\.\\s+import`);
  for (const path of new Set(files)) {
    const content = text(path);
    if (!content?.includes(name)) continue;
    if (path !== own && (!content.includes(stem) || !imports.test(content))) continue;
    for (const line of content.split('\n')) {
      if (!line.includes(name) || !word.test(line)) continue;
      const definition = new RegExp(`^\\s*class\\s+${name}\\b`).test(line);
      const inherits = /^\s*class\b/.test(line) && !definition;
      // super(Model, self) names the class without building it.
      if (
        inherits ||
        !(
          definition ||
          NOT_A_USE.test(line) ||
          new RegExp(`super\\(\\s*${name}\\b`).test(line) ||
          /^\s*['"]/.test(line)
        )
      )
        return true;
    }
  }
  return false;
}
