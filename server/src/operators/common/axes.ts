/** Axes of call arguments: checked as PyTorch does, on known and on open ranks. */
import type { Call, Solve } from '../../core/infer/operator';
import type { TensorValue } from '../../core/infer/value';
import { insertAt, joinShapes, replaceAt, slotOf, splitAt, type AxisSplit } from '../../core/shape/axis';
import type { Dim } from '../../core/shape/dim';
import { dimsOf, shapeOf, type Shape } from '../../core/shape/shape';
import { giveUp, refuse } from './answer';

/** PyTorch's sentence for an axis that a tensor of this rank doesn't have. */
export const axisSentence = (axis: number, rank: number): string => {
  const span = Math.max(rank, 1);
  return `Dimension out of range (expected to be in range of [${-span}, ${span - 1}], but got ${axis})`;
};

/** An axis as an index from the front; a tensor without dims counts as one with one. */
export function axisIndex(axis: number, rank: number, argument?: string): number {
  const span = Math.max(rank, 1);
  if (axis < -span || axis >= span)
    refuse('axis-out-of-range', axisSentence(axis, rank), argument === undefined ? {} : { argument });
  return axis < 0 ? axis + span : axis;
}

/**
 * The shape with at least these axes shown. On a known rank refuses axes that are out of range;
 * on an open one names the sizes that are asked for.
 */
export function showing(solve: Solve, t: TensorValue, axes: readonly number[], argument?: string): Shape {
  let shape = solve.shape(t);
  const known = dimsOf(shape);
  if (known !== undefined) {
    for (const axis of axes) axisIndex(axis, known.length, argument);
    return shape;
  }
  if (axes.every((axis) => slotOf(shape, axis) !== undefined)) return shape;
  const tail = Math.max(0, ...axes.map((axis) => -axis));
  const lead = Math.max(0, ...axes.map((axis) => axis + 1));
  // A rank that can't be large enough: each possible one is judged with its own numbers.
  if (!solve.minRank(t, Math.max(tail, lead))) return showing(solve, closed(solve, t), axes, argument);
  shape = solve.shape(t);
  if (shape.rest === undefined) return showing(solve, { ...t, shape }, axes, argument);
  if (lead > shape.lead.length) {
    // Sizes counted from both ends may be the same ones, so only the rank can tell.
    if (tail > 0 || shape.tail.length > 0) return showing(solve, closed(solve, t), axes, argument);
    const { first, after } = solve.leading(t, lead);
    return joined(first, after);
  }
  const { before, last } = solve.trailing(t, tail);
  return joined(before, last);
}

/** The tensor with a shape of known rank: the path forks where few are possible. */
export const closed = (solve: Solve, t: TensorValue): TensorValue => ({ ...t, shape: shapeOf(solve.dims(t)) });

/** The size at an axis with what is around it; `undefined` for a tensor without dims. */
export function atAxis(solve: Solve, t: TensorValue, axis: number, argument = 'dim'): AxisSplit | undefined {
  const shape = showing(solve, t, [axis], argument);
  if (dimsOf(shape)?.length === 0) return undefined;
  return splitAt(shape, axis) ?? giveUp('the number of dims is not known');
}

/** The shape with new dims in the place of some axes (`[]` removes them). */
export function replaced(
  shape: Shape,
  axes: readonly number[],
  dims: (size: Dim, at: number) => readonly Dim[],
): Shape {
  return replaceAt(shape, axes, dims) ?? giveUp('the number of dims is not known');
}

/** The shape with dims put in at an axis of the resulting shape. */
export function inserted(shape: Shape, axis: number, dims: readonly Dim[]): Shape {
  return insertAt(shape, axis, dims) ?? giveUp('the number of dims is not known');
}

/** One shape after the other. */
export function joined(...parts: readonly (Shape | readonly Dim[])[]): Shape {
  return joinShapes(...parts) ?? giveUp('the number of dims is not known');
}

/** Refuses a list that names an axis twice. On open ranks only equal numbers count. */
export function distinct(
  axes: readonly number[],
  rank: number | undefined,
  sentence = (axis: number) => `dim ${axis} appears multiple times in the list of dims`,
): void {
  const seen = new Set<number>();
  for (const axis of axes) {
    const index = rank === undefined ? axis : axisIndex(axis, rank);
    if (seen.has(index)) refuse('duplicate-axis', sentence(index), { argument: 'dim' });
    seen.add(index);
  }
}

/** The rank where it is known. */
export const rankOf = (solve: Solve, t: TensorValue): number | undefined => dimsOf(solve.shape(t))?.length;

/** An optional argument, whether or not the overload has it. */
export function axesGiven(call: Call, name = 'dim'): readonly number[] | null {
  if (!call.given(name)) return null;
  return call.value(name).kind === 'bool' ? giveUp(`a bool as ${name}`) : call.numbers(name);
}
export function numberGiven(call: Call, name: string, otherwise: number): number {
  if (!call.given(name)) return otherwise;
  // torch's parser, unlike Python, tells True from 1.
  return call.value(name).kind === 'bool' ? giveUp(`a bool as ${name}`) : call.number(name);
}
export function boolGiven(call: Call, name: string, otherwise = false): boolean {
  if (!call.given(name)) return otherwise;
  return call.value(name).kind === 'int' ? giveUp(`a number as ${name}`) : call.bool(name);
}
