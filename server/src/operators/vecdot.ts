/**
 * Numbers of pairs of vectors and of matrices: linalg.vecdot, dist, linalg.cond.
 *
 * Shapes: vecdot: broadcast of both without the axis; dist: () ; cond: (*b, n, m) -> (*b).
 * Errors: `broadcast-mismatch`, `axis-out-of-range`, `dtype-mismatch`, `dtype-not-supported`, `matrix-not-square`,
 *   `input-rank-mismatch`, `argument-out-of-range`.
 * Source: torch.linalg.vecdot, torch.dist, torch.linalg.cond, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { dimsOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { axisIndex } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { differ, isIntegral, scalarName } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { matrices, needsPrecision, mustBeSquare } from './common/matrices';
import { shortName, subjectOf } from './common/names';
import { realOf, resultType } from './common/promotion';
import { result } from './common/results';
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
  broadcastShapes(solve, solve.shape(x), solve.shape(y));
  const dtype = resultType(solve, [{ tensor: x }, { tensor: y }]);
  if (isIntegral(dtype)) giveUp('a distance of whole numbers');
  return result([], realOf(dtype));
}

/** Orders whose number comes from the singular values take any matrix; the others want inverses. */
function condition(call: Call, solve: Solve): TensorValue {
  const t = call.tensor('input');
  const p = call.value('p');
  const text = p.kind === 'str' ? p.value : pythonNumber(p);
  const m = matrices(solve, t, () => 'linalg.cond: The input tensor must have at least 2 dimensions.');
  const ofSingular = p.kind === 'none' || (text !== undefined && ['2', '-2', '2.0', '-2.0'].includes(text));
  if (ofSingular) {
    needsPrecision(t.dtype, 'linalg.svd');
    return result(m.batch, realOf(t.dtype));
  }
  if (p.kind === 'str' && text !== undefined && text !== 'fro' && text !== 'nuc')
    refuse('argument-out-of-range', `linalg.cond got an invalid norm type: ${text}`, { argument: 'p' });
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
