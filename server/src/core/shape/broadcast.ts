/**
 * Broadcasting: the common shape of tensors that meet element by element.
 *
 * Sizes are compared from the last one; each pair must be equal or hold a 1.
 * Source: "Broadcasting semantics" of the PyTorch 2.13 documentation; `infer_size` in ATen/ExpandUtils.cpp
 * for the dimension that the message names: the last one that disagrees, counted in the result.
 */
import { type Dim, broadcastDim, constantOf, num } from './dim';
import type { Cause, Facts } from './facts';
import { type Shape, sameShape, shapeOf } from './shape';

export type Broadcast =
  | { readonly verdict: 'yes'; readonly shape: Shape; readonly facts: Facts }
  | {
      readonly verdict: 'no';
      /** The dimension of the result, as PyTorch counts it; from the end (-1 is the last) where the rank is open. */
      readonly axis: number;
      readonly a: Dim;
      readonly b: Dim;
      readonly because: readonly Cause[];
    }
  | { readonly verdict: 'maybe' };

const maybe: Broadcast = { verdict: 'maybe' };
const sizesMeet: Cause = { text: 'these sizes are combined element by element' };

/** The shape that two shapes broadcast to, and what it teaches of their sizes. */
export const broadcast = (a: Shape, b: Shape, facts: Facts, cause: Cause = sizesMeet): Broadcast => {
  const [x, y] = [facts.shape(a), facts.shape(b)];
  if (sameShape(x, y)) return { verdict: 'yes', shape: x, facts };
  if (x.rest === undefined && y.rest === undefined) return ofKnownRank(x.lead, y.lead, facts, cause);
  if (x.rest !== undefined && y.rest !== undefined) return ofTwoStretches(x, y, facts, cause);
  return x.rest === undefined
    ? ofOneStretch(y, x.lead, true, facts, cause)
    : ofOneStretch(x, y.lead, false, facts, cause);
};

/** The shape that all of them broadcast to, from the first to the last. */
export const broadcastAll = (shapes: readonly Shape[], facts: Facts, cause: Cause = sizesMeet): Broadcast => {
  let result: Broadcast = { verdict: 'yes', shape: shapes[0] ?? shapeOf([]), facts };
  for (const shape of shapes.slice(1)) {
    if (result.verdict !== 'yes') return result;
    result = broadcast(result.shape, shape, result.facts, cause);
  }
  return result;
};

type Aligned =
  | { readonly verdict: 'yes'; readonly dims: readonly Dim[]; readonly facts: Facts }
  | {
      readonly verdict: 'no';
      readonly fromEnd: number;
      readonly a: Dim;
      readonly b: Dim;
      readonly because: readonly Cause[];
    };

/** Dims aligned at their ends; those without an opposite stay as they are. */
const aligned = (a: readonly Dim[], b: readonly Dim[], start: Facts, cause: Cause): Aligned => {
  let facts = start;
  const dims: Dim[] = [];
  for (let i = 1; i <= Math.max(a.length, b.length); i++) {
    const [x, y] = [a.at(-i), b.at(-i)];
    const met = x === undefined || y === undefined ? { dim: (x ?? y) as Dim, facts } : meet(x, y, facts, cause);
    if (met.dim === undefined) return { verdict: 'no', fromEnd: i, a: x as Dim, b: y as Dim, because: met.because };
    facts = met.facts;
    dims.unshift(met.dim);
  }
  return { verdict: 'yes', dims, facts };
};

type Met =
  { readonly dim: Dim; readonly facts: Facts } | { readonly dim?: undefined; readonly because: readonly Cause[] };

