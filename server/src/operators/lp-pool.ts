/**
 * The power average under a sliding window: an average pool of powers.
 *
 * Shapes: (*n, C, *size) -> (*n, C, *pooled) as in avg-pool, without padding.
 * Errors: those of avg-pool.
 * Source: torch.nn.functional.lp_pool1d/2d/3d, torch.nn.LPPool1d/2d/3d, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { answering, giveUp } from './common/answer';
import { applying, building, plain } from './common/construction';
import { isFloat } from './common/dtypes';
import { spatialDims } from './common/window';
import { averagePool, averageWindow } from './avg-pool';
import { signatures } from './signature';

function powerPool(solve: Solve, input: TensorValue, call: Call, n: 1 | 2 | 3): TensorValue {
  // torch unpacks the kernel: a tuple must have all its numbers here.
  const kernel = call.items(call.value('kernel_size'));
  if (kernel !== undefined && (kernel.length !== n || n === 1)) giveUp('a kernel size of another length');
  if (input.dtype !== undefined && !isFloat(input.dtype)) giveUp(`a power of ${input.dtype}`);
  if (call.float('norm_type') === 0) giveUp('a norm of 0');
  const pooled = averagePool(solve, input, n, () => averageWindow(call, n, false));
  return tensor(pooled.shape, input.dtype);
}

export const lpPool = operator({
  id: 'lp-pool',
  names: [1, 2, 3].map((n) => `torch.nn.functional.lp_pool${n}d`),
  params: signatures,
  infer: answering((call, solve, name) => powerPool(solve, call.tensor('input'), call, spatialDims(name))),
});

export const lpPoolLayer = layer({
  id: 'lp-pool',
  names: [1, 2, 3].map((n) => `torch.nn.LPPool${n}d`),
  params: signatures,
  inputs: ['input: Tensor'],
  build: building(() => plain()),
  forward: applying((self, call, solve, name) => powerPool(solve, call.tensor('input'), self, spatialDims(name))),
});
