/** Shapes with a stretch of unknown length: filling in, and learning its length and its sizes. */
import { type Knowledge, type Reasons, type Stretch, allOf, filledIn } from './knowledge';
import type { Draft } from './learning';
import { type Dim, freshSym, sub, sym } from './polynomial';
import { type Segment, type Shape, freshSegment, shapeOf } from './shape';

const open: Stretch = { low: 0, why: [] };

/** What is known of a stretch itself; its length may also follow from what it was found to be. */
const stretchOf = (k: Knowledge, segment: Segment): Stretch => k.stretches.get(segment.id) ?? open;

/** The shape with stretches and sizes filled in. */
export const filledShape = (k: Knowledge, shape: Shape): Shape => {
  if (k.replaced.size === 0 && k.bounds.size === 0 && (shape.rest === undefined || !k.stretches.has(shape.rest.id)))
    return shape;
  const opened = spliced(k, shape);
  const [lead, tail] = [opened.lead.map((d) => filledIn(k, d)), opened.tail.map((d) => filledIn(k, d))];
  if (opened === shape && lead.every((d, i) => d === shape.lead[i]) && tail.every((d, i) => d === shape.tail[i]))
    return shape;
  return opened.rest === undefined ? { lead, tail } : { lead, rest: opened.rest, tail };
};

/** The shape with what its stretch was found to be in its place. */
const spliced = (k: Knowledge, shape: Shape): Shape => {
  let current = shape;
  while (current.rest !== undefined) {
    const bound = stretchOf(k, current.rest).bound;
    if (bound === undefined) return current;
    current = replaceRest(current, bound);
  }
  return current;
};

const replaceRest = (shape: Shape, by: Shape): Shape =>
  by.rest === undefined
    ? { lead: [...shape.lead, ...by.lead, ...shape.tail], tail: [] }
    : { lead: [...shape.lead, ...by.lead], rest: by.rest, tail: [...by.tail, ...shape.tail] };

/** Why a shape's stretch is what it is, through all that it was found to be. */
const reasonsOfShape = (k: Knowledge, shape: Shape): Reasons => {
  const lists: Reasons[] = [];
  for (let rest = shape.rest; rest !== undefined; rest = stretchOf(k, rest).bound?.rest)
    lists.push(stretchOf(k, rest).why);
  return allOf(...lists);
};

/** Least length, and the possible lengths where they are few. */
export const lengthsOf = (
  k: Knowledge,
  segment: Segment,
): { readonly low: number; readonly lengths?: readonly number[] | undefined } => {
  const shape = spliced(k, { lead: [], rest: segment, tail: [] });
  const known = shape.lead.length + shape.tail.length;
  if (shape.rest === undefined) return { low: known, lengths: [known] };
  const { low, lengths } = stretchOf(k, shape.rest);
  return { low: low + known, lengths: lengths?.map((n) => n + known) };
};

/** The possible ranks where they are few. */
export const ranksOf = (k: Knowledge, shape: Shape): readonly number[] | undefined => {
  const known = shape.lead.length + shape.tail.length;
  if (shape.rest === undefined) return [known];
  const { lengths } = lengthsOf(k, shape.rest);
  return lengths?.map((n) => n + known);
};

const setStretch = (draft: Draft, segment: Segment, stretch: Stretch): void => {
  draft.stretches = new Map(draft.stretches).set(segment.id, stretch);
  draft.learned = true;
};

/** Learns that the rank is one of these. */
export const learnRank = (draft: Draft, asked: Shape, ranks: readonly number[], why: Reasons): void => {
  const shape = spliced(draft, asked);
  const known = shape.lead.length + shape.tail.length;
  const reasons = allOf(why, reasonsOfShape(draft, asked));
  if (shape.rest === undefined) {
    if (!ranks.includes(known)) draft.refute(reasons);
    return;
  }
  const before = stretchOf(draft, shape.rest);
  const wanted = [...new Set(ranks)]
    .map((r) => r - known)
    .filter((n) => n >= before.low && (before.lengths?.includes(n) ?? true));
  if (wanted.length === before.lengths?.length) return;
  setLengths(
    draft,
    shape.rest,
    wanted.sort((a, b) => a - b),
    reasons,
  );
};

