/**
 * What was made before: the same class with the same arguments gives the same objects, so that 48 equal blocks cost one
 * evaluation, and so does the same function of another file with the same constants.
 *
 * What a call made is kept as the run of heap ids that it filled; calling again copies the run to where the heap ends
 * now. Only calls that touch nothing else are remembered.
 */
import { constantOf } from '../shape/dim';
import { dimsOf } from '../shape/shape';
import type { Evaluator } from './evaluator';
import { identityOf } from './identity';
import { dictKey } from './plain';
import { differingIds, HEAP_SIZE, readHeap, type HeapObject } from './heap';
import type { Arguments } from './bind';
import type { Branch, Machine, State } from './machine';
import type { ClassValue, FunctionValue, Value } from './value';

export interface Built {
  /** Global id of the first object of the run. */
  readonly base: number;
  readonly count: number;
  readonly objects: readonly (readonly [number, HeapObject])[];
  readonly value: Value;
}
export type Memo = Map<string, Built>;

/** What the path knows: what is made of open values depends on it. */
const known = ({ machine }: Evaluator): string =>
  `@${identityOf(machine.facts)},${identityOf(machine.latents)},${identityOf(machine.conditions)}`;

/** Names a value by its content; undefined where that isn't fixed. */
function keyOf(ev: Evaluator, value: Value, depth = 0): string | undefined {
  if (depth > 4) return undefined;
  switch (value.kind) {
    case 'int':
      return constantOf(value.dim) === undefined ? `i${value.dim.key}${known(ev)}` : `i${value.dim.key}`;
    case 'latent':
      return `l${value.id}${known(ev)}`;
    case 'unknown':
      return `u${identityOf(value)}${known(ev)}`;
    case 'bool':
      return value.value === undefined ? `b${identityOf(value)}${known(ev)}` : `b${value.value ? 1 : 0}`;
    case 'float':
      // A float that isn't known has nothing that two of them could differ in.
      return value.value === undefined ? (value.ratio === undefined ? 'f?' : undefined) : `f${value.value}`;
    case 'str':
      return value.value === undefined ? undefined : JSON.stringify(value.value);
    case 'none':
    case 'ellipsis':
      return value.kind;
    case 'dtype':
      return value.dtype;
    case 'device':
      return `device ${value.device ?? '?'}`;
    case 'external':
      return `e${value.path}`;
    case 'class':
      return `c${identityOf(value.node)} ${value.namespace}`;
    case 'function':
      return value.defaults.every((item) => item === undefined || keyOf(ev, item, depth + 1) !== undefined)
        ? `fn${identityOf(value.node)} ${value.frame}`
        : undefined;
    case 'shape':
      return dimsOf(value.shape)?.every((dim) => constantOf(dim) !== undefined) === true
        ? `s${dimsOf(value.shape)
            ?.map((dim) => dim.key)
            .join()}`
        : undefined;
    case 'tuple':
      return listKey(ev, value.items, depth);
    case 'partial': {
      const [callee, args, keywords] = [
        keyOf(ev, value.callee, depth + 1),
        listKey(ev, value.args, depth),
        listKey(
          ev,
          value.keywords.map(([, item]) => item),
          depth,
        ),
      ];
      return callee === undefined || args === undefined || keywords === undefined
        ? undefined
        : `p${callee}${args}${value.keywords.map(([name]) => name).join()}${keywords}`;
    }
    case 'ref': {
      const object = ev.machine.read(value.id);
      if (object?.kind === 'list' && object.items !== undefined) return listKey(ev, object.items, depth);
      if (object?.kind !== 'dict' || object.open || object.missing !== undefined) return undefined;
      const content = listKey(
        ev,
        [...object.entries.values()].map((entry) => entry.value),
        depth,
      );
      return content === undefined ? undefined : `{${[...object.entries.keys()].join()}${content}}`;
    }
    default:
      return undefined;
  }
}

