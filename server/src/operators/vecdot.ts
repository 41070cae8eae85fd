/**
 * Numbers of pairs of vectors and of matrices: linalg.vecdot, dist, linalg.cond.
 *
 * Shapes: vecdot: broadcast of both without the axis; dist: () ; cond: (*b, n, m) -> (*b).
 * Errors: `broadcast-mismatch`, `axis-out-of-range`, `dtype-mismatch`, `dtype-not-supported`, `matrix-not-square`,
 *   `input-rank-mismatch`.
 * Source: torch.linalg.vecdot, torch.dist, torch.linalg.cond, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import type { Dim } from '../core/shape/dim';
import { dimsOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { axisIndex } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { differ, isHalf, isIntegral, scalarName } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { matrices, needsPrecision, mustBeSquare } from './common/matrices';
import { shortName, subjectOf } from './common/names';
import { realOf, resultType } from './common/promotion';
import { result } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

function vectors(call: Call, solve: Solve): TensorValue {
  const [x, y] = [call.tensor('x'), call.tensor('y')];
  if (x.dtype !== undefined && isIntegral(x.dtype))
    refuse(
      'dtype-not-supported',
      `linalg.vecdot: Expected a floating point or complex tensor as input. Got ${scalarName(x.dtype)}`,
    );
  if (x.dtype !== undefined && y.dtype !== undefined && differ(x.dtype, y.dtype))
    refuse(
      'dtype-mismatch',
      `linalg.vecdot: Expected x and y to have the same dtype, but found x of type ${scalarName(x.dtype)} and y of type ${scalarName(y.dtype)} instead`,
    );
  const [own, others] = [solve.dims(x), solve.dims(y)];
  if (own.length === 1 && others.length === 1 && !solve.same(own[0] as Dim, others[0] as Dim))
    refuse(
      'broadcast-mismatch',
      `inconsistent tensor size, expected tensor ${brackets(solve, own)} and src ${brackets(solve, others)} to have the same number of elements, but got ${solve.text(own[0] as Dim)} and ${solve.text(others[0] as Dim)} elements respectively`,
    );
  const whole = broadcastShapes(solve, solve.shape(x), solve.shape(y));
  const dims = dimsOf(whole) ?? giveUp('the number of dims is not known');
  const axis = axisIndex(call.number('dim'), dims.length, 'dim');
  return result(
    dims.filter((_, i) => i !== axis),
    x.dtype ?? y.dtype,
  );
}

function distance(call: Call, solve: Solve, name: string): TensorValue {
  const [x, y] = [call.tensor(subjectOf(name)), call.tensor('other')];
  const dtype = resultType(solve, [{ tensor: x }, { tensor: y }]);
  if (x.dtype === 'bool' || y.dtype === 'bool') giveUp('a distance of bools');
  broadcastShapes(solve, solve.shape(x), solve.shape(y));
  if (isIntegral(dtype)) giveUp('a distance of whole numbers');
  return result([], realOf(dtype));
}

/** Orders whose number comes from the singular values take any matrix; the others want inverses. */
function condition(call: Call, solve: Solve): TensorValue {
  const t = call.tensor('input');
  const p = call.value('p');
  const text = p.kind === 'str' ? p.value : pythonNumber(p);
  if (p.kind === 'str' && text !== 'fro' && text !== 'nuc') giveUp('an order that is no norm');
  if (isHalf(t.dtype)) giveUp('a condition of narrow floats');
  const m = matrices(solve, t, () => 'linalg.cond: The input tensor must have at least 2 dimensions.');
  const ofSingular = p.kind === 'none' || (text !== undefined && ['2', '-2', '2.0', '-2.0'].includes(text));
  if (ofSingular) {
    needsPrecision(t.dtype, 'linalg.svd');
    return result(m.batch, realOf(t.dtype));
  }
  if (text === undefined || !['fro', 'nuc', '1', '-1'].includes(text)) return giveUp('an order that is not known');
  mustBeSquare(solve, m, `linalg.cond(ord=${text}): `);
  if (t.dtype !== undefined) needsPrecision(t.dtype, 'linalg.inv');
  return result(m.batch, realOf(t.dtype));
}

export const vecdot = operator({
  id: 'vecdot',
  names: ['torch.linalg.vecdot', 'torch.dist', 'torch.Tensor.dist', 'torch.linalg.cond'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    if (kind === 'vecdot') return vectors(call, solve);
    return kind === 'dist' ? distance(call, solve, name) : condition(call, solve);
  }),
});