/** One pair of sizes: equal, or one of them is 1. */
const meet = (a: Dim, b: Dim, facts: Facts, cause: Cause): Met => {
  if (a === b) return { dim: a, facts };
  const [m, n] = [constantOf(a), constantOf(b)];
  if (m !== undefined && n !== undefined)
    return m === n || n === 1 ? { dim: a, facts } : m === 1 ? { dim: b, facts } : { because: [] };
  if (n === 1 || m === 1) return { dim: n === 1 ? a : b, facts };
  const one = num(1);
  const learned = facts.requireAnyEqual(
    [
      [a, b],
      [a, one],
      [b, one],
    ],
    cause,
  );
  if (learned.verdict === 'refuted') return { because: learned.because };
  const after = learned.verdict === 'learned' ? learned.facts : facts;
  return { dim: after.dim(broadcastDim(after.dim(a), after.dim(b))), facts: after };
};

const ofKnownRank = (a: readonly Dim[], b: readonly Dim[], facts: Facts, cause: Cause): Broadcast => {
  const result = aligned(a, b, facts, cause);
  const rank = Math.max(a.length, b.length);
  if (result.verdict === 'no') return { ...mismatch(result, rank - result.fromEnd) };
  return { verdict: 'yes', shape: shapeOf(result.dims), facts: result.facts };
};

const mismatch = ({ a, b, because }: Extract<Aligned, { verdict: 'no' }>, axis: number): Broadcast => ({
  verdict: 'no',
  axis,
  a,
  b,
  because,
});

/** A shape with a stretch against one of known rank; `swapped` where the latter is the left one. */
const ofOneStretch = (open: Shape, dims: readonly Dim[], swapped: boolean, facts: Facts, cause: Cause): Broadcast => {
  const pair = (x: readonly Dim[], y: readonly Dim[]): Aligned =>
    swapped ? aligned(y, x, facts, cause) : aligned(x, y, facts, cause);
  if (dims.length > open.tail.length) return overhanging(open, dims, swapped, facts, cause);
  const result = pair(open.tail, dims);
  if (result.verdict === 'no') return mismatch(result, -result.fromEnd);
  return { verdict: 'yes', shape: { ...open, tail: result.dims }, facts: result.facts };
};

/** The shape of known rank is longer than the tail: some of its dims meet the stretch or the lead. */
const overhanging = (open: Shape, dims: readonly Dim[], swapped: boolean, facts: Facts, cause: Cause): Broadcast => {
  const over = dims.length - open.tail.length;
  const lengths = open.rest === undefined ? [0] : facts.lengths(open.rest);
  const least = 'low' in lengths ? lengths.low : Math.min(...lengths);
  if (least >= over) {
    const exposed = facts.expose(open, 0, dims.length);
    const again = exposed.shape.tail.length >= dims.length || exposed.shape.rest === undefined;
    if (again)
      return swapped
        ? broadcast(shapeOf(dims), exposed.shape, exposed.facts, cause)
        : broadcast(exposed.shape, shapeOf(dims), exposed.facts, cause);
  }
  // What stands opposite the tail can be refuted all the same.
  const known = dims.slice(over);
  const result = swapped ? aligned(known, open.tail, facts, cause) : aligned(open.tail, known, facts, cause);
  if (result.verdict === 'no') return mismatch(result, -result.fromEnd);
  const isFilledUp = least + open.lead.length >= over && dims.slice(0, over).every((d) => constantOf(d) === 1);
  return isFilledUp ? { verdict: 'yes', shape: { ...open, tail: result.dims }, facts: result.facts } : maybe;
};

const ofTwoStretches = (x: Shape, y: Shape, facts: Facts, cause: Cause): Broadcast => {
  const shared = Math.min(x.tail.length, y.tail.length);
  const tail = aligned(
    shared === 0 ? [] : x.tail.slice(-shared),
    shared === 0 ? [] : y.tail.slice(-shared),
    facts,
    cause,
  );
  if (tail.verdict === 'no') return mismatch(tail, -tail.fromEnd);
  if (x.rest?.id !== y.rest?.id || x.tail.length !== y.tail.length || x.rest === undefined) return maybe;
  // The same stretch at the same distance from the end meets itself; so do the dims before it.
  const lead = aligned(x.lead, y.lead, tail.facts, cause);
  if (lead.verdict === 'no') return maybe;
  return { verdict: 'yes', shape: { lead: lead.dims, rest: x.rest, tail: tail.dims }, facts: lead.facts };
};
