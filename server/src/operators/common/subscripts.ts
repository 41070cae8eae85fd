/**
 * What subscripts choose: `x[0]`, `x[:, 1:]`, `x[..., None]`, `x[mask]`, `x[rows, cols]`. `getitem` declares them.
 *
 * PyTorch first takes ints, slices and None one after the other, then looks at all tensors: their element types, the
 * sizes of masks, whether they broadcast together, and at last, where values are read, at the positions.
 * Source: torch/csrc/autograd/python_variable_indexing.cpp, ATen/native/TensorAdvancedIndexing.cpp, PyTorch 2.13.
 */
import type { Call, Solve } from '../../core/infer/operator';
import type { SliceValue, TensorValue, Value } from '../../core/infer/value';
import { shownDims } from '../../core/shape/axis';
import { add, ceilDiv, max, min, neg, num, sub, type Dim } from '../../core/shape/dim';
import { dimsOf, shapeOf, type Shape } from '../../core/shape/shape';
import { giveUp, refuse } from './answer';
import { joined } from './axes';
import { broadcastShapes } from './broadcasting';
import { brackets, isZero } from './sizes';

const zero = num(0);

/** A list, or a tensor, of positions or of yes and no. */
interface Positions {
  readonly kind: 'positions' | 'mask';
  readonly shape: Shape;
  /** Numbers of a literal list, for the bounds. */
  readonly literal?: readonly Dim[];
  /** Whether the element type is none that subscripts have. */
  readonly wrongType?: boolean;
  /** Masks of uint8 are older than those of bool. */
  readonly isByte?: boolean;
}

/** One subscript, after Python's values are sorted out. */
type Subscript =
  | { readonly kind: 'int'; readonly dim: Dim | undefined }
  | { readonly kind: 'slice'; readonly slice: SliceValue }
  | { readonly kind: 'new' }
  | { readonly kind: 'ellipsis' }
  | { readonly kind: 'refused'; readonly refuse: () => never }
  | Positions;

/** How many axes a subscript takes. */
const taken = (subscript: Subscript): number => {
  if (subscript.kind === 'new' || subscript.kind === 'ellipsis') return 0;
  return subscript.kind === 'mask' ? (dimsOf(subscript.shape)?.length ?? giveUp('a mask of unknown rank')) : 1;
};

const refused = (message: string): Subscript => ({
  kind: 'refused',
  refuse: () => refuse('index-type', message, { argument: 'index' }),
});

/** @param asList whether tensors without dims are lists of positions, as they are for index_put */
function tensorSubscript(solve: Solve, t: TensorValue, asList: boolean): Subscript {
  const shape = solve.shape(t);
  const isScalar = dimsOf(shape)?.length === 0;
  if (t.dtype === 'bool' || t.dtype === 'uint8')
    return isScalar ? giveUp('a yes or no as subscript') : { kind: 'mask', shape, isByte: t.dtype === 'uint8' };
  if (t.dtype !== undefined && t.dtype !== 'int64' && t.dtype !== 'int32')
    return { kind: 'positions', shape, wrongType: true };
  if (t.dtype === undefined) return giveUp('whether a subscript is a mask is not known');
  return isScalar && !asList ? { kind: 'int', dim: undefined } : { kind: 'positions', shape };
}

/** A list of ints, nested or not, or of yes and no. */
function listSubscript(call: Call, solve: Solve, items: readonly Value[]): Subscript {
  const length = num(items.length);
  const first = items[0];
  if (first === undefined || items.every((item) => item.kind === 'int'))
    return {
      kind: 'positions',
      shape: shapeOf([length]),
      literal: items.map((item) => (item.kind === 'int' ? item.dim : zero)),
    };
  if (items.every((item) => item.kind === 'bool')) return { kind: 'mask', shape: shapeOf([length]) };
  const inner = call.items(first);
  if (inner === undefined) return giveUp('a list as subscript');
  const below = listSubscript(call, solve, inner);
  return below.kind === 'positions'
    ? { kind: 'positions', shape: joined([length], below.shape) }
    : giveUp('a list as subscript');
}