function listKey(ev: Evaluator, values: readonly Value[], depth: number): string | undefined {
  const keys: string[] = [];
  for (const value of values) {
    const key = keyOf(ev, value, depth + 1);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return `(${keys.join()})`;
}

/** Names a call by what is called and its arguments; undefined where they aren't fixed. */
function callKey(ev: Evaluator, callee: ClassValue | FunctionValue, args: Arguments): string | undefined {
  if (args.openPositional === true || args.openKeywords === true) return undefined;
  const positional = listKey(
    ev,
    args.positional.map((given) => given.value),
    0,
  );
  if (positional === undefined) return undefined;
  const called = keyOf(ev, callee);
  if (called === undefined) return undefined;
  let key = `${called}${positional}${dictKey(ev.training) ?? ''}`;
  for (const [name, given] of args.keywords) {
    const own = keyOf(ev, given.value);
    if (own === undefined) return undefined;
    key += ` ${name}=${own}`;
  }
  return key;
}

/**
 * An instance of a class; the branches that `build` gives where it was not built before.
 *
 * @param placed is given a copy of what was built elsewhere
 */
export function rememberedInstance(
  ev: Evaluator,
  cls: ClassValue,
  args: Arguments,
  build: () => readonly Branch<Value>[],
  placed: (copy: Value) => void,
): readonly Branch<Value>[] {
  const key = callKey(ev, cls, args);
  return key === undefined ? build() : remembered(ev, key, build, { placed, isKept: () => true });
}

/** The result of a function; the branches that `evaluate` gives where it wasn't called with these arguments before. */
export function rememberedResult(
  ev: Evaluator,
  fn: FunctionValue,
  args: Arguments,
  evaluate: () => Branch<Value>[],
): readonly Branch<Value>[] {
  const { machine } = ev;
  if (ev.tracing || ev.autocast > 0 || !isClosed(ev, fn)) return evaluate();
  if (!args.positional.every(({ value }) => isClosed(ev, value))) return evaluate();
  for (const { value } of args.keywords.values()) if (!isClosed(ev, value)) return evaluate();
  const key = callKey(ev, fn, args);
  if (key === undefined) return evaluate();
  const before = machine.pathLookups;
  const isKept = (value: Value): boolean => machine.pathLookups === before && isClosed(ev, value);
  return remembered(ev, key, evaluate, { isKept });
}

function remembered(
  ev: Evaluator,
  key: string,
  evaluate: () => readonly Branch<Value>[],
  options: { readonly isKept: (result: Value) => boolean; readonly placed?: (copy: Value) => void },
): readonly Branch<Value>[] {
  const { machine } = ev;
  const known = ev.memo.get(key);
  if (known !== undefined) {
    machine.tick();
    const value = graft(machine, known);
    options.placed?.(value);
    return [{ state: machine.seal(), value }];
  }
  const before = machine.seal();
  const said = ev.report.said;
  const branches = evaluate();
  const [only, more] = branches;
  if (only === undefined || more !== undefined || ev.report.said !== said) return branches;
  machine.restore(only.state);
  if (!options.isKept(only.value)) return branches;
  const made = madeBetween(machine, before, only);
  if (made !== undefined) ev.memo.set(key, made);
  return branches;
}

/** Whether a value is the same on every path: made of constants, and of definitions of other files. */
function isClosed(ev: Evaluator, value: Value | undefined, depth = 0): boolean {
  if (value === undefined) return true;
  if (depth > 4) return false;
  const inside = (part: Value | undefined): boolean => isClosed(ev, part, depth + 1);
  switch (value.kind) {
    case 'int':
      return constantOf(value.dim) !== undefined;
    case 'bool':
      return value.value !== undefined || value === ev.training;
    case 'float':
      return value.ratio === undefined;
    case 'str':
      return value.value !== undefined;
    case 'none':
    case 'ellipsis':
    case 'dtype':
    case 'device':
    case 'external':
    case 'module':
      return true;
    case 'class':
      return isElsewhere(ev, value.frame);
    case 'function':
      return isElsewhere(ev, value.frame) && value.defaults.every(inside);
    case 'tensor':
      return (
        dimsOf(value.shape)?.every((dim) => constantOf(dim) !== undefined) === true &&
        value.indices === undefined &&
        value.numbers === undefined
      );
    case 'tuple':
      return value.items.every(inside);
    case 'partial':
      return inside(value.callee) && value.args.every(inside) && value.keywords.every(([, item]) => inside(item));
    case 'ref': {
      const object = ev.machine.read(value.id);
      if (object?.kind === 'list') return object.items?.every(inside) === true;
      if (object?.kind === 'dict')
        return (
          !object.open && object.missing === undefined && [...object.entries.values()].every((e) => inside(e.value))
        );
      return object?.kind === 'instance' && !object.open && [...object.attrs.values()].every(inside);
    }
    default:
      return false;
  }
}

const isElsewhere = ({ machine }: Evaluator, id: number): boolean => Math.floor(id / HEAP_SIZE) !== machine.slot;

/** What a call made between two states, if it touched nothing else. */
function madeBetween(machine: Machine, before: State, { state: after, value }: Branch<Value>): Built | undefined {
  if (
    after.facts !== before.facts ||
    after.latents !== before.latents ||
    after.conditions !== before.conditions ||
    after.overlay !== before.overlay
  )
    return undefined;
  const offset = machine.slot * HEAP_SIZE;
  const objects: [number, HeapObject][] = [];
  for (const id of differingIds(before.heap, after.heap)) {
    if (id < before.nextId) return undefined;
    const object = readHeap(after.heap, id);
    if (object !== undefined) objects.push([offset + id, object]);
  }
  const base = offset + before.nextId;
  const end = offset + after.nextId;
  const inside = (id: number): boolean => (id >= base && id < end) || Math.floor(id / HEAP_SIZE) !== machine.slot;
  let leaving = 0;
  const check = (id: number): number => {
    if (!inside(id)) leaving += 1;
    return id;
  };
  for (const [, object] of objects) renumbered(object, check);
  moved(value, check);
  return leaving === 0 ? { base, count: after.nextId - before.nextId, objects, value } : undefined;
}

/** Puts what was made once at the end of the present heap. */
function graft(machine: Machine, built: Built): Value {
  const shift = machine.reserve(built.count) - built.base;
  const end = built.base + built.count;
  const to = (id: number): number => (id >= built.base && id < end ? id + shift : id);
  for (const [id, object] of built.objects) machine.adopt(id + shift, renumbered(object, to));
  return moved(built.value, to);
}

/** A value with the ids in it replaced; the same one where there are none. */
function moved(value: Value, to: (id: number) => number): Value {
  switch (value.kind) {
    case 'ref': {
      const id = to(value.id);
      return id === value.id ? value : { ...value, id };
    }
    case 'tuple':
      return value.items.some(hasIds) ? { ...value, items: value.items.map((item) => moved(item, to)) } : value;
    case 'method':
      return {
        ...value,
        self: moved(value.self, to),
        target: typeof value.target === 'string' ? value.target : (moved(value.target, to) as typeof value.target),
      };
    case 'partial':
      return {
        ...value,
        callee: moved(value.callee, to),
        args: value.args.map((item) => moved(item, to)),
        keywords: value.keywords.map(([name, item]) => [name, moved(item, to)] as const),
      };
    case 'function': {
      const frame = to(value.frame);
      const defaults = value.defaults.some((item) => item !== undefined && hasIds(item))
        ? value.defaults.map((item) => item && moved(item, to))
        : value.defaults;
      return frame === value.frame && defaults === value.defaults ? value : { ...value, frame, defaults };
    }
    case 'class': {
      const [frame, namespace] = [to(value.frame), to(value.namespace)];
      return frame === value.frame && namespace === value.namespace ? value : { ...value, frame, namespace };
    }
    default:
      return value;
  }
}

const WITH_IDS = new Set<Value['kind']>(['ref', 'tuple', 'method', 'partial', 'function', 'class']);
const hasIds = (value: Value): boolean => WITH_IDS.has(value.kind);

function renumberedMap(map: ReadonlyMap<string, Value>, to: (id: number) => number): Map<string, Value> | undefined {
  let copy: Map<string, Value> | undefined;
  for (const [name, value] of map) {
    if (!hasIds(value)) continue;
    const next = moved(value, to);
    if (next !== value) (copy ??= new Map(map)).set(name, next);
  }
  return copy;
}

/** Owns nothing: whoever writes makes a copy. */
const SHARED = {};

/** The object with the ids in it replaced. Content without ids is shared until somebody writes. */
function renumbered(object: HeapObject, to: (id: number) => number): HeapObject {
  switch (object.kind) {
    case 'frame':
      return {
        ...object,
        owner: SHARED,
        vars: object.vars.mapped((value) => moved(value, to)),
        parent: object.parent === undefined ? undefined : to(object.parent),
      };
    case 'instance':
      return { ...object, owner: SHARED, attrs: renumberedMap(object.attrs, to) ?? object.attrs };
    case 'list':
      return {
        ...object,
        owner: SHARED,
        items: object.items?.some(hasIds) === true ? object.items.map((item) => moved(item, to)) : object.items,
        element: moved(object.element, to),
        of: object.of === undefined ? undefined : to(object.of),
      };
    case 'dict': {
      const missing = object.missing && moved(object.missing, to);
      if (![...object.entries.values()].some((entry) => hasIds(entry.value)))
        return { ...object, owner: SHARED, missing };
      return {
        ...object,
        owner: SHARED,
        missing,
        entries: new Map(
          [...object.entries].map(([key, entry]) => [key, { key: entry.key, value: moved(entry.value, to) }]),
        ),
      };
    }
  }
}
