/** When two paths are the same again, and what is left when they are joined. */
import { covers } from './coverage';
import { differingIds, HEAP_SIZE, type HeapObject, type Instance } from './heap';
import type { Condition, Conditions, Machine, State } from './machine';
import { differingTraits, sameValue, withoutTraits, type ObjectPairs } from './same';
import { unknown, type UnknownValue, type Value } from './value';

/** Paths that are followed side by side; above it they are joined. */
const MAX_STATES = 8;

const JOINED: UnknownValue = unknown('it differs between the paths that lead here');

/** Merges equal states and joins what is above the cap. */
export function mergeStates(machine: Machine, states: readonly State[]): State[] {
  if (states.length < 2) return [...states];
  const merged = merging(
    states,
    (a, b) => sameState(machine, a, b),
    (group, differ) => (differ ? joinStates(machine, group) : oneOf(group)),
  );
  return few(machine, merged, () => joinStates(machine, merged));
}

/** Not too many of several paths: all as one, or the first and the last where only samples are wanted. */
export function few<T>(machine: Machine, paths: T[], join: () => T): T[] {
  if (machine.samples) return paths.length > 2 ? [...paths.slice(0, 1), ...paths.slice(-1)] : paths;
  return paths.length > MAX_STATES ? [join()] : paths;
}

/**
 * Makes one of what is the same, in order.
 *
 * @param whole makes it of a group; `differ` says that tensors in it are the same but for their traits
 */
export function merging<T>(
  items: readonly T[],
  same: (a: T, b: T) => boolean,
  whole: (group: readonly [T, ...T[]], differ: boolean) => T,
): T[] {
  const groups: { readonly members: [T, ...T[]]; differ: boolean }[] = [];
  for (const item of items) {
    let traits = 0;
    const group = groups.find(({ members: [first] }) => {
      traits = differingTraits.count;
      return same(first, item);
    });
    if (group === undefined) groups.push({ members: [item], differ: false });
    else {
      group.members.push(item);
      group.differ ||= traits !== differingTraits.count;
    }
  }
  return groups.map(({ members, differ }) => (members.length === 1 ? members[0] : whole(members, differ)));
}

/** Equal states as one. */
export function oneOf(states: readonly [State, ...State[]]): State {
  const [first] = states;
  if (states.length === 1) return first;
  return {
    ...first,
    nextId: Math.max(...states.map((state) => state.nextId)),
    conditions: commonConditions(states.map((state) => state.conditions)),
  };
}

let weak = 0;
/** A condition that no other path answers otherwise: what is concluded under it is never certain. */
const lost = (): Condition => ({ key: `lost ${++weak}`, answer: 0, of: 2, kind: 'unknown', label: 'on some path' });

/** A state in which nothing that is concluded is certain. */
export function onSomePath(state: State): State {
  const mark = lost();
  return { ...state, conditions: new Map(state.conditions).set(mark.key, mark) };
}

/** What several paths have all assumed. Where they leave out a way to answer the rest, a mark says so. */
export function commonConditions(sets: readonly Conditions[]): Conditions {
  const [first, ...others] = sets;
  if (first === undefined || others.every((other) => other === first)) return first ?? new Map();
  const common = new Map([...first].filter(([key, { answer }]) => others.every((o) => o.get(key)?.answer === answer)));
  const rest = sets.map((set) => new Map([...set].filter(([key]) => !common.has(key))));
  if (covers(rest)) return common;
  const mark = lost();
  return common.set(mark.key, mark);
}

type Read = (id: number) => HeapObject | undefined;

const reader =
  (machine: Machine, state: State): Read =>
  (id) => {
    const present = machine.heap;
    const overlay = machine.overlay;
    machine.heap = state.heap;
    machine.overlay = state.overlay;
    const object = machine.read(id);
    machine.heap = present;
    machine.overlay = overlay;
    return object;
  };

function* changedIds(machine: Machine, a: State, b: State): Generator<number> {
  for (const id of differingIds(a.heap, b.heap)) yield machine.slot * HEAP_SIZE + id;
  for (const id of new Set([...a.overlay.keys(), ...b.overlay.keys()]))
    if (a.overlay.get(id) !== b.overlay.get(id)) yield id;
}

