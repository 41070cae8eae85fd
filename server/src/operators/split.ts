/**
 * A tensor cut into parts along an axis: chunk, split, tensor_split, hsplit, vsplit, dsplit; unbind takes the axis away.
 *
 * Shapes: chunk(k) makes parts of ceil(n / k), the last one smaller, possibly fewer than k;
 * split(s) parts of s; split([a, b]) needs a + b = n; tensor_split(k) parts of n // k or one more.
 * Errors: `split-size-mismatch`, `axis-out-of-range`, `argument-out-of-range`, `input-rank-mismatch`.
 * Source: torch.chunk, torch.split, torch.tensor_split, torch.unbind, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tuple, type PartsValue, type TensorValue, type TupleValue } from '../core/infer/value';
import type { AxisSplit } from '../core/shape/axis';
import { add, ceilDiv, constantOf, floorDiv, max, min, mul, num, sub, sum, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, joined } from './common/axes';
import { shortName, subjectOf } from './common/names';
import { reshaped } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

/** More parts are not worth a tuple. */
const MAX_PARTS = 4096;
/** Multiples of a symbolic size are tried up to this one. */
const MAX_MULTIPLE = 16;

function partsOf(t: TensorValue, cut: AxisSplit, sizes: readonly Dim[]): TupleValue {
  const parts = sizes.map((size) => reshaped(t, joined(cut.before, [size], cut.after)));
  if (t.numbers === undefined) return tuple(parts);
  const { numbers } = t;
  let end = 0;
  return tuple(
    parts.map((part, i) => {
      const start = end;
      end += constantOf(sizes[i] as Dim) ?? NaN;
      return Number.isNaN(end) ? part : { ...part, numbers: numbers.slice(start, end) };
    }),
  );
}

/** Parts of `size`, the last one with the rest; undefined where their number isn't known. */
function equalParts(solve: Solve, total: Dim, size: Dim): readonly Dim[] | undefined {
  const [whole, part] = [solve.number(total), solve.number(size)];
  if (whole !== undefined && part !== undefined) {
    const count = whole === 0 ? 1 : Math.ceil(whole / part);
    if (count > MAX_PARTS) giveUp('too many parts');
    return Array.from({ length: count }, (_, i) => num(Math.min(part, whole - i * part)));
  }
  // qkv.split(dim, -1) of 3 * dim: three parts whatever dim is.
  for (let count = 1; count <= MAX_MULTIPLE; count++)
    if (solve.equal(mul(num(count), size), total) === 'yes') return new Array<Dim>(count).fill(size);
  return undefined;
}

function chunked(solve: Solve, total: Dim, chunks: number): readonly Dim[] {
  const whole = solve.number(total);
  if (whole !== undefined) {
    const part = Math.ceil(whole / chunks);
    // An axis of size 0 still gives the number of chunks that was asked for.
    const parts = part === 0 ? new Array<Dim>(chunks).fill(num(0)) : equalParts(solve, total, num(part));
    return parts ?? giveUp('the number of parts is not known');
  }
  if (chunks === 1) return [total];
  // chunk(k) of n gives k parts where (k - 1) * ceil(n / k) < n: where k divides n, and for large n.
  const part = ceilDiv(total, num(chunks));
  const last = sub(total, mul(num(chunks - 1), part));
  if (solve.equal(mul(num(chunks), part), total) === 'yes') return new Array<Dim>(chunks).fill(part);
  if (solve.less(last, num(0)) === 'yes') return giveUp('fewer parts than asked for');
  return [...new Array<Dim>(chunks - 1).fill(part), last];
}

/** tensor_split(k): the first n % k parts have one more. */
function sections(solve: Solve, total: Dim, count: number): readonly Dim[] {
  const whole = solve.number(total);
  if (whole !== undefined)
    return Array.from({ length: count }, (_, i) => num(Math.floor(whole / count) + (i < whole % count ? 1 : 0)));
  return Array.from({ length: count }, (_, i) => floorDiv(add(total, num(count - 1 - i)), num(count)));
}

/** tensor_split([i, j]): x[:i], x[i:j], x[j:]. */
function atIndices(solve: Solve, total: Dim, indices: readonly Dim[]): readonly Dim[] {
  const clamped = indices.map((index) => {
    const value = solve.number(index);
    if (value === undefined) return giveUp('an index of tensor_split is not known');
    return value < 0 ? max(add(total, num(value)), num(0)) : min(num(value), total);
  });
  const ends = [...clamped, total];
  return ends.map((end, i) => (i === 0 ? end : max(sub(end, ends[i - 1] as Dim), num(0))));
}

function listed(solve: Solve, total: Dim, sizes: readonly Dim[], axis: number): readonly Dim[] {
  const text = brackets(solve, sizes);
  if (sizes.some((size) => solve.less(size, num(0)) === 'yes'))
    refuse(
      'negative-size',
      `split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=${text}`,
    );
  if (!solve.same(sum(sizes), total, `the sizes of the parts sum to ${solve.text(total)}`))
    refuse(
      'split-size-mismatch',
      `split_with_sizes expects split_sizes to sum exactly to ${solve.text(total)} (input tensor's size at dimension ${axis}), but got split_sizes=${text}`,
    );
  return sizes;
}

const scalarSentences: Readonly<Record<string, string>> = {
  chunk: 'chunk expects at least a 1-dimensional tensor',
  split: 'split expects at least a 1-dimensional tensor',
  tensor_split: 'tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims',
};

