/**
 * Subscripts: `x[0]`, `x[:, 1:]`, `x[..., None]`, `x[mask]`, `x[rows, cols]`; reading and assigning.
 *
 * Shapes: an int takes its axis away, a slice shortens it, None puts a 1, tensors of positions put
 * their broadcast shape where they stand together, or first where something stands between them.
 * Errors: `index-out-of-range`, `too-many-indices`, `index-type`, `mask-size-mismatch`,
 * `index-size-mismatch`, `assignment-size-mismatch`.
 * Source: torch/csrc/autograd/python_variable_indexing.cpp, at::index, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { none, type SliceValue, type TensorValue, type Value } from '../core/infer/value';
import { shownDims } from '../core/shape/axis';
import { add, ceilDiv, max, min, neg, num, sub, type Dim } from '../core/shape/dim';
import { dimsOf, shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { joined } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { scalarName } from './common/dtypes';
import { subjectOf } from './common/names';
import { reshaped } from './common/results';
import { brackets } from './common/sizes';
import { expandedSizes } from './expand';

const zero = num(0);

/** A list, or a tensor, of positions or of yes and no. */
interface Positions {
  readonly kind: 'positions' | 'mask';
  readonly shape: Shape;
  /** Numbers of a literal list, for the bounds. */
  readonly literal?: readonly Dim[];
}

/** One subscript, after Python's values are sorted out. */
type Subscript =
  | { readonly kind: 'int'; readonly dim: Dim | undefined }
  | { readonly kind: 'slice'; readonly slice: SliceValue }
  | { readonly kind: 'new' }
  | { readonly kind: 'ellipsis' }
  | Positions;

/** How many axes a subscript takes. */
const taken = (subscript: Subscript): number => {
  if (subscript.kind === 'new' || subscript.kind === 'ellipsis') return 0;
  return subscript.kind === 'mask' ? (dimsOf(subscript.shape)?.length ?? giveUp('a mask of unknown rank')) : 1;
};

const wrongType = (what: string): never =>
  refuse(
    'index-type',
    `only integers, slices (\`:\`), ellipsis (\`...\`), None and long or byte Variables are valid indices (got ${what})`,
    { argument: 'index' },
  );