/** Compares objects up to a renaming of those that each path made for itself. */
function objectPairs(readA: Read, readB: Read): ObjectPairs {
  const pairs = new Map<number, number>();
  const same: ObjectPairs = (a, b) => {
    const paired = pairs.get(a);
    if (paired !== undefined) return paired === b;
    const [left, right] = [readA(a), readB(b)];
    if (left === right && a === b) return true;
    if (left === undefined || right === undefined) return left === right;
    // Taken for the same while what they hold is compared: they may hold themselves.
    pairs.set(a, b);
    const answer = sameObject(left, right, same);
    if (!answer) pairs.set(a, DIFFERENT);
    return answer;
  };
  return same;
}

const DIFFERENT = -1;

/**
 * The same for values of paths that are joined: one object is one object whatever the paths made of its content, which
 * is joined itself. What only one path made is compared.
 */
const joinedPairs =
  (readA: Read, readB: Read, same: ObjectPairs): ObjectPairs =>
  (a, b) => {
    if (a !== b) return same(a, b);
    const [left, right] = [readA(a), readB(b)];
    return left === right || (left !== undefined && right !== undefined && isJoinable(left, right));
  };

function isJoinable(a: HeapObject, b: HeapObject): boolean {
  if (a.kind === 'frame' && b.kind === 'frame') return a.parent === b.parent;
  if (a.kind === 'list' && b.kind === 'list') return a.form === b.form;
  if (a.kind === 'instance' && b.kind === 'instance') return sameClass(a, b);
  return a.kind === b.kind;
}

const sameClass = (a: Instance, b: Instance): boolean =>
  typeof a.cls === 'string' || typeof b.cls === 'string' ? a.cls === b.cls : a.cls.node === b.cls.node;

function sameObject(a: HeapObject, b: HeapObject, same: ObjectPairs): boolean {
  if (a === b) return true;
  const maps = (x: ReadonlyMap<string, Value>, y: ReadonlyMap<string, Value>): boolean => {
    if (x.size !== y.size) return false;
    for (const [name, value] of x) {
      const other = y.get(name);
      if (other === undefined || !sameValue(value, other, same)) return false;
    }
    return true;
  };
  if (a.kind === 'frame' && b.kind === 'frame')
    return a.parent === b.parent && a.vars.sameAs(b.vars, (x, y) => sameValue(x, y, same));
  if (a.kind === 'list' && b.kind === 'list') {
    if (a.of !== b.of) return false;
    if (a.items === undefined || b.items === undefined)
      return a.items === b.items && sameValue(a.element, b.element, same);
    const other = b.items;
    return a.items.length === other.length && a.items.every((item, i) => sameValue(item, other[i] as Value, same));
  }
  if (a.kind === 'dict' && b.kind === 'dict') {
    if (a.open !== b.open || a.entries.size !== b.entries.size) return false;
    if (a.missing !== b.missing && (!a.missing || !b.missing || !sameValue(a.missing, b.missing, same))) return false;
    for (const [key, entry] of a.entries) {
      const other = b.entries.get(key);
      if (other === undefined || !sameValue(entry.value, other.value, same)) return false;
    }
    return true;
  }
  if (a.kind === 'instance' && b.kind === 'instance')
    return sameClass(a, b) && a.open === b.open && maps(a.attrs, b.attrs);
  return false;
}

export function sameState(machine: Machine, a: State, b: State): boolean {
  if (!a.facts.sameAs(b.facts) || !sameLatents(a.latents, b.latents)) return false;
  if (a.heap === b.heap && a.overlay === b.overlay) return true;
  const [readA, readB] = [reader(machine, a), reader(machine, b)];
  const same = objectPairs(readA, readB);
  for (const id of changedIds(machine, a, b)) {
    const [left, right] = [readA(id), readB(id)];
    // What only one path made matters only where something that both have leads to it.
    if (left === undefined || right === undefined) continue;
    if (!sameObject(left, right, same)) return false;
  }
  return true;
}

