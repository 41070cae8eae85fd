/**
 * Shapes: dims with at most one stretch of unknown length.
 *
 * `(*batch, 3, H)` is lead [], rest batch, tail [3, H]. A shape without `rest` has all dims in `lead`.
 */
import { fresh } from './fresh';
import { type Dim, type Sym, showDim } from './dim';

/** A stretch of dims of unknown number, as `*batch`; facts say what it was found to be. */
export interface Segment {
  readonly id: number;
  readonly name: string;
  /** Least possible value of each of its sizes. */
  readonly lower: number;
}

export interface Shape {
  readonly lead: readonly Dim[];
  readonly rest?: Segment;
  /** Empty where there is no `rest`. */
  readonly tail: readonly Dim[];
}

/** A new stretch; no other one is equal to it. */
export const freshSegment = (name: string, lower = 0): Segment =>
  fresh(`stretch ${name}`, (id) => ({ id, name, lower }));

/** The shape of exactly these dims. */
export const shapeOf = (dims: readonly Dim[]): Shape => ({ lead: dims, tail: [] });

/** A shape about which nothing is known. */
export const anyShape = (name: string, lower = 0): Shape => ({ lead: [], rest: freshSegment(name, lower), tail: [] });

/** The dims of a shape whose rank is known. */
export const dimsOf = (shape: Shape): readonly Dim[] | undefined => (shape.rest === undefined ? shape.lead : undefined);

/** The rank where it is known. */
export const rankOf = (shape: Shape): number | undefined => (shape.rest === undefined ? shape.lead.length : undefined);

/** The dims of a, then those of b; undefined where both have a stretch. */
export const concat = (a: Shape, b: Shape): Shape | undefined => {
  if (a.rest === undefined)
    return b.rest === undefined ? shapeOf([...a.lead, ...b.lead]) : { ...b, lead: [...a.lead, ...b.lead] };
  return b.rest === undefined ? { ...a, tail: [...a.tail, ...b.lead] } : undefined;
};

/** The shape with dims after its last one. */
export const withLast = (shape: Shape, dims: readonly Dim[]): Shape =>
  shape.rest === undefined ? shapeOf([...shape.lead, ...dims]) : { ...shape, tail: [...shape.tail, ...dims] };

/** The dim `n` places before the end (1 is the last); undefined where it isn't written out. */
export const fromEnd = (shape: Shape, n: number): Dim | undefined =>
  (shape.rest === undefined ? shape.lead : shape.tail).at(-n);

/** Whether two shapes are the same text: the same sizes around the same stretch. */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a === b || (a.rest?.id === b.rest?.id && sameDims(a.lead, b.lead) && sameDims(a.tail, b.tail));

const sameDims = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a === b || (a.length === b.length && a.every((d, i) => d === b[i] || d.key === b[i]?.key));

/** `(B, 3, H//2, W)`, `(*batch, 768)`: the shape as a Python tuple in the names of its symbols. */
export const showShape = (shape: Shape, nameOf?: (s: Sym) => string): string => {
  const parts = shape.lead.map((d) => showDim(d, nameOf));
  if (shape.rest !== undefined) parts.push(`*${shape.rest.name}`, ...shape.tail.map((d) => showDim(d, nameOf)));
  return parts.length === 1 ? `(${parts[0] ?? ''},)` : `(${parts.join(', ')})`;
};
