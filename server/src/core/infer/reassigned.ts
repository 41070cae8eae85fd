/**
 * Attributes that a class's own methods may have changed since it was built.
 *
 * A class by itself is looked at right after `__init__`, but its methods may have been called in
 * between: what they assign or fill is not known to be as `__init__` left it.
 */
import type * as tree from '../python/tree';
import { resolutionOrder } from './classes';
import type { Evaluator } from './evaluator';
import { loseContent } from './calls';
import { unknown, type ClassValue, type Value } from './value';

/**
 * Makes what methods other than the constructor's change unknown.
 *
 * @param asBuilt leaves modules and flags as the constructor made them: for shapes of the object as it was built
 */
export function forgetReassigned(ev: Evaluator, self: Value, cls: ClassValue, asBuilt: boolean): void {
  const own = self.kind === 'ref' ? ev.machine.write(self.id) : undefined;
  if (own?.kind !== 'instance') return;
  const { assigned, filled } = changedBy(cls);
  for (const name of assigned) {
    const value = own.attrs.get(name);
    const made = value?.kind === 'ref' ? ev.machine.read(value.id) : undefined;
    if (value !== undefined && !(asBuilt && (made?.kind === 'instance' || value.kind === 'bool')))
      own.attrs.set(name, unknown(`${name}, which another method assigns`));
  }
  for (const name of filled) {
    const value = own.attrs.get(name);
    if (value !== undefined) loseContent(ev, value);
  }
}

interface Changes {
  readonly assigned: ReadonlySet<string>;
  /** Lists and dicts that are changed in place. */
  readonly filled: ReadonlySet<string>;
}

/** A text without any of these changes no attribute: `.x =`, `.x[0] +=`, `.x, y =`, `del self.x`, `for self.x in`, `.append(`. */
const MAY_CHANGE =
  /\.\w+(?:\[[^\n]*\])?\s*(?::[^=\n]*)?(?:[-+*/%@&|^]|\/\/|\*\*|<<|>>)?=(?!=)|\.\w+\s*,[^\n]*[^=!<>]=(?!=)|\b(?:for|del)\s+\(?\w+\.|\.(?:append|extend|insert|update|add|setdefault|pop|clear|remove|popitem)\(/;

const known = new WeakMap<tree.ClassDef, Changes>();

function changedBy(cls: ClassValue): Changes {
  const assigned = new Set<string>();
  const filled = new Set<string>();
  for (const base of resolutionOrder(cls)) {
    if (base === undefined || typeof base === 'string') continue;
    let changes = known.get(base.node);
    if (changes === undefined) known.set(base.node, (changes = changesIn(base.node)));
    for (const name of changes.assigned) assigned.add(name);
    for (const name of changes.filled) filled.add(name);
  }
  return { assigned, filled };
}

function changesIn(cls: tree.ClassDef): Changes {
  const methods = new Map(
    cls.body.filter((stmt) => stmt.kind === 'function').map((method) => [method.name, method] as const),
  );
  const ofConstructor = reachedFrom('__init__', methods);
  const assigned = new Set<string>();
  const filled = new Set<string>();
  for (const [name, method] of methods)
    if (!ofConstructor.has(name) && MAY_CHANGE.test(method.text))
      visitMethod(method, { assigned, filled, called: new Set() });
  return { assigned, filled };
}

/** The constructor and the methods that it calls, directly or not: they have run. */
function reachedFrom(start: string, methods: ReadonlyMap<string, tree.FunctionDef>): ReadonlySet<string> {
  const reached = new Set<string>();
  const pending = [start];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const method = methods.get(name);
    if (method === undefined || reached.has(name)) continue;
    reached.add(name);
    const called = new Set<string>();
    visitMethod(method, { assigned: new Set(), filled: new Set(), called });
    pending.push(...called);
  }
  return reached;
}

interface Seen {
  readonly assigned: Set<string>;
  readonly filled: Set<string>;
  readonly called: Set<string>;
}

const FILLING = new Set('append extend insert update add setdefault pop clear remove popitem'.split(' '));

function visitMethod(method: tree.FunctionDef, seen: Seen): void {
  const self = method.params[0]?.name;
  if (self === undefined) return;
  const attributeOf = (expr: tree.Expr): string | undefined =>
    expr.kind === 'attribute' && expr.object.kind === 'name' && expr.object.name === self ? expr.name : undefined;
  /** `self.x[0]["y"]` belongs to x. */
  const rootOf = (expr: tree.Expr): string | undefined =>
    expr.kind === 'subscript' ? rootOf(expr.object) : attributeOf(expr);
  const target = (expr: tree.Expr): void => {
    const name = attributeOf(expr);
    if (name !== undefined) seen.assigned.add(name);
    else if (expr.kind === 'tuple' || expr.kind === 'list') expr.items.forEach(target);
    else if (expr.kind === 'starred') target(expr.value);
    else if (expr.kind === 'subscript') {
      const root = rootOf(expr);
      if (root !== undefined) seen.filled.add(root);
    }
  };
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    if (typeof node !== 'object' || node === null || !('kind' in node)) {
      if (typeof node === 'object' && node !== null && !('base' in node)) Object.values(node).forEach(visit);
      return;
    }
    const stmt = node as tree.Stmt | tree.Expr;
    if (stmt.kind === 'assign' || stmt.kind === 'delete') stmt.targets.forEach(target);
    else if (stmt.kind === 'augassign' || stmt.kind === 'annassign' || stmt.kind === 'for') target(stmt.target);
    else if (stmt.kind === 'call' && stmt.callee.kind === 'attribute') {
      const called = attributeOf(stmt.callee);
      if (called !== undefined) seen.called.add(called);
      const root = rootOf(stmt.callee.object);
      if (root !== undefined && FILLING.has(stmt.callee.name)) seen.filled.add(root);
    }
    for (const [key, value] of Object.entries(node)) if (key !== 'at') visit(value);
  };
  visit(method.body);
}
