/**
 * A fixed number of indices of elements that aren't zero: nonzero_static.
 *
 * Shapes: (size, number of dims); int64.
 * Errors: `negative-size`.
 * Source: torch.nonzero_static, PyTorch 2.13.
 */
import { operator } from '../core/infer/operator';
import { num } from '../core/shape/dim';
import { answering, refuse } from './common/answer';
import { everyForm, subjectOf } from './common/names';
import { result } from './common/results';
import { signatures } from './signature';

export const nonzeroStatic = operator({
  id: 'nonzero-static',
  names: everyForm('nonzero_static'),
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    const size = call.int('size');
    if (solve.less(size, num(0)) === 'yes')
      refuse('negative-size', "nonzero_static: 'size' must be an non-negative integer", { argument: 'size' });
    return result([size, num(solve.dims(t).length)], 'int64');
  }),
});
