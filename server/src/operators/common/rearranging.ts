/** Fixes that rearrange an input: its sizes are right, but they stand in another order. */
import type { FixIntent, Solve } from '../../core/infer/operator';
import type { TensorValue } from '../../core/infer/value';
import { product, type Dim } from '../../core/shape/dim';

/** `x` becomes `x.flatten(1)`. */
const insert = (argument: string, method: string): FixIntent => ({
  title: `Insert ${method}`,
  where: 'call',
  argument,
  newText: `.${method}`,
  appended: true,
});

const dimsIfKnown = (solve: Solve, input: TensorValue): readonly Dim[] | undefined => {
  const { lead, rest } = solve.shape(input);
  return rest === undefined ? lead : undefined;
};

/** An input whose last size should be `wanted`: all but the batch make it together, or one of the others is it. */
export function lastSizeFixes(solve: Solve, input: TensorValue, wanted: Dim, argument = 'input'): readonly FixIntent[] {
  const dims = dimsIfKnown(solve, input);
  if (dims === undefined || dims.length < 3) return [];
  const is = (dim: Dim): boolean => solve.equal(dim, wanted) === 'yes';
  if (is(product(dims.slice(1)))) return [insert(argument, 'flatten(1)')];
  const others = dims.slice(1, -1).flatMap((dim, i) => (is(dim) ? [i + 1] : []));
  return others.length === 1 ? [insert(argument, `transpose(${others[0] ?? 1}, -1)`)] : [];
}

/** An input of a layer over `spatial` dims whose channels should be `wanted`: they stand last, or there are none. */
export function channelFixes(
  solve: Solve,
  input: TensorValue,
  wanted: Dim,
  spatial: number,
  argument = 'input',
): readonly FixIntent[] {
  const dims = dimsIfKnown(solve, input);
  const last = dims?.at(-1);
  if (dims === undefined || last === undefined) return [];
  if (dims.length === spatial + 1 && solve.number(wanted) === 1) return [insert(argument, 'unsqueeze(1)')];
  const batch = dims.length - spatial - 1;
  const fits = (dim: Dim): boolean => solve.equal(dim, wanted) === 'yes';
  // Where a size of the image fits too, the channels stand last by chance.
  if (batch < 0 || batch > 1 || !fits(last) || dims.slice(batch, -1).some(fits)) return [];
  return [insert(argument, `movedim(-1, ${batch})`)];
}
