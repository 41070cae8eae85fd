/**
 * Covariance and correlation of variables (rows) over observations (columns): cov, corrcoef.
 *
 * Shapes: (n, m) -> (n, n); one variable, (m) or (1, m), -> ().
 * Errors: `input-rank-mismatch`, `dtype-not-supported`, `weight-size-mismatch`.
 * Source: ATen/native/Correlation.cpp, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { isFloating, promote } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { isInteger, scalarName } from './common/dtypes';
import { everyForm, shortName, subjectOf } from './common/names';
import { toFloat } from './common/promotion';
import { result } from './common/results';
import { signatures } from './signature';

const one = num(1);

function weights(call: Call, solve: Solve, name: string, count: Dim, whole: boolean): TensorValue | null {
  const t = call.given(name) ? call.tensorOrNone(name) : null;
  if (t === null) return null;
  if (!solve.rank(t, [0, 1]))
    refuse(
      'input-rank-mismatch',
      `cov(): expected ${name} to have one or fewer dimensions but got ${name} with ${rankOf(solve, t)} dimensions`,
      { argument: name },
    );
  if (t.dtype !== undefined && (whole ? !isInteger(t.dtype) : !isFloating(t.dtype))) {
    if (t.dtype === 'bool') giveUp('weights of bool');
    refuse(
      'dtype-not-supported',
      `cov(): expected ${name} to have ${whole ? 'integral' : 'floating point'} dtype but got ${name} with ${scalarName(t.dtype)} dtype`,
      { argument: name },
    );
  }
  const length = solve.dims(t)[0] ?? one;
  if (!solve.same(length, count, 'a weight for each observation'))
    refuse(
      'weight-size-mismatch',
      `cov(): expected ${name} to have the same numel as there are observations in the input but got ${solve.text(length)} != ${solve.text(count)}`,
      { argument: name },
    );
  return t;
}

export const covariance = operator({
  id: 'covariance',
  names: everyForm('cov', 'corrcoef'),
  params: signatures,
  infer: answering((call, solve, name) => {
    const t = call.tensor(subjectOf(name));
    const kind = shortName(name);
    if (!solve.rank(t, [0, 1, 2]))
      refuse(
        'input-rank-mismatch',
        `${kind}(): expected input to have two or fewer dimensions but got an input with ${rankOf(solve, t)} dimensions`,
      );
    if (t.dtype === 'bool') refuse('dtype-not-supported', 'cov(): bool dtype is not supported for input');
    const dims = solve.dims(t);
    const [variables, count] = dims.length === 2 ? (dims as readonly [Dim, Dim]) : [one, dims[0] ?? one];
    let dtype = toFloat(t.dtype);
    if (kind === 'cov') {
      weights(call, solve, 'fweights', count, true);
      const importance = weights(call, solve, 'aweights', count, false);
      if (importance !== null)
        dtype = dtype && importance.dtype && (isInteger(t.dtype) ? importance.dtype : promote(dtype, importance.dtype));
    }
    const single = solve.equal(variables, one);
    if (single === 'maybe') giveUp('whether there is one variable');
    return result(single === 'yes' ? [] : [variables, variables], dtype);
  }),
});
