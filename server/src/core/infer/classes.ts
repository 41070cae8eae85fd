/** Classes of analysed source: their order of bases, their attributes, their instances. */
import type { AnnAssign } from '../python/tree';
import type { Evaluator } from './evaluator';
import type { ClassValue, FunctionValue, Value } from './value';

/** A class in a method resolution order: of source, a framework's by name, or one of which nothing is known. */
export type Base = ClassValue | string | undefined;

const asBase = (value: Value): Base =>
  value.kind === 'class' ? value : value.kind === 'external' ? value.path : undefined;

const orders = new WeakMap<ClassValue, readonly Base[]>();

/** The method resolution order (C3); where the bases contradict each other, depth first. */
export function resolutionOrder(cls: ClassValue): readonly Base[] {
  const known = orders.get(cls);
  if (known !== undefined) return known;
  orders.set(cls, [cls]);
  const bases = cls.bases.map(asBase);
  const lists = [
    ...bases.map((base) => (base !== undefined && typeof base !== 'string' ? [...resolutionOrder(base)] : [base])),
    [...bases],
  ];
  const order: Base[] = [cls];
  for (
    let rest = lists.filter((list) => list.length > 0);
    rest.length > 0;
    rest = rest.filter((list) => list.length > 0)
  ) {
    const next = rest.find((list) => rest.every((other) => !other.slice(1).includes(list[0])))?.[0] ?? rest[0]?.[0];
    order.push(next);
    for (const list of rest) if (list[0] === next) list.shift();
  }
  orders.set(cls, order);
  return order;
}

export const baseOrder = (cls: ClassValue | string): readonly Base[] =>
  typeof cls === 'string' ? [cls] : resolutionOrder(cls);

/** Whether the class is, or derives from, the framework class of this name. */
export const derivesFrom = (cls: ClassValue | string, name: string): boolean => baseOrder(cls).includes(name);

/** Whether some base is unknown, so that any attribute may exist. */
export const hasUnknownBase = (cls: ClassValue | string): boolean => baseOrder(cls).includes(undefined);

/** The first attribute of this name along the order, starting after `after` where given. */
export function classAttribute(
  ev: Evaluator,
  cls: ClassValue | string,
  name: string,
  after?: ClassValue,
): { readonly value: Value; readonly base: ClassValue } | { readonly external: string } | 'unknown' | undefined {
  const order = baseOrder(cls);
  const start =
    after === undefined
      ? 0
      : order.findIndex((base) => base !== undefined && typeof base !== 'string' && base.node === after.node) + 1;
  for (const base of order.slice(start)) {
    if (base === undefined) return 'unknown';
    if (typeof base === 'string') {
      if (base !== 'builtins.object' && base !== 'abc.ABC' && !base.startsWith('typing.')) return { external: base };
      continue;
    }
    const frame = ev.machine.frame(base.namespace);
    const value = frame?.vars.get(name);
    if (value !== undefined) return { value, base };
  }
  return undefined;
}

/** A method of analysed source. */
export function methodOf(ev: Evaluator, cls: ClassValue | string, name: string): FunctionValue | undefined {
  const found = classAttribute(ev, cls, name);
  return found !== undefined && found !== 'unknown' && 'value' in found && found.value.kind === 'function'
    ? found.value
    : undefined;
}

/** Marks the namespace of a dataclass; no Python name can be the same. */
export const DATACLASS = '<dataclass>';

/** Fields of a dataclass in order, bases first. */
export function dataclassFields(
  cls: ClassValue,
): readonly { readonly name: string; readonly node: AnnAssign; readonly owner: ClassValue }[] {
  const fields = new Map<string, { readonly name: string; readonly node: AnnAssign; readonly owner: ClassValue }>();
  for (const base of [...resolutionOrder(cls)].reverse()) {
    if (base === undefined || typeof base === 'string') continue;
    for (const node of base.node.body)
      if (node.kind === 'annassign' && node.target.kind === 'name')
        fields.set(node.target.name, { name: node.target.name, node, owner: base });
  }
  return [...fields.values()];
}
