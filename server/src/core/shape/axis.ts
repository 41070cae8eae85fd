/**
 * Axes of shapes whose rank may be open: `(*batch, C, H)` has an axis -1 and no axis 1.
 *
 * Everything here is pure. `undefined` means that the shape doesn't show the axis; operators then
 * ask the solver to name more sizes (operators/shared/axes.ts).
 */
import type { Dim } from './dim';
import { shapeOf, type Shape } from './shape';

/** Where an axis is: in the dims before the stretch of unknown length, or in those after it. */
export interface Slot {
  readonly part: 'lead' | 'tail';
  readonly index: number;
}

/** A shape cut at one axis. At most one side is open. */
export interface AxisSplit {
  readonly before: Shape;
  readonly size: Dim;
  readonly after: Shape;
}

/** The place of an axis, negative ones counted from the end; `undefined` where the shape doesn't show it. */
export function slotOf(shape: Shape, axis: number): Slot | undefined {
  const rank = shape.lead.length;
  if (shape.rest === undefined) {
    const index = axis < 0 ? axis + rank : axis;
    return index >= 0 && index < rank ? { part: 'lead', index } : undefined;
  }
  if (axis >= 0) return axis < rank ? { part: 'lead', index: axis } : undefined;
  const index = axis + shape.tail.length;
  return index >= 0 ? { part: 'tail', index } : undefined;
}

/** The size at an axis. */
export function sizeAt(shape: Shape, axis: number): Dim | undefined {
  const slot = slotOf(shape, axis);
  return slot && shape[slot.part][slot.index];
}

/** The shape before an axis, its size, and the shape after it. */
export function splitAt(shape: Shape, axis: number): AxisSplit | undefined {
  const slot = slotOf(shape, axis);
  const size = slot && shape[slot.part][slot.index];
  if (slot === undefined || size === undefined) return undefined;
  const { lead, rest, tail } = shape;
  if (slot.part === 'lead')
    return {
      before: shapeOf(lead.slice(0, slot.index)),
      size,
      after: { lead: lead.slice(slot.index + 1), rest, tail },
    };
  return { before: { lead, rest, tail: tail.slice(0, slot.index) }, size, after: shapeOf(tail.slice(slot.index + 1)) };
}

/** Puts dims in the place of each axis that `dims` answers for (`[]` removes the axis). */
export function replaceAt(
  shape: Shape,
  axes: readonly number[],
  dims: (size: Dim, at: number) => readonly Dim[],
): Shape | undefined {
  const chosen = new Map<string, number>();
  for (const [at, axis] of axes.entries()) {
    const slot = slotOf(shape, axis);
    if (slot === undefined) return undefined;
    chosen.set(`${slot.part} ${slot.index}`, at);
  }
  const rebuild = (part: 'lead' | 'tail'): readonly Dim[] =>
    shape[part].flatMap((size, index) => {
      const at = chosen.get(`${part} ${index}`);
      return at === undefined ? [size] : dims(size, at);
    });
  return { lead: rebuild('lead'), rest: shape.rest, tail: rebuild('tail') };
}

/**
 * Puts dims between two others: `axis` counts in the resulting shape, as in `unsqueeze`.
 * A negative one is the place of the last of the new dims, counted from the end.
 */
export function insertAt(shape: Shape, axis: number, dims: readonly Dim[]): Shape | undefined {
  const { lead, rest, tail } = shape;
  const into = (list: readonly Dim[], index: number): readonly Dim[] => [
    ...list.slice(0, index),
    ...dims,
    ...list.slice(index),
  ];
  if (axis >= 0) return axis <= lead.length ? { lead: into(lead, axis), rest, tail } : undefined;
  const list = rest === undefined ? lead : tail;
  const index = list.length + axis + 1;
  if (index < 0) return undefined;
  return rest === undefined ? shapeOf(into(lead, index)) : { lead, rest, tail: into(tail, index) };
}

/** One shape after the other; `undefined` where two of them are open. */
export function joinShapes(...parts: readonly (Shape | readonly Dim[])[]): Shape | undefined {
  let whole: Shape = shapeOf([]);
  for (const part of parts) {
    const next = isDims(part) ? shapeOf(part) : part;
    if (whole.rest === undefined) whole = { ...next, lead: [...whole.lead, ...next.lead] };
    else if (next.rest === undefined) whole = { ...whole, tail: [...whole.tail, ...next.lead] };
    else return undefined;
  }
  return whole;
}

const isDims = (part: Shape | readonly Dim[]): part is readonly Dim[] => Array.isArray(part);

/** How many dims a shape shows for certain; its rank is at least that. */
export const shownDims = (shape: Shape): number => shape.lead.length + shape.tail.length;
