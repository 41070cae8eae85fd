/** Import statements. */
import type * as tree from '../python/tree';
import { setName } from './assignment';
import { externalConstant } from './builtins/constants';
import type { Evaluator } from './evaluator';
import { unknown } from './value';

export function importNames(ev: Evaluator, stmt: tree.Import): void {
  for (const { path, alias } of stmt.names) {
    const [root = path] = path.split('.');
    const bound = alias === undefined ? root : path;
    setName(
      ev,
      alias ?? root,
      ev.program.importModule(ev.activation.module, bound, 0) ??
        unknown(`the source of package ${root} is not found`, stmt),
    );
  }
}

export function importFrom(ev: Evaluator, stmt: tree.ImportFrom): void {
  const { module } = ev.activation;
  for (const { name, alias } of stmt.names) {
    if (name === '*') {
      for (const [exported, value] of ev.program.starExports(module, stmt.module, stmt.level))
        setName(ev, exported, value);
      continue;
    }
    const found = ev.program.importName(module, stmt.module, stmt.level, name);
    const value = found?.kind === 'external' ? (externalConstant(stmt.module, name) ?? found) : found;
    setName(ev, alias ?? name, value ?? unknown(`the source of ${stmt.module || '.'}.${name} is not found`, stmt));
  }
}
