/**
 * The heap: objects with identity, in a persistent trie.
 *
 * Keeping the state of a path is O(1): whoever keeps it calls `seal`, after which the next write
 * copies the few nodes on its way. Between two seals objects are changed in place.
 */
import type { Place } from '../text/place';
import type { Bindings } from './bindings';
import type { ClassValue, Value } from './value';

export type HeapObject = Frame | ListObject | DictObject | Instance;

/** Variables of a function call, a class body or a module. */
export interface Frame {
  readonly kind: 'frame';
  owner: object;
  readonly vars: Bindings;
  /** Enclosing frame for names that are not local. */
  readonly parent: number | undefined;
  /** Whether a closure holds the frame, so that it must outlive its call. */
  captured: boolean;
}
/** A list, set or exhausted iterator. */
export interface ListObject {
  readonly kind: 'list';
  owner: object;
  readonly form: 'list' | 'set';
  /** undefined: any number of items, each like `element`. */
  items: Value[] | undefined;
  element: Value;
  /** Id of the module whose `parameters()` it is. */
  of?: number | undefined;
}
export interface DictObject {
  readonly kind: 'dict';
  owner: object;
  readonly entries: Map<string, { readonly key: Value; readonly value: Value }>;
  /** Whether it may have other entries too. */
  open: boolean;
  /** Of a defaultdict: what is called for an entry that is missing. */
  readonly missing?: Value | undefined;
}
/** Which expression gave each argument of the constructor call; a fix edits it. */
export interface Construction {
  readonly place: Place;
  readonly arguments: ReadonlyMap<string, Place>;
}
export interface Instance {
  readonly kind: 'instance';
  owner: object;
  /** The class: of analysed source, or the name of a framework's or built-in one. */
  readonly cls: ClassValue | string;
  readonly attrs: Map<string, Value>;
  /** Whether unknown code may have changed the attributes. */
  open: boolean;
  readonly built?: Construction | undefined;
}

const BITS = 5;
const WIDTH = 1 << BITS;
const MASK = WIDTH - 1;
const LEVELS = 4;
/** Ids of one heap lie below this; the part above names the module whose heap it is. */
export const HEAP_SIZE = 1 << (BITS * LEVELS);

interface TrieNode {
  owner: object;
  readonly slots: (TrieNode | HeapObject | undefined)[];
}

const emptyNode = (owner: object): TrieNode => ({ owner, slots: new Array<undefined>(WIDTH).fill(undefined) });

export type HeapRoot = TrieNode;

const owned = (node: TrieNode, owner: object): TrieNode =>
  node.owner === owner ? node : { owner, slots: node.slots.slice() };

export const emptyHeap = (): HeapRoot => emptyNode({});

export function readHeap(root: HeapRoot, id: number): HeapObject | undefined {
  let node: TrieNode | undefined = root;
  for (let shift = (LEVELS - 1) * BITS; shift > 0; shift -= BITS) {
    node = node.slots[(id >> shift) & MASK] as TrieNode | undefined;
    if (node === undefined) return undefined;
  }
  return node.slots[id & MASK] as HeapObject | undefined;
}

/** The root after the write; the same one where `owner` already owns it. */
export function writeHeap(root: HeapRoot, id: number, object: HeapObject | undefined, owner: object): HeapRoot {
  const top = owned(root, owner);
  let node = top;
  for (let shift = (LEVELS - 1) * BITS; shift > 0; shift -= BITS) {
    const index = (id >> shift) & MASK;
    const next = node.slots[index] as TrieNode | undefined;
    const own = next === undefined ? emptyNode(owner) : owned(next, owner);
    node.slots[index] = own;
    node = own;
  }
  node.slots[id & MASK] = object;
  return top;
}

/** Ids whose objects differ between two heaps, found by skipping shared nodes. */
export function* differingIds(
  a: HeapRoot | undefined,
  b: HeapRoot | undefined,
  level = LEVELS - 1,
  base = 0,
): Generator<number> {
  if (a === b) return;
  for (let index = 0; index < WIDTH; index++) {
    const [left, right] = [a?.slots[index], b?.slots[index]];
    if (left === right) continue;
    const id = base + (index << (level * BITS));
    if (level === 0) yield id;
    else yield* differingIds(left as TrieNode | undefined, right as TrieNode | undefined, level - 1, id);
  }
}

/** A copy that `owner` may change. */
export function copyObject(object: HeapObject, owner: object): HeapObject {
  switch (object.kind) {
    case 'frame':
      return { kind: 'frame', owner, vars: object.vars.copy(), parent: object.parent, captured: object.captured };
    case 'list':
      return {
        kind: 'list',
        owner,
        form: object.form,
        items: object.items?.slice(),
        element: object.element,
        of: object.of,
      };
    case 'dict':
      return { kind: 'dict', owner, entries: new Map(object.entries), open: object.open, missing: object.missing };
    case 'instance':
      return {
        kind: 'instance',
        owner,
        cls: object.cls,
        attrs: new Map(object.attrs),
        open: object.open,
        built: object.built,
      };
  }
}
