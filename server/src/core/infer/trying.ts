/** What can't fail inside a `try`: then the handlers are not a path. */
import type * as tree from '../python/tree';
import type { Evaluator } from './evaluator';
import type { Flow } from './statements';
import type { Value } from './value';

/** Whether all that a `try` does is to build a framework's layer, and it was built of what is known. */
export function surelyBuilds(ev: Evaluator, body: readonly tree.Stmt[], flows: readonly Flow[]): boolean {
  const [stmt, ...more] = body;
  const [flow, ...others] = flows;
  if (stmt === undefined || flow === undefined || more.length > 0 || others.length > 0) return false;
  const call = callOf(stmt);
  if (call?.args.every((argument) => isPlain(argument.value)) !== true) return false;
  ev.machine.restore(flow.state);
  const value = flow.exit.kind === 'return' ? flow.exit.value : assignedBy(ev, stmt);
  const made = value?.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  return (
    made?.kind === 'instance' &&
    typeof made.cls === 'string' &&
    made.built?.place === call &&
    made.attrs.size > 0 &&
    [...made.attrs.values()].every(({ kind }) => kind !== 'unknown' && kind !== 'latent')
  );
}

function callOf(stmt: tree.Stmt): tree.Call | undefined {
  const value = stmt.kind === 'return' || stmt.kind === 'assign' ? stmt.value : undefined;
  return value?.kind === 'call' && value.callee.kind !== 'call' ? value : undefined;
}

function assignedBy(ev: Evaluator, stmt: tree.Stmt): Value | undefined {
  const target = stmt.kind === 'assign' && stmt.targets.length === 1 ? stmt.targets[0] : undefined;
  return target?.kind === 'name' ? ev.machine.frame(ev.activation.frame)?.vars.get(target.name) : undefined;
}

const PLAIN = new Set<tree.Expr['kind']>(['name', 'int', 'float', 'str', 'bool', 'none']);
/** What is read without a call or an index. */
const isPlain = (expr: tree.Expr): boolean => PLAIN.has(expr.kind);
