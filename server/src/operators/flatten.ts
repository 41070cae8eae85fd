/**
 * Axes merged into one, or one cut into several: flatten, ravel, unflatten.
 *
 * Shapes: flatten(start, end): (*a, n, ..., m, *b) -> (*a, n * ... * m, *b); unflatten(dim, sizes): the reverse.
 * Errors: `axis-out-of-range`, `argument-out-of-range`, `reshape-size-mismatch`.
 * Source: torch.flatten, torch.unflatten, PyTorch 2.13.
 */
import { operator, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num, product, type Dim } from '../core/shape/dim';
import { dimsOf, shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { atAxis, axisIndex, joined, showing } from './common/axes';
import { shortName, subjectOf } from './common/names';
import { reshaped } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';
import { inferredSizes } from './view';

/** The shape with the axes from `start` to `end` merged. */
export function flattened(solve: Solve, t: TensorValue, start: number, end: number): Shape {
  const shape = solve.shape(t);
  const dims = dimsOf(shape);
  if (dims === undefined) return flattenedOpen(solve, t, start, end);
  const [first, last] = [axisIndex(start, dims.length, 'start_dim'), axisIndex(end, dims.length, 'end_dim')];
  if (dims.length === 0) return shapeOf([num(1)]);
  if (first > last) refuse('argument-out-of-range', 'flatten() has invalid args: start_dim cannot come after end_dim');
  return shapeOf([
    ...dims.slice(0, first),
    product(dims.slice(first, last + 1).map((dim) => solve.dim(dim))),
    ...dims.slice(last + 1),
  ]);
}

/** Where the rank is open: exact if the merged axes are shown, else a size of which nothing is known. */
function flattenedOpen(solve: Solve, t: TensorValue, start: number, end: number): Shape {
  if (start >= 0 === end >= 0 && start <= end) {
    const axes = Array.from({ length: end - start + 1 }, (_, i) => start + i);
    const shape = showing(solve, t, axes);
    const list = start < 0 ? shape.tail : shape.lead;
    if (shape.rest === undefined) return flattened(solve, { ...t, shape }, start, end);
    const from = start < 0 ? start + list.length : start;
    const merged = [
      ...list.slice(0, from),
      product(list.slice(from, from + axes.length)),
      ...list.slice(from + axes.length),
    ];
    return start < 0 ? { ...shape, tail: merged } : { ...shape, lead: merged };
  }
  if (start < 0) return giveUp('the number of dims is not known');
  // flatten(1): the first sizes stay, the rest becomes one.
  const shape = start === 0 ? solve.shape(t) : showing(solve, t, [start - 1]);
  if (shape.rest === undefined) return flattened(solve, { ...t, shape }, start, end);
  const kept = end === -1 ? [] : showing(solve, { ...t, shape }, [end + 1]).tail.slice(end + 1);
  if (shape.lead.length < start) return giveUp('the number of dims is not known');
  return shapeOf([...shape.lead.slice(0, start), solve.fresh('features'), ...kept]);
}

/** The shape with one axis cut into sizes. */
export function unflattened(solve: Solve, t: TensorValue, axis: number, sizes: readonly Dim[]): Shape {
  if (sizes.length === 0) refuse('argument-out-of-range', 'unflatten: sizes must be non-empty');
  const cut = atAxis(solve, t, axis, 'dim');
  if (cut === undefined) return giveUp('a tensor without dims');
  const rank = dimsOf(solve.shape(t))?.length;
  const at = rank !== undefined && axis < 0 ? axis + rank : axis;
  const unknowns = sizes.filter((size) => solve.number(size) === -1).length;
  const wrong = (): never =>
    refuse(
      'reshape-size-mismatch',
      `unflatten: Provided sizes ${brackets(solve, sizes)} don't multiply up to the size of dim ${at} (${solve.text(cut.size)}) in the input tensor`,
    );
  if (unknowns > 1)
    refuse('reshape-ambiguous', 'unflatten got an unexpected error:\nonly one dimension can be inferred');
  const rest = product(sizes.filter((size) => solve.number(size) !== -1));
  if (
    unknowns === 0
      ? !solve.same(rest, cut.size, 'the sizes multiply up to the axis')
      : !solve.divides(rest, cut.size, 'the sizes divide the axis')
  )
    wrong();
  return joined(cut.before, inferredSizes(solve, sizes, cut.size), cut.after);
}

export const flatten = operator({
  id: 'flatten',
  names: ['flatten', 'ravel', 'unflatten'].flatMap((name) => [`torch.${name}`, `torch.Tensor.${name}`]),
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    switch (shortName(name)) {
      case 'ravel':
        return reshaped(t, flattened(solve, t, 0, -1));
      case 'flatten':
        return reshaped(t, flattened(solve, t, call.number('start_dim'), call.number('end_dim')));
      default:
        return reshaped(t, unflattened(solve, t, call.number('dim'), call.ints('sizes')));
    }
  }),
});
