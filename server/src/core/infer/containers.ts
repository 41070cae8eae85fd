/** Items, subscripts and unpacking of sequences, mappings and module containers. */
import type * as tree from '../python/tree';
import { constantOf, num, sym, symbolsOf, type Dim } from '../shape/dim';
import { dimsOf, type Shape } from '../shape/shape';
import { callMethodIfAny, callOperator, callValue } from './calls';
import { dataclassFields, derivesFrom } from './classes';
import { batchOf, itemOfData } from './builtins/data';
import { enumMember } from './construct';
import type { Evaluator } from './evaluator';
import { dictKey } from './plain';
import type { HeapObject, Instance } from './heap';
import { settle } from './latent';
import { Leave } from './machine';
import { mismatch } from './operator';
import { isCountRange, partsAs, type CountRange } from './parts';
import { int, str, tensor, tuple, unknown, type ClassValue, type Value } from './value';
import { sameValue, withoutTraits } from './same';

/** Items that a tensor is taken apart into at most. */
const MAX_ROWS = 256;

/** The items that iterating gives, where their number is known. */
export function itemsOf(ev: Evaluator, written: Value): readonly Value[] | undefined {
  const value = settle(ev, written);
  switch (value.kind) {
    case 'tuple':
      return value.items;
    case 'shape':
      return dimsOf(ev.machine.facts.shape(value.shape))?.map(int);
    case 'str':
      return value.value === undefined ? undefined : Array.from(value.value, (character) => str(character));
    case 'ref': {
      const object = ev.machine.read(value.id);
      if (object?.kind === 'list') return object.items;
      if (object?.kind === 'dict')
        return object.open ? undefined : [...object.entries.values()].map((entry) => entry.key);
      if (object?.kind === 'instance') return isNamedTuple(object) ? namedItems(object) : containerItems(ev, object);
      return undefined;
    }
    default:
      return undefined;
  }
}

const isNamedTuple = (object: Instance): object is Instance & { readonly cls: ClassValue } =>
  typeof object.cls !== 'string' && derivesFrom(object.cls, 'typing.NamedTuple');

/** The fields of an instance of a `class P(NamedTuple)` in order. */
function namedItems(object: Instance & { readonly cls: ClassValue }): readonly Value[] | undefined {
  if (object.open) return undefined;
  return dataclassFields(object.cls).map(
    ({ name, node }) => object.attrs.get(name) ?? unknown(`${name} is not set`, node),
  );
}

/** What each item is like where their number isn't known. */
export function elementOf(ev: Evaluator, written: Value, node: tree.Expr): Value {
  const value = settle(ev, written);
  if (value.kind === 'ref') {
    const object = ev.machine.read(value.id);
    if (object?.kind === 'list' && object.items === undefined) return object.element;
    if (object?.kind === 'instance') return batchOf(ev, object, node) ?? unknown('an item of this object', node);
  }
  if (value.kind === 'tensor') return row(ev, value, node);
  return value.kind === 'unknown' ? value : unknown('an item of an unknown number of them', node);
}

const row = (ev: Evaluator, value: Value, node: tree.Expr): Value =>
  callOperator(ev, 'torch.select', [value, int(num(0)), int(num(0))], node);

/** The items of a set display or of `set(...)`; undefined where some may be equal or not. */
export function distinct(ev: Evaluator, items: readonly Value[]): Value[] | undefined {
  const byKey = new Map<string, Value>();
  for (const item of items) {
    const key = dictKey(settle(ev, item));
    if (key === undefined) return undefined;
    if (!byKey.has(key)) byKey.set(key, item);
  }
  return [...byKey.values()];
}

/** Items of a tensor along its first dim, of a container, or of a sequence: what `for` walks over. */
export function iterate(ev: Evaluator, written: Value): readonly Value[] | undefined {
  const value = settle(ev, written);
  if (value.kind !== 'tensor') return itemsOf(ev, value);
  const dims = dimsOf(ev.machine.facts.shape(value.shape));
  const count = dims?.[0] && constantOf(dims[0]);
  if (dims === undefined || count === undefined || count > MAX_ROWS) return undefined;
  const { numbers, device } = value;
  return Array.from({ length: count }, (_, i) =>
    tensor({ lead: dims.slice(1), tail: [] }, value.dtype, { device, numbers: numbers?.slice(i, i + 1) }),
  );
}

