/**
 * Mantissa and exponent of each element: frexp.
 *
 * Shapes: as the input, twice; exponents are int32.
 * Errors: `dtype-not-supported`.
 * Source: torch.frexp, PyTorch 2.13.
 */
import { operator } from '../core/infer/operator';
import { tuple } from '../core/infer/value';
import { isFloating } from '../core/shape/dtype';
import { answering, refuse } from './common/answer';
import { everyForm, subjectOf } from './common/names';
import { result } from './common/results';
import { signatures } from './signature';

export const frexp = operator({
  id: 'frexp',
  names: everyForm('frexp'),
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    if (t.dtype !== undefined && !isFloating(t.dtype))
      refuse('dtype-not-supported', 'torch.frexp() only supports floating-point dtypes');
    const shape = solve.shape(t);
    return tuple([result(shape, t.dtype), result(shape, 'int32')], ['mantissa', 'exponent']);
  }),
});