function subscriptOf(call: Call, solve: Solve, value: Value, asList: boolean): Subscript {
  switch (value.kind) {
    case 'int':
      return { kind: 'int', dim: solve.dim(value.dim) };
    case 'slice':
      return { kind: 'slice', slice: value };
    case 'none':
      return { kind: 'new' };
    case 'ellipsis':
      return { kind: 'ellipsis' };
    case 'tensor':
      return tensorSubscript(solve, value, asList);
    case 'float':
      return refused(
        'only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got float)',
      );
    case 'str':
      return refused(`new(): invalid data type 'str'`);
    default: {
      const items =
        value.kind === 'ref' || value.kind === 'tuple' || value.kind === 'shape' ? call.items(value) : undefined;
      if (items !== undefined) return listSubscript(call, solve, items);
      return giveUp(value.kind === 'unknown' ? value.reason : 'the subscript is not known');
    }
  }
}

/** The subscripts of `x[...]`. A list that holds lists or slices counts as a tuple. */
function subscriptsOf(call: Call, solve: Solve, index: Value): readonly Subscript[] {
  const items = index.kind === 'tuple' || index.kind === 'ref' ? call.items(index) : undefined;
  const asTuple =
    index.kind === 'tuple' ||
    (items !== undefined &&
      items.length < 32 &&
      items.some((item) => !['int', 'bool', 'float', 'unknown', 'latent'].includes(item.kind)));
  return asTuple && items !== undefined
    ? items.map((item) => subscriptOf(call, solve, item, false))
    : [subscriptOf(call, solve, index, false)];
}

/** The tensors of `index_put`. */
function positionsOf(call: Call, solve: Solve, indices: Value): readonly Subscript[] {
  const items = call.items(indices);
  if (items === undefined || items.length === 0 || items.some((item) => item.kind !== 'tensor'))
    return giveUp('indices that are not a list of tensors');
  return items.map((item) => subscriptOf(call, solve, item, true));
}

/** The smaller or larger of two sizes where it is known, else an expression for it. */
const smaller = (solve: Solve, a: Dim, b: Dim): Dim =>
  solve.less(b, a) === 'no' ? a : solve.less(a, b) === 'no' ? b : min(a, b);
const larger = (solve: Solve, a: Dim, b: Dim): Dim =>
  solve.less(a, b) === 'no' ? a : solve.less(b, a) === 'no' ? b : max(a, b);

/** A bound of a slice within 0..size; undefined where its sign is not known. */
function bound(solve: Solve, value: Value, size: Dim, otherwise: Dim): Dim | undefined {
  if (value.kind === 'none') return otherwise;
  if (value.kind !== 'int') {
    if (value.kind === 'float' || value.kind === 'str')
      refuse('index-type', 'slice indices must be integers or None or have an __index__ method', { argument: 'index' });
    return undefined;
  }
  const at = solve.dim(value.dim);
  const negative = solve.less(at, zero);
  if (negative === 'maybe') return undefined;
  return negative === 'yes' ? larger(solve, add(size, at), zero) : smaller(solve, at, size);
}

/** How many elements a slice of an axis takes. */
function sliceLength(solve: Solve, slice: SliceValue, size: Dim): Dim {
  const step = slice.step.kind === 'none' ? 1 : slice.step.kind === 'int' ? solve.number(slice.step.dim) : undefined;
  if (step !== undefined && step <= 0)
    refuse('index-type', step === 0 ? 'slice step cannot be zero' : 'step must be greater than zero', {
      argument: 'index',
    });
  const start = bound(solve, slice.lower, size, zero);
  const end = bound(solve, slice.upper, size, size);
  if (step === undefined || start === undefined || end === undefined) return solve.fresh('size');
  const length = larger(solve, sub(end, start), zero);
  return step === 1 ? solve.dim(length) : ceilDiv(length, num(step));
}

/** A stretch of the tensor after ints, slices and None, and what stands in its place in the result. */
type Entry =
  | { readonly kind: 'dims'; readonly shape: Shape }
  | { readonly kind: 'positions'; readonly shape: Shape; readonly of: readonly Dim[]; readonly chooser: Positions };

/** The sizes of the entries before the tensors are looked at. */
const sizesBefore = (entries: readonly Entry[]): readonly Dim[] =>
  entries.flatMap((entry) => (entry.kind === 'dims' ? [...entry.shape.lead, ...entry.shape.tail] : entry.of));

function checkBounds(solve: Solve, index: Dim, size: Dim, axis: number): void {
  if (solve.less(index, size) === 'no' || solve.less(index, neg(size)) === 'yes')
    refuse(
      'index-out-of-range',
      `index ${solve.text(index)} is out of bounds for dimension ${axis} with size ${solve.text(size)}`,
      { argument: 'index' },
    );
}

