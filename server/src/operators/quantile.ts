/**
 * Quantiles along an axis or of all elements: quantile, nanquantile.
 *
 * Shapes: the axis goes, or becomes 1 with keepdim; a 1-D `q` puts its length in front.
 * Errors: `axis-out-of-range`, `empty-reduction`, `dtype-not-supported`, `dtype-mismatch`, `input-rank-mismatch`,
 *   `argument-out-of-range`.
 * Source: ATen/native/Sorting.cpp, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { answering, refuse } from './common/answer';
import { boolGiven, joined, rankOf } from './common/axes';
import { differ } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { everyForm, subjectOf } from './common/names';
import { hasNoElements, result } from './common/results';
import { reducedShape } from './common/reducing';
import { signatures } from './signature';

const INTERPOLATIONS = ['linear', 'lower', 'higher', 'midpoint', 'nearest'];

/** The tensor of fractions, or null for a number. */
function fractions(call: Call): TensorValue | null {
  const value = call.value('q');
  return value.kind === 'int' || value.kind === 'float' ? null : call.tensor('q');
}

function check(call: Call, solve: Solve, t: TensorValue, q: TensorValue | null): void {
  const number = q === null ? Number(pythonNumber(call.value('q')) ?? NaN) : NaN;
  if (number < 0 || number > 1)
    refuse('argument-out-of-range', `quantile() q must be in the range [0, 1] but got ${number}`, { argument: 'q' });
  if (hasNoElements(solve, t)) refuse('empty-reduction', 'quantile() input tensor must be non-empty');
  if (q !== null && !solve.rank(q, [0, 1]))
    refuse('input-rank-mismatch', 'quantile() q must be a scalar or 1D tensor', { argument: 'q' });
  if (t.dtype !== undefined && t.dtype !== 'float32' && t.dtype !== 'float64')
    refuse('dtype-not-supported', 'quantile() input tensor must be either float or double dtype');
  if (q !== null && differ(q.dtype, t.dtype))
    refuse('dtype-mismatch', 'quantile() q tensor must be same dtype as the input tensor', { argument: 'q' });
  const interpolation = call.given('interpolation') ? call.string('interpolation') : null;
  if (interpolation !== null && !INTERPOLATIONS.includes(interpolation))
    refuse(
      'argument-out-of-range',
      `quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got ${interpolation}`,
      { argument: 'interpolation' },
    );
}

export const quantile = operator({
  id: 'quantile',
  names: everyForm('quantile', 'nanquantile'),
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    const q = fractions(call);
    check(call, solve, t, q);
    const axis = call.given('dim') ? call.numberOrNone('dim') : null;
    const rest = reducedShape(solve, t, axis === null ? null : [axis], boolGiven(call, 'keepdim'));
    if (q === null || rankOf(solve, q) === 0) return result(rest, t.dtype);
    return result(joined(solve.dims(q), rest), t.dtype);
  }),
});
