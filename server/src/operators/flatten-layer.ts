/**
 * Flatten and Unflatten as layers.
 *
 * Shapes: as in flatten.ts; Flatten keeps the first dim unless told otherwise.
 * Errors: those of flatten.
 * Source: torch.nn.Flatten, torch.nn.Unflatten, PyTorch 2.13.
 */
import { layer } from '../core/infer/operator';
import { giveUp } from './common/answer';
import { applying, building, plain } from './common/construction';
import { reshaped } from './common/results';
import { flattened, unflattened } from './flatten';
import { signatures } from './signature';

export const flattenLayer = layer({
  id: 'flatten-layer',
  names: ['torch.nn.Flatten'],
  params: signatures,
  inputs: ['input: Tensor'],
  build: building(() => plain()),
  forward: applying((self, call, solve) => {
    const input = call.tensor('input');
    return reshaped(input, flattened(solve, input, self.number('start_dim'), self.number('end_dim')));
  }),
});

export const unflattenLayer = layer({
  id: 'flatten-layer',
  names: ['torch.nn.Unflatten'],
  params: () => ['dim: any, unflattened_size: any'],
  inputs: ['input: Tensor'],
  build: building((call) => {
    if (call.value('unflattened_size').kind === 'int') giveUp('unflattened_size is not a tuple');
    return plain();
  }),
  forward: applying((self, call, solve) => {
    const input = call.tensor('input');
    if (self.value('dim').kind === 'str') giveUp('named dims');
    const sizes = self.ints('unflattened_size');
    if (sizes.some((size) => (solve.number(size) ?? 0) < -1)) giveUp('a size below -1');
    return reshaped(input, unflattened(solve, input, self.number('dim'), sizes));
  }),
});