/** A single subscript, without a comma, is looked at on its own. */
function tooManySentence(solve: Solve, rank: number, only: Subscript | undefined): string {
  // Without a number it is a tensor.
  if (rank === 0 && only?.kind === 'int' && only.dim !== undefined) {
    const index = solve.number(only.dim);
    return index === undefined || index === 0
      ? 'invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number'
      : `index ${index} is out of bounds for dimension 0 with size 0`;
  }
  return rank === 0 && only?.kind === 'slice'
    ? 'slice() cannot be applied to a 0-dim tensor.'
    : `too many indices for tensor of dimension ${rank}`;
}

/** The dims that each subscript is applied to: those before the ellipsis from the front, the others from the end. */
function spread(
  solve: Solve,
  t: TensorValue,
  subscripts: readonly Subscript[],
  only: Subscript | undefined,
): { readonly front: readonly Dim[]; readonly middle: Shape; readonly back: readonly Dim[]; readonly at: number } {
  const found = subscripts.findIndex((subscript) => subscript.kind === 'ellipsis');
  const at = found < 0 ? subscripts.length : found;
  const count = (list: readonly Subscript[]): number => list.reduce((sum, subscript) => sum + taken(subscript), 0);
  const [before, after] = [count(subscripts.slice(0, at)), count(subscripts.slice(at))];
  const tooMany = (rank: number): never =>
    refuse('too-many-indices', tooManySentence(solve, rank, only), { argument: 'index' });
  if (!solve.minRank(t, before + after)) tooMany(solve.dims(t).length);
  let shape = solve.shape(t);
  if (shape.rest !== undefined && shape.lead.length < before) {
    if (after > 0 || shape.tail.length > 0) shape = shapeOf(solve.dims(t));
    else {
      const { first, after: others } = solve.leading(t, before);
      shape = joined(first, others);
    }
  }
  if (shape.rest !== undefined && shape.tail.length < after) {
    if (before > shape.lead.length) shape = shapeOf(solve.dims(t));
    else {
      const { before: others, last } = solve.trailing({ ...t, shape }, after);
      shape = joined(others, last);
    }
  }
  const dims = dimsOf(shape);
  if (dims !== undefined) {
    if (dims.length < before + after) tooMany(dims.length);
    return {
      front: dims.slice(0, before),
      middle: shapeOf(dims.slice(before, dims.length - after)),
      back: dims.slice(dims.length - after),
      at,
    };
  }
  return {
    front: shape.lead.slice(0, before),
    middle: { lead: shape.lead.slice(before), rest: shape.rest, tail: shape.tail.slice(0, shape.tail.length - after) },
    back: shape.tail.slice(shape.tail.length - after),
    at,
  };
}

/**
 * Ints, slices and None applied to the dims they take, one after the other.
 * @param first the place of the first of these subscripts among all, which is what messages count
 */
function applied(solve: Solve, subscripts: readonly Subscript[], dims: readonly Dim[], first: number): Entry[] {
  const entries: Entry[] = [];
  let next = 0;
  for (const [i, subscript] of subscripts.entries()) {
    const of = dims.slice(next, next + taken(subscript));
    const [size] = of;
    next += of.length;
    switch (subscript.kind) {
      case 'new':
        entries.push({ kind: 'dims', shape: shapeOf([num(1)]) });
        break;
      case 'refused':
        return subscript.refuse();
      case 'int':
        if (size === undefined) break;
        if (subscript.dim !== undefined) checkBounds(solve, subscript.dim, size, first + i);
        else if (isZero(solve, size)) giveUp('a position on an axis of size 0');
        break;
      case 'slice':
        if (size !== undefined)
          entries.push({ kind: 'dims', shape: shapeOf([sliceLength(solve, subscript.slice, size)]) });
        break;
      case 'ellipsis':
        break;
      default:
        entries.push({
          kind: 'positions',
          shape: subscript.kind === 'mask' ? shapeOf([solve.fresh('count')]) : subscript.shape,
          of,
          chooser: subscript,
        });
    }
  }
  return entries;
}

/** A mask has the sizes of the axes that it stands for. */
function checkMask(solve: Solve, entries: readonly Entry[], at: number): void {
  const entry = entries[at];
  if (entry?.kind !== 'positions') return;
  const own = entry.chooser.shape.lead;
  const start = sizesBefore(entries.slice(0, at)).length;
  own.forEach((size, i) => {
    if (!solve.same(size, entry.of[i] as Dim, 'a mask has the size of what it chooses from'))
      refuse(
        'mask-size-mismatch',
        `The shape of the mask ${brackets(solve, own)} at index ${i} does not match the shape of the indexed tensor ${brackets(solve, sizesBefore(entries))} at index ${start + i}`,
        { argument: 'index' },
      );
  });
}

