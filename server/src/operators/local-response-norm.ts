/**
 * Normalisation over neighbouring channels.
 *
 * Shapes: (N, C, *size) -> the same, at least 3 dims.
 * Errors: `input-rank-mismatch`, `window-argument-out-of-range`, `dtype-not-supported`.
 * Source: torch.nn.functional.local_response_norm, torch.nn.LocalResponseNorm, PyTorch 2.13.
 */
import { layer, operator, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { applying, building, plain } from './common/construction';
import { isFloat, isHalf, kernelTakes } from './common/dtypes';
import { signatures } from './signature';

function normalise(solve: Solve, input: TensorValue, size: Dim): TensorValue {
  if (!solve.minRank(input, 3))
    refuse(
      'input-rank-mismatch',
      `Expected 3D or higher dimensionality                          input (got ${rankOf(solve, input) ?? 0} dimensions)`,
      { argument: 'input' },
    );
  const shape = solve.shape(input);
  if ([...shape.lead, ...shape.tail].some((d) => solve.number(d) === 0)) giveUp('an input without elements');
  const names = rankOf(solve, input) === 3 ? ['kH', 'kW'] : ['kT', 'kH', 'kW'];
  if (solve.less(size, num(0)) === 'yes') giveUp('a negative size');
  if (!solve.atLeast(size, 1))
    refuse(
      'window-argument-out-of-range',
      `kernel size should be greater than zero, but got ${names.map((name, i) => `${name}: ${i === 0 ? solve.text(size) : '1'}`).join(' ')}`,
      {
        argument: 'size',
      },
    );
  if (rankOf(solve, input) !== 3 && isHalf(input.dtype)) giveUp('half precision');
  if (rankOf(solve, input) === 3 && (input.dtype === 'int32' || input.dtype === 'bool'))
    kernelTakes(input, 'avg_pool2d', () => true);
  if (input.dtype !== undefined && !isFloat(input.dtype)) giveUp(`local_response_norm of ${input.dtype}`);
  return tensor(shape, input.dtype);
}

export const localResponseNorm = operator({
  id: 'local-response-norm',
  names: ['torch.nn.functional.local_response_norm'],
  params: signatures,
  infer: answering((call, solve) => normalise(solve, call.tensor('input'), call.int('size'))),
});

export const localResponseNormLayer = layer({
  id: 'local-response-norm',
  names: ['torch.nn.LocalResponseNorm'],
  params: signatures,
  inputs: ['input: Tensor'],
  build: building(() => plain()),
  forward: applying((self, call, solve) => normalise(solve, call.tensor('input'), self.int('size'))),
});
