/** Which of a class's parameters are given values other than their defaults, by the text of the files that use it. */

const NOT_A_USE = /^\s*(from\b.*\bimport\b|import\b|class\b|#)|isinstance\(|__all__/;

/** The parameters that calls of a class give: the first `positional`, and those named. */
export interface Uses {
  readonly positional: number;
  readonly keywords: ReadonlySet<string>;
}

/** Of a class that other code may give anything: it is handed on, inherited from or called with `*args`. */
const anything: Uses = { positional: Infinity, keywords: new Set() };

export const isGiven = (uses: Uses, index: number, name: string): boolean =>
  index < uses.positional || uses.keywords.has(name);

export const sameUses = (a: Uses | undefined, b: Uses | undefined): boolean =>
  a === b ||
  (b !== undefined &&
    a?.positional === b.positional &&
    a.keywords.size === b.keywords.size &&
    [...a.keywords].every((name) => b.keywords.has(name)));

/**
 * Looks for the class's name in its own file and in files that import from it. Calls tell what they give
 * (`Model(64, depth=2)`); any other mention may bring other values (`build(Model)`, `class Wide(Model)`).
 */
export function usesOf(
  name: string,
  own: string,
  files: readonly string[],
  text: (path: string) => string | undefined,
): Uses {
  const stem = own
    .replace(/\/__init__\.py$/, '')
    .replace(/^.*\//, '')
    .replace(/\.py$/, '');
  const word = new RegExp(`\\b${name}\\b(?!\\s*\\(\\s*\\))`, 'g');
  const imports = new RegExp(`import\\b.*\\b${stem}\\b|\\b${stem}\\b.*\\bimport\\b|from\\s+\\.\\s+import`);
  let positional = 0;
  const keywords = new Set<string>();
  for (const path of new Set(files)) {
    const content = text(path);
    if (!content?.includes(name)) continue;
    if (path !== own && (!content.includes(stem) || !imports.test(content))) continue;
    for (const { index } of withoutDocumentation(content).matchAll(word)) {
      const start = content.lastIndexOf('\n', index) + 1;
      const end = content.indexOf('\n', index);
      if (!mayBuild(name, content.slice(start, end < 0 ? undefined : end))) continue;
      const given = argumentsAfter(content, index + name.length);
      if (given === undefined) return anything;
      positional = Math.max(positional, given.positional);
      for (const keyword of given.keywords) keywords.add(keyword);
    }
  }
  return { positional, keywords };
}

/** The text with spaces for what is written over several lines in quotes: what a class's documentation says of it is no call. */
const withoutDocumentation = (content: string): string =>
  content.replace(token, (part) => (/^("{3}|'{3})/.test(part) ? ' '.repeat(part.length) : part));

/** Whether a line that mentions a class may build it, or hand it to what does. */
function mayBuild(name: string, line: string): boolean {
  const definition = new RegExp(`^\\s*class\\s+${name}\\b`).test(line);
  const inherits = /^\s*class\b/.test(line) && !definition;
  if (inherits) return true;
  // super(Model, self) names the class without building it.
  const names = new RegExp(`super\\(\\s*${name}\\b`).test(line);
  return !(definition || NOT_A_USE.test(line) || names || /^\s*['"]/.test(line));
}

/** A longer call is not looked through. */
const LONGEST_CALL = 4000;

/** The arguments of a call that begins here; undefined where there is none, or it gives more than can be seen. */
function argumentsAfter(content: string, at: number): Uses | undefined {
  const open = /^\s*\(/.exec(content.slice(at, at + 40));
  if (open === null) return undefined;
  let positional = 0;
  const keywords = new Set<string>();
  for (const argument of argumentTexts(content.slice(at + open[0].length, at + LONGEST_CALL)) ?? ['*']) {
    const keyword = /^\s*(\w+)\s*=(?!=)/.exec(argument)?.[1];
    if (keyword !== undefined) keywords.add(keyword);
    else if (argument.trimStart().startsWith('*')) return undefined;
    else if (argument.trim() !== '') positional++;
  }
  return { positional, keywords };
}

const token = /"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#.*|[()[\]{},]|[^"'#()[\]{},]+|["']/g;

/** The texts between the commas of a call, up to its closing bracket; undefined where that isn't found. */
function argumentTexts(text: string): readonly string[] | undefined {
  const found: string[] = [];
  let current = '';
  let depth = 0;
  for (const [part] of text.matchAll(token)) {
    if (part.startsWith('#')) continue;
    if (/^[)\]}]$/.test(part) && depth-- === 0) return [...found, current];
    if (/^[([{]$/.test(part)) depth++;
    if (part === ',' && depth === 0) {
      found.push(current);
      current = '';
    } else current += part;
  }
  return undefined;
}
