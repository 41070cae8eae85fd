/**
 * Powers of each element along a new last axis: linalg.vander.
 *
 * Shapes: (*b, n) -> (*b, n, N), N = n unless given.
 * Errors: `argument-out-of-range`, `dtype-not-supported`.
 * Source: torch.linalg.vander, PyTorch 2.13.
 */
import { operator } from '../core/infer/operator';
import { num } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { isHalf, isInteger } from './common/dtypes';
import { result } from './common/results';
import { signatures } from './signature';

export const vander = operator({
  id: 'vander',
  names: ['torch.linalg.vander'],
  params: signatures,
  infer: answering((call, solve) => {
    const t = call.tensor('x');
    if (t.dtype === 'bool')
      refuse(
        'dtype-not-supported',
        'linalg.vander supports floating point, complex, and integer tensors, but got Bool',
      );
    if (isHalf(t.dtype)) giveUp('powers of narrow floats');
    const dims = solve.dims(t);
    const count = call.intOrNone('N') ?? dims.at(-1) ?? num(1);
    if (solve.less(num(1), count) === 'no')
      refuse('argument-out-of-range', 'N must be greater than 1.', call.given('N') ? { argument: 'N' } : {});
    if (dims.length === 0 || solve.less(num(1), count) !== 'yes') giveUp('a number of powers that is not known');
    return result([...dims, count], isInteger(t.dtype) ? 'int64' : t.dtype);
  }),
});