/** Children of nn.Sequential, ModuleList, ModuleDict and their parameter twins, in order. */
export function containerItems(ev: Evaluator, object: Instance): readonly Value[] | undefined {
  const children = object.attrs.get(CHILDREN);
  if (children === undefined || object.open) return undefined;
  const inner = children.kind === 'ref' ? ev.machine.read(children.id) : undefined;
  if (inner?.kind === 'dict')
    return inner.open
      ? undefined
      : [...inner.entries.values()].map((entry) => (object.attrs.has(KEYED) ? entry.key : entry.value));
  return inner?.kind === 'list' ? inner.items : undefined;
}

/** Attribute that holds a container's children; no Python name can be the same. */
export const CHILDREN = '<children>';
/** Marks containers whose iteration gives keys (ModuleDict). */
export const KEYED = '<keyed>';

/** Reports a Python exception that is certain, unless somebody expects it. */
export function certainError(ev: Evaluator, id: string, message: string, node: tree.Expr): Value {
  ev.report.mismatch(ev, mismatch(id, message), node);
  return unknown(message, node);
}

export function subscript(ev: Evaluator, writtenObject: Value, writtenIndex: Value, node: tree.Subscript): Value {
  const object = settle(ev, writtenObject);
  const index = settle(ev, writtenIndex);
  switch (object.kind) {
    case 'tensor':
      return callOperator(ev, 'torch.Tensor.__getitem__', [object, index], node);
    case 'latent': {
      if (object.hint !== 'tensor' || !isTensorIndex(index)) return unknown(`what ${object.name} is`, node);
      const asTensor = ev.asTensor(object);
      return asTensor === undefined
        ? unknown(`what ${object.name} is`, node)
        : callOperator(ev, 'torch.Tensor.__getitem__', [asTensor, index], node);
    }
    case 'shape':
      return shapeItem(ev, object.shape, index, node);
    case 'tuple':
    case 'str':
      return sequenceItem(ev, object, index, node);
    case 'class':
      if (derivesFrom(object, 'enum.Enum'))
        return (
          enumMember(ev, object, (member) => member.attrs.get('name'), index) ?? unknown('a member of an enum', node)
        );
      return object;
    case 'external':
      // Generic[T], list[int]
      return object;
    case 'ref': {
      const target = ev.machine.read(object.id);
      return target === undefined
        ? unknown('an object that is gone', node)
        : objectItem(ev, object, target, index, node);
    }
    default:
      return object.kind === 'unknown' ? object : unknown('a subscript of this value', node);
  }
}

/** `x[:, 0]`, `x[..., None]`: what only tensors (and arrays) take; lists, too, take a slice alone. */
const isTensorIndex = (index: Value): boolean =>
  index.kind === 'ellipsis' ||
  (index.kind === 'tuple' && index.items.some((item) => item.kind === 'slice' || item.kind === 'ellipsis'));

function objectItem(ev: Evaluator, object: Value, target: HeapObject, index: Value, node: tree.Subscript): Value {
  if (target.kind === 'list') {
    if (target.items === undefined) return index.kind === 'slice' ? object : target.element;
    return sequenceItem(ev, object, index, node);
  }
  if (target.kind === 'dict') {
    const key = dictKey(index);
    const entry = key === undefined ? undefined : target.entries.get(key);
    if (entry !== undefined) return entry.value;
    if (key === undefined && !target.open)
      return (
        common([...target.entries.values()].map((e) => e.value)) ?? unknown('an entry whose key is not known', node)
      );
    if (key !== undefined && !target.open && target.missing !== undefined && object.kind === 'ref')
      return missingEntry(ev, object.id, target.missing, index, node);
    return unknown('an entry that is not known', node);
  }
  if (target.kind !== 'instance') return unknown('a subscript of this value', node);
  if (isNamedTuple(target)) return sequenceItem(ev, object, index, node);
  const own = callMethodIfAny(ev, object, '__getitem__', [index], node);
  if (own !== undefined) return own;
  const children = target.attrs.get(CHILDREN);
  if (children !== undefined) {
    const inner = children.kind === 'ref' ? ev.machine.read(children.id) : undefined;
    if (inner?.kind === 'dict' && target.attrs.has(KEYED)) return objectItem(ev, children, inner, index, node);
    const items = containerItems(ev, target);
    if (items === undefined) return unknown('a container of unknown content', node);
    if (index.kind !== 'slice') return sequenceItem(ev, tuple(items), index, node);
    const part = sequenceItem(ev, tuple(items), index, node);
    if (part.kind !== 'tuple') return unknown('a slice of a container', node);
    if (typeof target.cls !== 'string') return unknown('a slice of a container', node);
    return ev.machine.newInstance(target.cls, [
      [CHILDREN, ev.machine.newList([...part.items])],
      ...[...target.attrs].filter(([name]) => name !== CHILDREN),
    ]);
  }
  return itemOfData(ev, target, node) ?? unknown('a subscript of this object', node);
}

