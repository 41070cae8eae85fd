/**
 * Complex numbers from real ones and back: polar, complex, view_as_real, view_as_complex.
 *
 * Shapes: view_as_complex: (*a, 2) -> (*a); view_as_real: (*a) -> (*a, 2); polar and complex broadcast.
 * Errors: `complex-size-mismatch`, `dtype-not-supported`, `dtype-mismatch`, `broadcast-mismatch`.
 * Source: torch.polar, torch.view_as_complex, PyTorch 2.13.
 */
import { operator, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { complexOf, isComplex, realOf, type DType } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { joined } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { scalarName } from './common/dtypes';
import { shortName, subjectOf } from './common/names';
import { result } from './common/results';
import { signatures } from './signature';

function paired(solve: Solve, t: TensorValue): TensorValue {
  if (t.dtype !== undefined && !/^float(16|32|64)$/.test(t.dtype))
    refuse(
      'dtype-not-supported',
      `view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: ${scalarName(t.dtype)}`,
    );
  if (!solve.minRank(t, 1)) refuse('complex-size-mismatch', 'Input tensor must have one or more dimensions');
  const { before, last } = solve.trailing(t, 1);
  if (!solve.same(last[0] as Dim, num(2), 'a real and an imaginary part'))
    refuse('complex-size-mismatch', 'Tensor must have a last dimension of size 2');
  return result(before, t.dtype && complexOf(t.dtype));
}

function checkParts(first: DType, second: DType): void {
  if (![first, second].every((dtype) => /^float(16|32|64)$/.test(dtype)))
    refuse(
      'dtype-not-supported',
      `Expected both inputs to be Half, Float or Double tensors but got ${scalarName(first)} and ${scalarName(second)}`,
    );
  if (first !== second)
    refuse(
      'dtype-mismatch',
      `Expected object of scalar type ${scalarName(first)} but got scalar type ${scalarName(second)} for second argument`,
    );
}

function combined(solve: Solve, a: TensorValue, b: TensorValue, kind: string): TensorValue {
  if (a.dtype !== undefined && b.dtype !== undefined) checkParts(a.dtype, b.dtype);
  const dtype = a.dtype ?? b.dtype;
  const shape = broadcastShapes(solve, solve.shape(a), solve.shape(b));
  if (kind === 'polar' && dtype === 'float16') giveUp('polar of half precision');
  return result(shape, dtype && complexOf(dtype));
}

export const complex = operator({
  id: 'complex',
  names: ['torch.polar', 'torch.complex', 'torch.view_as_real', 'torch.view_as_complex'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = shortName(name);
    if (kind === 'polar') return combined(solve, call.tensor('abs'), call.tensor('angle'), kind);
    if (kind === 'complex') return combined(solve, call.tensor('real'), call.tensor('imag'), kind);
    const t = call.tensor(subjectOf(name));
    if (kind === 'view_as_complex') return paired(solve, t);
    if (t.dtype !== undefined && !isComplex(t.dtype))
      refuse('dtype-not-supported', 'view_as_real is only supported for complex tensors');
    return result(joined(solve.shape(t), [num(2)]), t.dtype && realOf(t.dtype));
  }),
});
