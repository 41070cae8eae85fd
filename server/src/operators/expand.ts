/**
 * Sizes of 1 repeated without a copy: expand, expand_as, broadcast_to, broadcast_tensors.
 *
 * Shapes: (1, n) -> (m, n); -1 keeps a size, new axes come first.
 * Errors: `expand-size-mismatch`, `expand-rank-mismatch`.
 * Source: torch.Tensor.expand, at::inferExpandGeometry, PyTorch 2.13.
 */
import { operator, type Solve } from '../core/infer/operator';
import { tensor, tuple, type TensorValue } from '../core/infer/value';
import { shownDims } from '../core/shape/axis';
import { num, type Dim } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { dimsOf, shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { broadcastAll } from './common/broadcasting';
import { scalarName } from './common/dtypes';
import { shortName, subjectOf } from './common/names';
import { reshaped } from './common/results';
import { brackets, isZero } from './common/sizes';
import { signatures } from './signature';

const one = num(1);

/** Only the older element types have a name in Python: `torch.FloatTensor`, but `CPUBoolType`. */
function typeText(dtype: DType = 'float32'): string {
  const name = scalarName(dtype);
  return /^(Byte|Char|Short|Int|Long|Half|Float|Double)$/.test(name) ? `torch.${name}Tensor` : `CPU${name}Type`;
}

/** Refuses to expand a tensor of this shape to `sizes`, else the sizes with -1 filled in. */
export function expandedSizes(solve: Solve, t: TensorValue, sizes: readonly Dim[]): readonly Dim[] {
  const shape = solve.shape(t);
  const dims = dimsOf(shape) ?? shape.tail;
  const [target, own] = [brackets(solve, sizes), brackets(solve, dims)];
  if (shownDims(shape) > sizes.length || (shape.rest === undefined && dims.length > sizes.length))
    refuse(
      'expand-rank-mismatch',
      `expand(${typeText(t.dtype)}{${brackets(solve, shape)}}, size=${target}): the number of sizes provided (${sizes.length}) ` +
        `must be greater or equal to the number of dimensions in the tensor (${shownDims(shape)})`,
    );
  // A tensor without dims takes any sizes; counting the elements fails then.
  if (shape.rest === undefined && dims.length === 0) {
    checkCount(solve, sizes);
    return sizes;
  }
  const result: Dim[] = [];
  for (let back = 1; back <= sizes.length; back++) {
    const at = sizes.length - back;
    const [want, have] = [sizes[at] as Dim, dims[dims.length - back]];
    if (have === undefined) {
      if (shape.rest === undefined && solve.number(want) === -1)
        refuse(
          'expand-size-mismatch',
          `The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension ${at}`,
        );
      result.unshift(solve.number(want) === -1 ? solve.fresh('size') : want);
      continue;
    }
    result.unshift(
      expandedSize(solve, want, have) ??
        refuse(
          'expand-size-mismatch',
          `The expanded size of the tensor (${solve.text(want)}) must match the existing size (${solve.text(have)}) at non-singleton dimension ${at}.  ` +
            `Target sizes: ${target}.  Tensor sizes: ${own}`,
        ),
    );
  }
  checkCount(solve, result);
  return result;
}

/** Negative sizes that nothing else refuses. */
function checkCount(solve: Solve, sizes: readonly Dim[]): void {
  if (!sizes.some((size) => solve.less(size, num(0)) === 'yes')) return;
  if (sizes.some((size) => solve.less(num(0), size) === 'maybe' || isZero(solve, size))) giveUp('a negative size');
  refuse('expand-size-mismatch', 'numel: integer multiplication overflow');
}

/** One size: -1 keeps it, 1 takes any, others must be equal. */
function expandedSize(solve: Solve, want: Dim, have: Dim): Dim | undefined {
  if (solve.number(want) === -1) return have;
  if (solve.equal(have, one) === 'yes') return want;
  if (solve.equal(have, one) === 'no') return solve.same(want, have, 'only a size of 1 expands') ? have : undefined;
  // A size that may be 1, or equal to the wanted one, or kept by a -1 that is not known as such.
  if (solve.equal(want, have) === 'no' && solve.equal(have, one) !== 'maybe') return undefined;
  return solve.less(want, num(0)) === 'no' ? want : solve.fresh('size');
}

/** The shape of a size argument, where its rank may be open. */
const targetShape = (solve: Solve, target: readonly Dim[] | Shape): Shape =>
  'lead' in target ? solve.shape(tensor(target, undefined)) : shapeOf(target);

export const expand = operator({
  id: 'expand',
  names: [
    'torch.Tensor.expand',
    'torch.Tensor.expand_as',
    'torch.broadcast_to',
    'torch.Tensor.broadcast_to',
    'torch.broadcast_tensors',
  ],
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    if (kind === 'broadcast_tensors') {
      const tensors = call.tensors('tensors');
      const whole = broadcastAll(
        solve,
        tensors.map((t) => solve.shape(t)),
      );
      return tuple(tensors.map((t) => reshaped(t, whole)));
    }
    const t = call.tensor(subjectOf(name));
    const value = kind === 'expand_as' ? undefined : call.value('size');
    const target =
      value === undefined
        ? solve.shape(call.tensor('other'))
        : targetShape(solve, value.kind === 'shape' ? value.shape : call.ints('size'));
    const sizes = dimsOf(target);
    return reshaped(t, sizes === undefined ? target : expandedSizes(solve, t, sizes));
  }),
});