/** The entry that a defaultdict makes when it is asked for. */
function missingEntry(ev: Evaluator, id: number, missing: Value, index: Value, node: tree.Subscript): Value {
  const value = callValue(ev, missing, { positional: [], keywords: new Map() }, node);
  const own = ev.machine.write(id);
  const key = dictKey(index);
  if (own?.kind === 'dict' && key !== undefined) own.entries.set(key, { key: index, value });
  return value;
}

/** The value that all have in common. */
export function common(values: readonly Value[]): Value | undefined {
  const first = values[0];
  return first !== undefined && values.every((value) => sameValue(first, value)) ? withoutTraits(first) : undefined;
}

function sequenceItem(ev: Evaluator, object: Value, index: Value, node: tree.Subscript): Value {
  const items = itemsOf(ev, object);
  if (items === undefined) return unknown('an item of an unknown sequence', node);
  if (index.kind === 'slice') {
    const range = sliceRange(ev, index, items.length);
    if (range === undefined) return unknown('a slice with unknown bounds', node);
    const part = range.map((i) => items[i] as Value);
    if (object.kind === 'str') return str(part.map((item) => (item.kind === 'str' ? item.value : '')).join(''));
    return object.kind === 'ref' ? ev.machine.newList(part) : tuple(part);
  }
  if (index.kind === 'bool' && index.value !== undefined) return items[Number(index.value)] ?? unknown('an item', node);
  if (index.kind !== 'int') return common(items) ?? unknown('an item whose index is not known', node);
  const position = constantOf(ev.machine.facts.dim(index.dim));
  if (position === undefined) return common(items) ?? unknown('an item whose index is not known', node);
  const item = items[position < 0 ? position + items.length : position];
  if (item !== undefined) return item;
  // What is empty here may be filled by other methods.
  if (items.length === 0) return unknown('an item of an empty sequence', node);
  const kind = object.kind === 'tuple' ? 'tuple' : object.kind === 'str' ? 'string' : 'list';
  return certainError(ev, 'index-out-of-range', `${kind} index out of range`, node);
}

/** The positions that an index or a slice picks of `length` items; undefined where that isn't known. */
export function itemPosition(ev: Evaluator, index: Value, length: number | undefined): readonly number[] | undefined {
  if (length === undefined) return undefined;
  if (index.kind === 'slice') return sliceRange(ev, index, length);
  const position = index.kind === 'int' ? constantOf(ev.machine.facts.dim(index.dim)) : undefined;
  if (position === undefined) return undefined;
  const from = position < 0 ? position + length : position;
  return from >= 0 && from < length ? [from] : undefined;
}

/** Positions that a slice of a sequence of `length` picks; undefined where a bound isn't known. */
function sliceRange(ev: Evaluator, index: Value & { kind: 'slice' }, length: number): number[] | undefined {
  const bound = (value: Value): number | null | undefined => {
    const settled = settle(ev, value);
    if (settled.kind === 'none') return null;
    return settled.kind === 'int' ? constantOf(ev.machine.facts.dim(settled.dim)) : undefined;
  };
  const [lower, upper, stepValue] = [bound(index.lower), bound(index.upper), bound(index.step)];
  if (lower === undefined || upper === undefined || stepValue === undefined || stepValue === 0) return undefined;
  const step = stepValue ?? 1;
  const clamp = (n: number, low: number, high: number): number => Math.min(Math.max(n < 0 ? n + length : n, low), high);
  const positions: number[] = [];
  if (step > 0) {
    const end = clamp(upper ?? length, 0, length);
    for (let i = clamp(lower ?? 0, 0, length); i < end; i += step) positions.push(i);
  } else {
    const end = upper === null ? -1 : clamp(upper, -1, length - 1);
    for (let i = clamp(lower ?? length - 1, -1, length - 1); i > end; i += step) positions.push(i);
  }
  return positions;
}

