/** Names that a file imports, and edits that import more. */
import type { Edit } from '../core/finding';
import type { PythonFile, Stmt } from '../core/python/tree';

/** How a file can name torch.Tensor; where it can't yet, the name that `importEdits` makes. */
export function tensorName(file: PythonFile): string {
  for (const stmt of file.body) {
    if (stmt.kind === 'importfrom' && stmt.module === 'torch' && stmt.level === 0)
      for (const { name, alias } of stmt.names) if (name === 'Tensor') return alias ?? name;
  }
  for (const stmt of file.body)
    if (stmt.kind === 'import')
      for (const { path, alias } of stmt.names) if (path === 'torch') return `${alias ?? 'torch'}.Tensor`;
  return 'Tensor';
}

/** Imports of names that are missing, after the imports at the top of the file. */
export function importEdits(
  file: PythonFile,
  text: string,
  needs: readonly (readonly [module: string, name: string])[],
): readonly Edit[] {
  const all = tensorName(file) === 'Tensor' ? [...needs, ['torch', 'Tensor'] as const] : needs;
  const missing = new Map<string, Set<string>>();
  for (const [module, name] of all)
    if (!imports(file, module, name)) missing.set(module, (missing.get(module) ?? new Set()).add(name));
  if (missing.size === 0) return [];
  const lines = [...missing]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([module, names]) => `from ${module} import ${[...names].sort().join(', ')}\n`);
  const after = lastImport(file.body);
  const offset = after === undefined ? 0 : lineAfter(text, after.at.base + after.end);
  const onNewLine = offset > 0 && text[offset - 1] !== '\n' ? '\n' : '';
  // An anchor of its own: the text counts from the start of the file.
  const place = { at: { file: file.path, base: 0 }, start: offset, end: offset };
  return [{ place, newText: onNewLine + lines.join('') }];
}

const imports = (file: PythonFile, module: string, name: string): boolean =>
  file.body.some(
    (stmt) =>
      stmt.kind === 'importfrom' &&
      stmt.level === 0 &&
      stmt.module === module &&
      stmt.names.some((each) => each.name === name && (each.alias ?? name) === name),
  );

/** The last import above the first other statement; a docstring stands above all. */
function lastImport(body: readonly Stmt[]): Stmt | undefined {
  let last: Stmt | undefined;
  for (const [i, stmt] of body.entries()) {
    const docstring = i === 0 && stmt.kind === 'expr' && stmt.value.kind === 'str';
    if (!docstring && stmt.kind !== 'import' && stmt.kind !== 'importfrom') break;
    last = stmt;
  }
  return last;
}

function lineAfter(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}