function sameLatents(a: ReadonlyMap<number, Value>, b: ReadonlyMap<number, Value>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [id, value] of a) {
    const other = b.get(id);
    if (other === undefined || !sameValue(value, other)) return false;
  }
  return true;
}

/** One state for several: what differs becomes unknown. */
export function joinStates(machine: Machine, states: readonly State[]): State {
  const [first, ...rest] = states;
  if (first === undefined) throw new Error('no states to join');
  const joined = rest.reduce((joined, state) => {
    const result = widen(machine, joined, state);
    const latents = new Map(
      [...joined.latents].filter(([id, value]) => {
        const other = state.latents.get(id);
        return other !== undefined && sameValue(value, other);
      }),
    );
    return {
      ...result,
      facts: joined.facts.join(state.facts),
      latents,
    };
  }, first);
  return { ...joined, conditions: commonConditions(states.map((state) => state.conditions)) };
}

/**
 * `before` with everything that `after` has otherwise made unknown; facts stay those of `before`.
 * Lists that grew keep what their items have in common.
 */
export function widen(machine: Machine, before: State, after: State): State {
  const [readA, readB] = [reader(machine, before), reader(machine, after)];
  const same = objectPairs(readA, readB);
  const ids = [...changedIds(machine, before, after)];
  machine.restore({ ...before, nextId: Math.max(before.nextId, after.nextId) });
  for (const id of ids) {
    const [old, now] = [readA(id), readB(id)];
    if (now === undefined) continue;
    if (old === undefined) {
      // Made after the paths parted: kept, since a widened list may hold it.
      machine.adopt(id, now);
      continue;
    }
    const traits = differingTraits.count;
    if (!sameObject(old, now, same)) widenObject(machine, id, old, now, joinedPairs(readA, readB, same));
    else if (traits !== differingTraits.count) forgetTraits(machine, id);
  }
  return machine.seal();
}

function both(a: Value | undefined, b: Value | undefined, same: ObjectPairs): Value {
  const traits = differingTraits.count;
  if (a === undefined || b === undefined || !sameValue(a, b, same)) return JOINED;
  return traits === differingTraits.count ? a : withoutTraits(a);
}

function forgetTraits(machine: Machine, id: number): void {
  const own = machine.write(id);
  if (own?.kind === 'frame') for (const [name, value] of own.vars) own.vars.set(name, withoutTraits(value));
  else if (own?.kind === 'instance') for (const [name, value] of own.attrs) own.attrs.set(name, withoutTraits(value));
  else if (own?.kind === 'list') own.items = own.items?.map(withoutTraits);
  else if (own?.kind === 'dict')
    for (const [key, entry] of own.entries) own.entries.set(key, { key: entry.key, value: withoutTraits(entry.value) });
}

function widenObject(machine: Machine, id: number, old: HeapObject, now: HeapObject, same: ObjectPairs): void {
  const own = machine.write(id);
  if (own === undefined) return;
  if (own.kind === 'frame' && now.kind === 'frame')
    for (const name of own.vars.namesBeside(now.vars))
      own.vars.set(name, both(own.vars.get(name), now.vars.get(name), same));
  else if (own.kind === 'instance' && now.kind === 'instance') {
    for (const name of new Set([...own.attrs.keys(), ...now.attrs.keys()]))
      own.attrs.set(name, both(own.attrs.get(name), now.attrs.get(name), same));
    own.open ||= now.open;
  } else if (own.kind === 'dict' && now.kind === 'dict') {
    own.open ||= now.open || own.entries.size !== now.entries.size;
    for (const [key, entry] of own.entries) {
      const other = now.entries.get(key);
      if (other === undefined) {
        own.entries.delete(key);
        own.open = true;
      } else if (!sameValue(entry.value, other.value, same)) own.entries.set(key, { key: entry.key, value: JOINED });
    }
  } else if (own.kind === 'list' && now.kind === 'list' && old.kind === 'list') {
    const items = [...(old.items ?? [old.element]), ...(now.items ?? [now.element])];
    const first = items[0];
    own.items = undefined;
    own.of = undefined;
    own.element =
      first !== undefined && items.every((item) => sameValue(first, item, same)) ? withoutTraits(first) : JOINED;
  }
}
