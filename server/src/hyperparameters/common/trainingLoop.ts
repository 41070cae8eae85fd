/** What a loop does in its own text: which methods it calls as statements, where, and what it may call besides. */
import type { Scene } from '../../core/infer/scene';
import type * as tree from '../../core/python/tree';

/** `optimizer.step()` as a statement. */
export interface MethodCall {
  readonly method: string;
  readonly receiver: tree.Expr;
  readonly call: tree.Call;
  readonly stmt: tree.Stmt;
  /** Whether a test or an exception decides if it is reached. */
  readonly conditional: boolean;
  /** Loops around it inside of the one that is looked at. */
  readonly depth: number;
}

/** Calls of methods that stand as statements in a block, in order. Functions that are defined inside are left out. */
export function methodCalls(body: readonly tree.Stmt[], conditional = false, depth = 0): MethodCall[] {
  const found: MethodCall[] = [];
  const more = (inner: readonly tree.Stmt[], under: boolean, deeper: number): void => {
    found.push(...methodCalls(inner, under, deeper));
  };
  for (const stmt of body)
    switch (stmt.kind) {
      case 'expr': {
        const call = stmt.value;
        if (call.kind === 'call' && call.callee.kind === 'attribute')
          found.push({ method: call.callee.name, receiver: call.callee.object, call, stmt, conditional, depth });
        break;
      }
      case 'if':
        more(stmt.then, true, depth);
        more(stmt.otherwise, true, depth);
        // What follows a `continue` or `break` under a test is under a test too.
        conditional ||= leaves(stmt.then) || leaves(stmt.otherwise);
        break;
      case 'for':
      case 'while':
        more(stmt.body, conditional, depth + 1);
        break;
      case 'with':
        more(stmt.body, conditional, depth);
        break;
      case 'try':
        more(stmt.body, conditional || stmt.handlers.length > 0, depth);
        for (const handler of stmt.handlers) more(handler.body, true, depth);
        more(stmt.otherwise, true, depth);
        more(stmt.finally, conditional, depth);
        break;
      case 'match':
        for (const { body: inner } of stmt.cases) more(inner, true, depth);
        break;
      default:
        break;
    }
  return found;
}

const leaves = (body: readonly tree.Stmt[]): boolean =>
  body.some(
    (stmt) =>
      stmt.kind === 'continue' ||
      stmt.kind === 'break' ||
      stmt.kind === 'return' ||
      (stmt.kind === 'if' && (leaves(stmt.then) || leaves(stmt.otherwise))),
  );

/** How deep functions that call functions are followed. */
const MAX_DEPTH = 3;

/** Whether code that a text calls has `wanted` in it, as far as it is known. */
export function callsCodeWith(scene: Scene, text: string, wanted: RegExp, depth = 0): boolean {
  if (depth > MAX_DEPTH) return true;
  const paths = new Set([...text.matchAll(/([A-Za-z_]\w*(?:\.\w+)*)\s*\(/g)].map(([, path = '']) => path));
  for (const path of paths)
    for (const owner of prefixes(path)) {
      const value = scene.named(owner);
      const source = value && scene.sourceOf(value);
      if (source === undefined || source === text) continue;
      if (wanted.test(source) || callsCodeWith(scene, source, wanted, depth + 1)) return true;
    }
  return false;
}

/** `a.b.c`: `a`, `a.b` and `a.b.c`. */
const prefixes = (path: string): string[] => {
  const parts = path.split('.');
  return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
};

export const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
