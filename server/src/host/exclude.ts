/** Which files of a workspace are left out: what is never the user's code, and the user's own patterns. */

/** Folders that hold other people's or generated code, wherever they lie. */
const neverOwn = new Set(['node_modules', '__pycache__', '__pypackages__', 'site-packages', 'venv', 'virtualenv']);

/** Folders that builds write, unless they are packages of the user. */
const builtFolders = new Set(['build', 'dist', '_build']);

/** Whether a folder of this name is left out whatever the user's patterns are. */
export const isLeftOutName = (name: string): boolean =>
  name.startsWith('.') || neverOwn.has(name) || name.endsWith('.egg-info');

/** Whether what lies in a folder tells that it is left out: a Python environment, or a build's output. */
export const isLeftOutFolder = (name: string, entries: readonly string[]): boolean =>
  entries.includes('pyvenv.cfg') ||
  entries.includes('conda-meta') ||
  (builtFolders.has(name) && !entries.includes('__init__.py'));

/** Whether a path, relative to the workspace and with '/', matches one of the patterns. */
export type Excludes = (relative: string) => boolean;

/**
 * Patterns as in .gitignore, without negation: one without '/' holds at any depth, others count from the workspace;
 * `*`, `?`, `**`, `[a-z]` and `{a,b}` are understood. What lies in a matching folder matches.
 */
export function excludes(patterns: readonly string[]): Excludes {
  const expressions = patterns.map(expressionOf).filter((expression) => expression !== undefined);
  return (relative) => expressions.some((expression) => expression.test(relative));
}

function expressionOf(pattern: string): RegExp | undefined {
  const bare = pattern
    .trim()
    .replace(/^\.\//, '')
    .replace(/\/(?:\*\*)?$/, '');
  if (bare === '') return undefined;
  const anywhere = !bare.includes('/');
  const source = translate(bare.replace(/^\//, ''));
  try {
    return new RegExp(`^${anywhere ? '(?:.*/)?' : ''}${source}(?:/.*)?$`, 's');
  } catch {
    return undefined;
  }
}

/** One glob as the source of a regular expression. */
function translate(glob: string): string {
  let depth = 0;
  return glob.replace(/\*\*\/|\*\*|\*|\?|\[!?[^\]/]*\]|[{},]|[.+^$()|\\[\]]/g, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.length > 1) return token.startsWith('[!') ? `[^${token.slice(2)}` : token;
    if (token === '{') return (depth++, '(?:');
    if (token === '}' && depth > 0) return (depth--, ')');
    if (token === ',') return depth > 0 ? '|' : ',';
    return `\\${token}`;
  });
}