/** The shape with its first `lead` and last `tail` dims named, where its rank allows or is open. */
export function exposed(ev: Evaluator, written: Shape, lead: number, tail: number): Shape | undefined {
  const { machine } = ev;
  const shape = machine.facts.shape(written);
  if (shape.rest === undefined) return shape.lead.length >= Math.max(lead, tail) ? shape : undefined;
  if (shape.lead.length >= lead && shape.tail.length >= tail) return shape;
  if (machine.facts.ranks(shape) !== undefined) {
    ev.solve.dims(tensor(shape, undefined));
    return exposed(ev, shape, lead, tail);
  }
  // Dims named from one side are there whatever the other side is.
  const learned = machine.facts.requireMinRank(shape, Math.max(lead, tail), {
    text: 'its size is read here',
    place: machine.place,
  });
  if (learned.verdict === 'refuted') return undefined;
  if (learned.verdict === 'learned') machine.facts = learned.facts;
  const known = machine.facts.shape(shape);
  const result = machine.facts.expose(known, Math.min(lead, Math.max(lead, known.lead.length)), 0);
  if (lead > 0 && tail === 0) {
    machine.facts = result.facts;
    return result.shape;
  }
  if (lead === 0) {
    const fromEnd = machine.facts.expose(known, 0, tail);
    machine.facts = fromEnd.facts;
    return fromEnd.shape;
  }
  return undefined;
}

function shapeItem(ev: Evaluator, shape: Shape, index: Value, node: tree.Subscript): Value {
  const facts = ev.machine.facts;
  if (index.kind === 'slice') {
    const dims = dimsOf(facts.shape(shape));
    if (dims !== undefined) {
      const range = sliceRange(ev, index, dims.length);
      return range === undefined
        ? unknown('a slice with unknown bounds', node)
        : { kind: 'shape', shape: { lead: range.map((i) => dims[i] as Dim), tail: [] } };
    }
    return openShapeSlice(ev, shape, index) ?? unknown('a slice of a shape of unknown rank', node);
  }
  const position = index.kind === 'int' ? constantOf(facts.dim(index.dim)) : undefined;
  if (position === undefined) return unknown('a size whose dim is not known', node);
  const item = sizeAt(ev, shape, position);
  if (item !== undefined) return int(item);
  const rank = dimsOf(facts.shape(shape))?.length;
  return rank === undefined
    ? unknown('a size of a shape of unknown rank', node)
    : certainError(ev, 'index-out-of-range', 'tuple index out of range', node);
}

/** The size of one dim, counted from the end when negative; undefined where the shape has no such dim. */
export function sizeAt(ev: Evaluator, shape: Shape, position: number): Dim | undefined {
  const found = position >= 0 ? exposed(ev, shape, position + 1, 0) : exposed(ev, shape, 0, -position);
  if (found === undefined) return undefined;
  if (found.rest === undefined) return found.lead[position >= 0 ? position : found.lead.length + position];
  return position >= 0 ? found.lead[position] : found.tail[found.tail.length + position];
}

/** `x.shape[2:]`, `x.shape[:-2]` of a shape whose rank is open. */
function openShapeSlice(ev: Evaluator, written: Shape, index: Value & { kind: 'slice' }): Value | undefined {
  const number = (value: Value): number | null | undefined =>
    value.kind === 'none' ? null : value.kind === 'int' ? constantOf(ev.machine.facts.dim(value.dim)) : undefined;
  const [lower, upper] = [number(index.lower), number(index.upper)];
  if (lower === undefined || upper === undefined || index.step.kind !== 'none') return undefined;
  const from = lower ?? 0;
  const shape = exposed(ev, written, Math.max(from, upper ?? 0, 0), Math.max(-from, -(upper ?? 0), 0));
  if (shape === undefined) return undefined;
  if (shape.rest === undefined) {
    const dims = shape.lead.slice(from, upper ?? undefined);
    return { kind: 'shape', shape: { lead: dims, tail: [] } };
  }
  const { lead, rest, tail } = shape;
  const sizes = (dims: readonly Dim[]): Value => ({ kind: 'shape', shape: { lead: dims, tail: [] } });
  // A dim named from both ends may be one and the same: which it is, the number of dims decides.
  if (upper !== null && upper >= 0) return from < 0 || upper > lead.length ? undefined : sizes(lead.slice(from, upper));
  const before = upper === null ? 0 : -upper;
  if (from < 0) return -from > tail.length ? undefined : sizes(tail.slice(tail.length + from, tail.length - before));
  if (from > lead.length || before > tail.length) return undefined;
  return { kind: 'shape', shape: { lead: lead.slice(from), rest, tail: tail.slice(0, tail.length - before) } };
}