/** What subscripts choose. */
export interface Chosen {
  readonly shape: Shape;
  /** Whether any of them is a list or a tensor. */
  readonly advanced: boolean;
  /** The mask where one is the only list or tensor. */
  readonly mask: 'bool' | 'uint8' | undefined;
  /** Refuses positions of literal lists that are out of range: PyTorch looks at them last. */
  readonly checkPositions: () => void;
}

/** @param kind `positions`: the list of tensors that index_put takes */
export function chosen(
  call: Call,
  solve: Solve,
  t: TensorValue,
  index: Value,
  kind: 'subscripts' | 'positions' = 'subscripts',
): Chosen {
  const all = kind === 'positions' ? positionsOf(call, solve, index) : subscriptsOf(call, solve, index);
  const subscripts = all.filter(
    (subscript, i) => subscript.kind !== 'ellipsis' || all.findIndex((other) => other.kind === 'ellipsis') === i,
  );
  const only = index.kind === 'tuple' ? undefined : all[0];
  const { front, middle, back, at } = spread(solve, t, subscripts, only);
  const entries = applied(solve, subscripts.slice(0, at), front, 0);
  if (middle.lead.length > 0 || middle.rest !== undefined) entries.push({ kind: 'dims', shape: middle });
  entries.push(...applied(solve, subscripts.slice(at + 1), back, at + 1));
  const lists = entries.filter((entry) => entry.kind === 'positions');
  if (lists.some((entry) => entry.chooser.wrongType))
    refuse('index-type', 'tensors used as indices must be long, int, byte or bool tensors', { argument: 'index' });
  entries.forEach((entry, i) => {
    if (entry.kind === 'positions' && entry.chooser.kind === 'mask') checkMask(solve, entries, i);
  });
  const shape = arranged(solve, entries);
  const single = lists.length === 1 ? lists[0]?.chooser : undefined;
  return {
    shape,
    advanced: lists.length > 0,
    mask: single?.kind === 'mask' ? (single.isByte ? 'uint8' : 'bool') : undefined,
    checkPositions: () => {
      // Nothing is read where nothing is chosen.
      if ([...shape.lead, ...shape.tail].some((size) => isZero(solve, size))) return;
      lists.forEach(({ chooser, of }, i) => {
        for (const position of chooser.literal ?? []) if (of[0] !== undefined) checkBounds(solve, position, of[0], i);
      });
    },
  };
}

/** Positions are broadcast together; they stand at the first one's place if nothing is between them, else in front. */
function arranged(solve: Solve, entries: readonly Entry[]): Shape {
  const positions = entries.filter((entry) => entry.kind === 'positions');
  if (positions.length === 0) return joined(...entries.map((entry) => entry.shape));
  if (positions.length > 1 && positions.some((entry) => entry.chooser.kind === 'mask'))
    return giveUp('a mask beside other lists');
  // A position in a tensor of no dims would be an int, and stand elsewhere.
  if (positions.length > 1 && positions.some((entry) => entry.shape.rest !== undefined && shownDims(entry.shape) === 0))
    return giveUp('positions of unknown rank');
  const sizes = positions.map((entry) => brackets(solve, entry.shape)).join(', ');
  const whole = positions
    .map((entry) => entry.shape)
    .reduce((a, b) =>
      broadcastShapes(solve, a, b, {
        id: 'index-size-mismatch',
        sentence: () => `shape mismatch: indexing tensors could not be broadcast together with shapes ${sizes}`,
      }),
    );
  const onNothing = positions.some((entry) => entry.chooser.kind !== 'mask' && entry.of.some((d) => isZero(solve, d)));
  if (onNothing && ![...whole.lead, ...whole.tail].some((size) => solve.equal(size, zero) !== 'no'))
    refuse('index-out-of-range', 'index is out of bounds for dimension with size 0', { argument: 'index' });
  const first = entries.findIndex((entry) => entry.kind === 'positions');
  const together = entries.slice(first, first + positions.length).every((entry) => entry.kind === 'positions');
  const others = entries.filter((entry) => entry.kind === 'dims').map((entry) => entry.shape);
  const before = together ? entries.slice(0, first).length : 0;
  return joined(...others.slice(0, before), whole, ...others.slice(before));
}
