/**
 * Positions in a flat tensor as indices of each of its axes: unravel_index.
 *
 * Shapes: as the positions, once an axis; int64.
 * Errors: `dtype-mismatch`, `negative-size`.
 * Source: torch.unravel_index, torch/functional.py, PyTorch 2.13.
 */
import { operator } from '../core/infer/operator';
import { tuple } from '../core/infer/value';
import { num } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { isInteger } from './common/dtypes';
import { result } from './common/results';
import { sizeTexts } from './common/sizes';
import { signatures } from './signature';

export const unravelIndex = operator({
  id: 'unravel-index',
  names: ['torch.unravel_index'],
  params: signatures,
  infer: answering((call, solve) => {
    const t = call.tensor('indices');
    if (t.dtype === 'bool') giveUp('positions of bool');
    if (t.dtype !== undefined && !isInteger(t.dtype))
      refuse('dtype-mismatch', `expected 'indices' to be integer dtype, but got torch.${t.dtype}`, {
        argument: 'indices',
      });
    const size = call.ints('shape');
    if (size.some((dim) => solve.less(dim, num(0)) === 'yes'))
      refuse(
        'negative-size',
        `'shape' cannot have negative values, but got (${sizeTexts(solve, size).join(', ')}${size.length === 1 ? ',' : ''})`,
        { argument: 'shape' },
      );
    return tuple(size.map(() => result(solve.shape(t), 'int64')));
  }),
});