/** Takes a value apart into `n` (`a, b, c = value`); a wrong number of items is a certain ValueError. */
export function unpack(
  ev: Evaluator,
  written: Value,
  n: number,
  names: readonly string[],
  node: tree.Expr,
): readonly Value[] | undefined {
  const value = settle(ev, written);
  const count = (actual: number): readonly Value[] | undefined => {
    const message =
      actual < n
        ? `not enough values to unpack (expected ${n}, got ${actual})`
        : `too many values to unpack (expected ${n})`;
    certainError(ev, 'unpack-count-mismatch', message, node);
    return undefined;
  };
  const between = ({ low, high }: CountRange): readonly Value[] | undefined => {
    if ((low === high && low !== n) || low > n) return count(low);
    if (high < n) {
      const message = `not enough values to unpack (expected ${n}, got at most ${high})`;
      certainError(ev, 'unpack-count-mismatch', message, node);
    }
    return undefined;
  };
  if (value.kind === 'shape') return unpackShape(ev, value.shape, n, names, node, count);
  if (value.kind === 'parts') {
    const parts = partsAs(ev, value, n);
    return isCountRange(parts) ? between(parts) : parts;
  }
  if (value.kind === 'tensor') {
    const first = firstSize(ev, value);
    if (first === undefined) return undefined;
    const known = constantOf(ev.machine.facts.dim(first));
    if (known !== undefined && known !== n) return count(known);
    const range = ev.machine.facts.range(first);
    if (known === undefined && !ev.solve.same(first, num(n), `it is unpacked into ${n}`)) return between(range);
    return Array.from({ length: n }, () => row(ev, value, node));
  }
  const items = itemsOf(ev, value);
  if (items === undefined) return undefined;
  return items.length === n ? items : count(items.length);
}

function firstSize(ev: Evaluator, value: Value & { kind: 'tensor' }): Dim | undefined {
  try {
    return sizeAt(ev, value.shape, 0);
  } catch (error) {
    if (error instanceof Leave) return undefined;
    throw error;
  }
}

function unpackShape(
  ev: Evaluator,
  shape: Shape,
  n: number,
  names: readonly string[],
  node: tree.Expr,
  count: (actual: number) => readonly Value[] | undefined,
): readonly Value[] | undefined {
  const { machine } = ev;
  const known = dimsOf(machine.facts.shape(shape));
  if (known !== undefined && known.length !== n) return count(known.length);
  const learned = machine.facts.requireRank(shape, [n], {
    text: `its shape is unpacked into ${n} sizes here`,
    place: node,
  });
  if (learned.verdict === 'refuted') {
    const ranks = machine.facts.ranks(shape);
    return count(ranks?.[0] ?? n + 1);
  }
  if (learned.verdict === 'learned') machine.facts = learned.facts;
  const open = machine.facts.expose(shape, n, 0, names);
  machine.facts = open.facts;
  const dims = dimsOf(machine.facts.shape(open.shape));
  dims?.forEach((dim, i) => {
    nameSize(ev, dim, names[i] ?? '');
  });
  return dims?.map(int);
}

/** A size that is one symbol takes the name that the user gives it. */
export function nameSize(ev: Evaluator, dim: Dim, name: string): void {
  const [symbol] = symbolsOf(dim);
  if (symbol === undefined || name.replace(/_/g, '') === '' || sym(symbol).key !== dim.key) return;
  ev.machine.facts = ev.machine.facts.named(symbol, name);
}