/** Learns the possible lengths of a stretch that wasn't found to be anything yet. */
const setLengths = (draft: Draft, segment: Segment, lengths: readonly number[], why: Reasons): void => {
  const [low] = lengths;
  if (low === undefined) return draft.refute(why);
  if (lengths.length > 1) return setStretch(draft, segment, { low, lengths, why });
  const dims = Array.from({ length: low }, (_, i) =>
    sym(freshSym(low === 1 ? segment.name : `${segment.name}${i}`, segment.lower)),
  );
  setStretch(draft, segment, { low, lengths, bound: shapeOf(dims), why });
};

/** Learns that the rank is at least n. */
export const learnMinRank = (draft: Draft, asked: Shape, n: number, why: Reasons): void => {
  const shape = spliced(draft, asked);
  const known = shape.lead.length + shape.tail.length;
  if (known >= n) return;
  const reasons = allOf(why, reasonsOfShape(draft, asked));
  if (shape.rest === undefined) return draft.refute(reasons);
  const before = stretchOf(draft, shape.rest);
  if (before.low >= n - known) return;
  if (before.lengths !== undefined)
    setLengths(
      draft,
      shape.rest,
      before.lengths.filter((l) => l >= n - known),
      reasons,
    );
  else setStretch(draft, shape.rest, { low: n - known, why: reasons });
};

/** Makes the first and last dims explicit as far as the stretch is known to reach. */
export const expose = (
  draft: Draft,
  asked: Shape,
  lead: number,
  tail: number,
  names: readonly string[],
  lower: number,
): Shape => {
  const shape = spliced(draft, asked);
  if (shape.rest === undefined) return filledShape(draft, shape);
  const before = stretchOf(draft, shape.rest);
  const newLead = Math.max(0, Math.min(lead - shape.lead.length, before.low));
  const newTail = Math.max(0, Math.min(tail - shape.tail.length, before.low - newLead));
  if (newLead + newTail === 0) return filledShape(draft, shape);
  const named = (index: number, position: string): Dim =>
    sym(freshSym(names[index] ?? `${shape.rest?.name ?? ''}${position}`, lower));
  const first = Array.from({ length: newLead }, (_, i) => named(shape.lead.length + i, `${i}`));
  const last = Array.from({ length: newTail }, (_, i) => {
    const fromEnd = shape.tail.length + newTail - i;
    return named(lead + tail - fromEnd, `_${fromEnd}`);
  });
  const rest = freshSegment(shape.rest.name, shape.rest.lower);
  const taken = newLead + newTail;
  setStretch(draft, shape.rest, { ...before, bound: { lead: first, rest, tail: last } });
  if (before.low > taken || before.lengths !== undefined)
    setStretch(draft, rest, {
      low: before.low - taken,
      lengths: before.lengths?.map((n) => n - taken),
      why: before.why,
    });
  return filledShape(draft, shape);
};