function tensorSubscript(solve: Solve, t: TensorValue): Subscript {
  const shape = solve.shape(t);
  if (t.dtype === 'bool' || t.dtype === 'uint8') {
    return dimsOf(shape)?.length === 0 ? giveUp('a yes or no as subscript') : { kind: 'mask', shape };
  }
  if (t.dtype !== undefined && t.dtype !== 'int64' && t.dtype !== 'int32')
    refuse('index-type', 'tensors used as indices must be long, int, byte or bool tensors', { argument: 'index' });
  if (t.dtype === undefined) return giveUp('whether a subscript is a mask is not known');
  return dimsOf(shape)?.length === 0 ? { kind: 'int', dim: undefined } : { kind: 'positions', shape };
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

function subscriptOf(call: Call, solve: Solve, value: Value): Subscript {
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
      return tensorSubscript(solve, value);
    case 'float':
      return wrongType('float');
    case 'str':
      return refuse('index-type', `new(): invalid data type 'str'`, { argument: 'index' });
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
    ? items.map((item) => subscriptOf(call, solve, item))
    : [subscriptOf(call, solve, index)];
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

/** What the subscripts have made so far: dims, stretches that are left as they are, and places of positions. */
type Entry = { readonly kind: 'dims'; readonly shape: Shape } | { readonly kind: 'positions'; readonly shape: Shape };

/** Dims of the entries for a message. */
const shown = (entries: readonly Entry[], rest: readonly Dim[]): readonly Dim[] => [
  ...entries.flatMap((entry) => entry.shape.lead),
  ...rest,
];

const outOfRange = (solve: Solve, index: Dim, axis: number, size: Dim): never =>
  refuse(
    'index-out-of-range',
    `index ${solve.text(index)} is out of bounds for dimension ${axis} with size ${solve.text(size)}`,
    { argument: 'index' },
  );

function checkBounds(solve: Solve, index: Dim, size: Dim, axis: number): void {
  if (solve.less(index, size) === 'no' || solve.less(index, neg(size)) === 'yes') outOfRange(solve, index, axis, size);
}

function tooManySentence(rank: number, subscripts: readonly Subscript[]): string {
  const only = rank === 0 && subscripts.length === 1 ? subscripts[0]?.kind : undefined;
  if (only === 'int')
    return 'invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number';
  return only === 'slice'
    ? 'slice() cannot be applied to a 0-dim tensor.'
    : `too many indices for tensor of dimension ${rank}`;
}

/** The dims that each subscript is applied to: those before the ellipsis from the front, the others from the end. */
function spread(
  solve: Solve,
  t: TensorValue,
  subscripts: readonly Subscript[],
): { readonly front: readonly Dim[]; readonly middle: Shape; readonly back: readonly Dim[]; readonly at: number } {
  const found = subscripts.findIndex((subscript) => subscript.kind === 'ellipsis');
  const at = found < 0 ? subscripts.length : found;
  const count = (list: readonly Subscript[]): number => list.reduce((sum, subscript) => sum + taken(subscript), 0);
  const [before, after] = [count(subscripts.slice(0, at)), count(subscripts.slice(at))];
  const tooMany = (rank: number): never =>
    refuse('too-many-indices', tooManySentence(rank, subscripts), { argument: 'index' });
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

/** Applies subscripts to the dims they take, one after the other. */
function applied(
  solve: Solve,
  subscripts: readonly Subscript[],
  dims: readonly Dim[],
  entries: Entry[],
  rest: readonly Dim[],
  selects: { count: number; lists: number },
): void {
  let next = 0;
  for (const subscript of subscripts) {
    const here = dims.slice(next);
    const size = here[0];
    switch (subscript.kind) {
      case 'new':
        entries.push({ kind: 'dims', shape: shapeOf([num(1)]) });
        break;
      case 'int':
        if (subscript.dim !== undefined && size !== undefined)
          checkBounds(solve, subscript.dim, size, shown(entries, []).length + selects.count);
        selects.count++;
        break;
      case 'slice':
        if (size !== undefined)
          entries.push({ kind: 'dims', shape: shapeOf([sliceLength(solve, subscript.slice, size)]) });
        break;
      case 'mask':
        entries.push({ kind: 'positions', shape: shapeOf([masked(solve, subscript, here, entries, rest)]) });
        selects.lists++;
        break;
      case 'positions':
        for (const index of subscript.literal ?? [])
          if (size !== undefined) checkBounds(solve, index, size, selects.lists);
        entries.push({ kind: 'positions', shape: subscript.shape });
        selects.lists++;
        break;
      default:
        break;
    }
    next += taken(subscript);
  }
}

/** A mask has the sizes of the axes that it stands for; how many are chosen is data. */
function masked(
  solve: Solve,
  mask: Positions,
  dims: readonly Dim[],
  entries: readonly Entry[],
  rest: readonly Dim[],
): Dim {
  const own = mask.shape.lead;
  const start = shown(entries, []).length;
  own.forEach((size, i) => {
    if (!solve.same(size, dims[i] as Dim, 'a mask has the size of what it chooses from'))
      refuse(
        'mask-size-mismatch',
        `The shape of the mask ${brackets(solve, own)} at index ${i} does not match the shape of the indexed tensor ${brackets(solve, shown(entries, [...dims, ...rest]))} at index ${start + i}`,
        { argument: 'index' },
      );
  });
  return solve.fresh('count');
}

/** The shape of what subscripts choose, and whether any of them is a list or a tensor. */
function chosen(
  call: Call,
  solve: Solve,
  t: TensorValue,
  index: Value,
): { readonly shape: Shape; readonly advanced: boolean } {
  const all = subscriptsOf(call, solve, index);
  const subscripts = all.filter(
    (subscript, i) => subscript.kind !== 'ellipsis' || all.findIndex((other) => other.kind === 'ellipsis') === i,
  );
  const { front, middle, back, at } = spread(solve, t, subscripts);
  const entries: Entry[] = [];
  const selects = { count: 0, lists: 0 };
  applied(solve, subscripts.slice(0, at), front, entries, [...middle.lead, ...middle.tail, ...back], selects);
  if (middle.lead.length > 0 || middle.rest !== undefined) entries.push({ kind: 'dims', shape: middle });
  applied(solve, subscripts.slice(at + 1), back, entries, [], selects);
  return { shape: arranged(solve, entries), advanced: entries.some((entry) => entry.kind === 'positions') };
}

/** Positions are broadcast together; they stand at the first one's place if nothing is between them, else in front. */
function arranged(solve: Solve, entries: readonly Entry[]): Shape {
  const positions = entries.filter((entry) => entry.kind === 'positions');
  if (positions.length === 0) return joined(...entries.map((entry) => entry.shape));
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
  const first = entries.findIndex((entry) => entry.kind === 'positions');
  const together = entries.slice(first, first + positions.length).every((entry) => entry.kind === 'positions');
  const others = entries.filter((entry) => entry.kind === 'dims').map((entry) => entry.shape);
  const before = together ? entries.slice(0, first).length : 0;
  return joined(...others.slice(0, before), whole, ...others.slice(before));
}

/** `t[index]` */
export const index = (call: Call, solve: Solve, t: TensorValue, subscript: Value): TensorValue =>
  reshaped(t, chosen(call, solve, t, subscript).shape);

/** Whether a tensor can be assigned to what subscripts choose. Leading sizes of 1 are dropped first. */
function checkAssigned(solve: Solve, target: Shape, advanced: boolean, t: TensorValue, value: TensorValue): void {
  const [sizes, given] = [dimsOf(target), dimsOf(solve.shape(value))];
  if (
    advanced &&
    t.dtype !== undefined &&
    value.dtype !== undefined &&
    t.dtype !== value.dtype &&
    given !== undefined &&
    given.length > 0
  )
    refuse(
      'dtype-mismatch',
      `Index put requires the source and destination dtypes match, got ${scalarName(t.dtype)} for the destination and ${scalarName(value.dtype)} for the source.`,
    );
  if (sizes === undefined || given === undefined) return;
  const firstReal = given.findIndex((dim) => solve.equal(dim, num(1)) !== 'yes');
  const stripped = firstReal < 0 ? [] : given.slice(firstReal);
  // A size that may be 1 may be dropped as well.
  if (
    stripped.length > sizes.length &&
    stripped.slice(0, stripped.length - sizes.length).some((dim) => solve.equal(dim, num(1)) === 'maybe')
  )
    return;
  if (!advanced) {
    expandedSizes(solve, reshaped(value, stripped), sizes);
    return;
  }
  const offset = sizes.length - stripped.length;
  const fits =
    offset >= 0 &&
    stripped.every(
      (size, i) =>
        solve.equal(size, num(1)) !== 'no' ||
        solve.same(size, sizes[i + offset] as Dim, 'what is assigned has the size of what is chosen'),
    );
  if (!fits)
    refuse(
      'assignment-size-mismatch',
      `shape mismatch: value tensor of shape ${brackets(solve, stripped)} cannot be broadcast to indexing result of shape ${brackets(solve, sizes)}`,
      {
        argument: 'value',
      },
    );
}

export const getitem = operator({
  id: 'getitem',
  names: [
    'torch.Tensor.__getitem__',
    'torch.Tensor.__setitem__',
    'torch.index_put',
    'torch.index_put_',
    'torch.Tensor.index_put',
    'torch.Tensor.index_put_',
  ],
  params: (name) =>
    name.includes('index_put')
      ? [`${subjectOf(name)}: Tensor, indices: any, values: any, accumulate: bool = False`]
      : name.endsWith('__setitem__')
        ? ['self: Tensor, index: any, value: any']
        : ['self: Tensor, index: any'],
  infer: answering((call, solve, name) => {
    const puts = name.includes('index_put');
    const t = call.tensor(subjectOf(name));
    const { shape, advanced } = chosen(call, solve, t, call.value(puts ? 'indices' : 'index'));
    if (!puts && !name.endsWith('__setitem__')) return reshaped(t, shape);
    const value = call.value(puts ? 'values' : 'value');
    if (value.kind === 'tensor') checkAssigned(solve, shape, advanced || puts, t, value);
    return puts ? reshaped(t, solve.shape(t)) : none;
  }),
});
