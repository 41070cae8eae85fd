/**
 * Softmax, its logarithm and its mirror, along one dim; the shape stays.
 *
 * Shapes: (*) -> (*). The element type is `dtype` where given, else the input's.
 * Errors: `axis-out-of-range`, `input-rank-mismatch`, `dtype-not-supported`.
 * Source: torch.nn.functional.softmax, log_softmax, softmin and their layers, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { dimsOf } from '../core/shape/shape';
import type { DType } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf, showing } from './common/axes';
import { applying, building, plain } from './common/construction';
import { isComplex, isFloat, isIntegral, kernelTakes } from './common/dtypes';
import { signatures } from './signature';

type Kind = 'softmax' | 'log_softmax' | 'softmin';

/** @param axis null: torch picks one and warns */
function soften(
  solve: Solve,
  input: TensorValue,
  kind: Kind,
  axis: number | null,
  dtype: DType | null | undefined,
): TensorValue {
  const shape = axis === null ? solve.shape(input) : showing(solve, input, [axis], 'dim');
  if (dtype === null) checkDtype(input, kind, axis, dimsOf(shape)?.length);
  if (dtype !== null && dtype !== undefined && !isFloat(dtype)) giveUp(`softmax as ${dtype}`);
  return tensor(shape, dtype === null ? input.dtype : dtype);
}

function checkDtype(input: TensorValue, kind: Kind, axis: number | null, rank: number | undefined): void {
  if (input.dtype === undefined || isFloat(input.dtype)) return;
  if (axis === null || rank === undefined || (kind === 'softmin' && input.dtype === 'bool'))
    giveUp(`softmax of ${input.dtype}`);
  const last = axis === -1 || axis === rank - 1 || rank === 0;
  const name = kind === 'log_softmax' ? 'log_softmax' : 'softmax';
  kernelTakes(
    input,
    last ? `${name}_lastdim_kernel_impl` : `${name}_kernel_impl`,
    (dtype) => isIntegral(dtype) || isComplex(dtype),
  );
  giveUp(`softmax of ${input.dtype}`);
}

const kindOf = (name: string): Kind => (/log/i.test(name) ? 'log_softmax' : /min/i.test(name) ? 'softmin' : 'softmax');

const axisOf = (call: Call): number | null => call.numberOrNone('dim');

export const softmax = operator({
  id: 'softmax',
  names: ['log_softmax', 'softmax', 'softmin'].map((name) => `torch.nn.functional.${name}`),
  params: signatures,
  infer: answering((call, solve, name) =>
    soften(solve, call.tensor('input'), kindOf(name), axisOf(call), call.dtype('dtype')),
  ),
});

export const softmaxLayer = layer({
  id: 'softmax',
  names: ['LogSoftmax', 'Softmax', 'Softmax2d', 'Softmin'].map((name) => `torch.nn.${name}`),
  params: (name) => (name === 'torch.nn.Softmax2d' ? [''] : signatures(name)),
  inputs: ['input: Tensor'],
  build: building(() => plain()),
  forward: applying((self, call, solve, name) => {
    const input = call.tensor('input');
    if (name !== 'torch.nn.Softmax2d') return soften(solve, input, kindOf(name), axisOf(self), null);
    if (!solve.rank(input, [3, 4]))
      refuse(
        'input-rank-mismatch',
        `Softmax2d: expected input to be 3D or 4D, got ${rankOf(solve, input) ?? 'another '}D instead`,
        { argument: 'input' },
      );
    return soften(solve, input, 'softmax', -3, null);
  }),
});