/** Learns that two shapes are the same, dim by dim. */
export const learnSameShape = (draft: Draft, one: Shape, other: Shape, why: Reasons): void => {
  let [a, b] = [spliced(draft, one), spliced(draft, other)];
  const reasons = allOf(why, reasonsOfShape(draft, one), reasonsOfShape(draft, other));
  const lead = Math.min(a.lead.length, b.lead.length);
  const tail = a.rest === undefined || b.rest === undefined ? 0 : Math.min(a.tail.length, b.tail.length);
  for (let i = 0; i < lead && areOpposite(a, b, i); i++) same(draft, a.lead[i], b.lead[i], reasons);
  for (let i = 1; i <= tail; i++) same(draft, a.tail.at(-i), b.tail.at(-i), reasons);
  if (draft.refuted !== undefined) return;
  if (a.rest === undefined) [a, b] = [b, a];
  if (a.rest === undefined) {
    if (a.lead.length !== b.lead.length) draft.refute(reasons);
    return;
  }
  if (b.rest === undefined) return fixedRest(draft, a, a.rest, b.lead, reasons);
  a = { lead: a.lead.slice(lead), rest: a.rest, tail: a.tail.slice(0, a.tail.length - tail) };
  b = { lead: b.lead.slice(lead), rest: b.rest, tail: b.tail.slice(0, b.tail.length - tail) };
  bothOpen(draft, a, b, reasons);
};

/** Whether dim i of both stands before the last dims of both: a shape of known rank may be too short for that. */
const areOpposite = (a: Shape, b: Shape, i: number): boolean => {
  const fixed = a.rest === undefined ? a : b.rest === undefined ? b : undefined;
  const other = fixed === a ? b : a;
  return fixed === undefined || other.rest === undefined || i < fixed.lead.length - other.tail.length;
};

const same = (draft: Draft, x: Dim | undefined, y: Dim | undefined, why: Reasons): void => {
  if (x !== undefined && y !== undefined && x !== y) draft.require('zero', [sub(x, y)], why);
};

/** A shape with a stretch against one of known rank. */
const fixedRest = (draft: Draft, a: Shape, rest: Segment, dims: readonly Dim[], why: Reasons): void => {
  const length = dims.length - a.lead.length - a.tail.length;
  const before = stretchOf(draft, rest);
  if (length < before.low || before.lengths?.includes(length) === false) return draft.refute(why);
  for (const [i, d] of a.tail.entries()) same(draft, d, dims[dims.length - a.tail.length + i], why);
  const bound = shapeOf(dims.slice(a.lead.length, a.lead.length + length));
  setStretch(draft, rest, { low: length, lengths: [length], bound, why });
};

/** Two shapes with stretches, without the dims that stand opposite each other. */
const bothOpen = (draft: Draft, a: Shape, b: Shape, why: Reasons): void => {
  const [x, y] = [a.rest, b.rest];
  if (x === undefined || y === undefined) return;
  const [extraA, extraB] = [a.lead.length + a.tail.length, b.lead.length + b.tail.length];
  if (x.id === y.id) {
    // The same stretch on both sides: the lengths can only agree where nothing else is left.
    if (extraA !== extraB) draft.refute(why);
    else if (extraA > 0) draft.learned = true;
    return;
  }
  if (extraA > 0 && extraB > 0) {
    // (x, *a) against (*b, y): which dims meet depends on the lengths. Nothing is kept of it.
    draft.learned = true;
    return;
  }
  const [short, long, extra] = extraA === 0 ? [x, b, extraB] : [y, a, extraA];
  const longRest = long.rest;
  if (longRest === undefined) return;
  bindOpen(draft, short, long, longRest, extra, why);
};

/** `*short` is `(lead, *rest, tail)`; what is known of the lengths of either holds for both. */
const bindOpen = (draft: Draft, short: Segment, long: Shape, rest: Segment, extra: number, why: Reasons): void => {
  const [before, after] = [stretchOf(draft, short), stretchOf(draft, rest)];
  setStretch(draft, short, { ...before, bound: long, why: allOf(before.why, why) });
  learnMinRank(draft, shapeOfRest(rest), before.low - extra, allOf(before.why, why));
  const lengths = before.lengths?.map((n) => n - extra).filter((n) => n >= 0);
  if (lengths !== undefined && draft.refuted === undefined)
    learnRank(draft, shapeOfRest(rest), lengths, allOf(before.why, after.why, why));
};

const shapeOfRest = (rest: Segment): Shape => ({ lead: [], rest, tail: [] });