function cutAt(solve: Solve, t: TensorValue, axis: number, kind: string): AxisSplit {
  const sentence = scalarSentences[kind];
  const dims = solve.shape(t);
  if (sentence !== undefined && dims.rest === undefined && dims.lead.length === 0)
    refuse('input-rank-mismatch', sentence);
  return (
    atAxis(solve, t, axis) ??
    refuse('input-rank-mismatch', sentence ?? 'Dimension specified as 0 but tensor has no dimensions')
  );
}

function splitCall(call: Call, solve: Solve, t: TensorValue, name: string): TupleValue | PartsValue {
  const argument =
    name === 'torch.split' ? 'split_size_or_sections' : shortName(name) === 'split' ? 'split_size' : 'split_sizes';
  const axis = call.number('dim');
  const value = call.value(argument);
  if (value.kind === 'int' && argument === 'split_sizes') giveUp('an int as list of sizes');
  const cut = cutAt(solve, t, axis, 'split');
  if (value.kind === 'int' || value.kind === 'latent') {
    const size = call.int(argument);
    const text = solve.text(size);
    if (solve.less(size, num(0)) === 'yes')
      refuse('negative-size', `split expects split_size be non-negative, but got split_size=${text}`);
    if (solve.number(size) === 0) {
      if (solve.equal(cut.size, num(0)) === 'no')
        refuse(
          'argument-out-of-range',
          `split_size can only be 0 if dimension size is 0, but got dimension size of ${solve.text(cut.size)}`,
        );
      return partsOf(t, cut, [num(0)]);
    }
    const parts = equalParts(solve, cut.size, size);
    return parts === undefined ? { kind: 'parts', of: t, cut, size } : partsOf(t, cut, parts);
  }
  return partsOf(t, cut, listed(solve, cut.size, call.ints(argument), axis));
}

/** The indices to cut at; null where a number of parts is given. One int is always that number. */
const indicesOf = (call: Call): readonly Dim[] | null =>
  call.given('indices') && call.value('indices').kind !== 'int' ? call.ints('indices') : null;

const sectionsOf = (call: Call): number =>
  call.given('sections')
    ? call.number('sections')
    : call.given('indices')
      ? call.number('indices')
      : giveUp('indices in a tensor');

/** The least rank, and the axis, of hsplit, vsplit and dsplit. */
const directions: Readonly<Record<string, readonly [rank: number, axis: number]>> = {
  hsplit: [1, 1],
  vsplit: [2, 0],
  dsplit: [3, 2],
};

function directed(call: Call, solve: Solve, t: TensorValue, kind: string): TupleValue {
  const indices = indicesOf(call);
  const [least, usual] = directions[kind] ?? [1, 0];
  const rank = solve.dims(t).length;
  if (rank < least)
    refuse(
      'input-rank-mismatch',
      `torch.${kind} requires a tensor with at least ${least} dimension, but got a tensor with ${rank} dimensions!`,
    );
  const axis = kind === 'hsplit' && rank === 1 ? 0 : usual;
  const cut = cutAt(solve, t, axis, kind);
  if (indices !== null) return partsOf(t, cut, atIndices(solve, cut.size, indices));
  const count = sectionsOf(call);
  if (!solve.divides(num(count), cut.size))
    refuse(
      'split-size-mismatch',
      `torch.${kind} attempted to split along dimension ${axis}, but the size of the dimension ${solve.text(cut.size)} is not divisible by the split_size ${count}!`,
    );
  return partsOf(t, cut, sections(solve, cut.size, count));
}

export const split = operator({
  id: 'split',
  names: ['chunk', 'split', 'split_with_sizes', 'tensor_split', 'unsafe_chunk', 'hsplit', 'vsplit', 'dsplit'].flatMap(
    (name) => [`torch.${name}`, `torch.Tensor.${name}`],
  ),
  // An int is tried before a list: `x.tensor_split(2, 1)` cuts axis 1 into two.
  params: (name) =>
    name.endsWith('.tensor_split')
      ? ['tensor_indices_or_sections: Tensor', 'sections: int', 'indices: int[]'].map(
          (first) => `${subjectOf(name)}: Tensor, ${first}, dim: int = 0`,
        )
      : signatures(name),
  infer: answering((call, solve, name) => {
    const kind = shortName(name).replace(/^unsafe_/, '');
    const t = call.tensor(name === 'torch.split' ? 'tensor' : subjectOf(name));
    if (kind === 'split' || kind === 'split_with_sizes') return splitCall(call, solve, t, name);
    if (kind in directions) return directed(call, solve, t, kind);
    const indices = kind === 'chunk' ? null : indicesOf(call);
    const cut = cutAt(solve, t, call.number('dim'), kind);
    if (kind === 'chunk') {
      const chunks = call.number('chunks');
      if (chunks <= 0) refuse('argument-out-of-range', `chunk expects \`chunks\` to be greater than 0, got: ${chunks}`);
      return partsOf(t, cut, chunked(solve, cut.size, chunks));
    }
    if (indices !== null) return partsOf(t, cut, atIndices(solve, cut.size, indices));
    const count = sectionsOf(call);
    if (count <= 0) refuse('argument-out-of-range', `number of sections must be larger than 0, got ${count}`);
    return partsOf(t, cut, sections(solve, cut.size, count));
  }),
});

/** The slices of a tensor along an axis, without it. */
export const unbind = operator({
  id: 'split',
  names: ['torch.unbind', 'torch.Tensor.unbind'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    const cut = cutAt(solve, t, call.number('dim'), 'unbind');
    const count = solve.number(cut.size);
    if (count === undefined) return { kind: 'parts', of: t, cut, size: undefined } as const;
    if (count > MAX_PARTS) return giveUp('too many slices');
    return tuple(new Array(count).fill(reshaped(t, joined(cut.before, cut.after))));
  }),
});
