/**
 * `backward()` without an argument starts from one number: a loss that isn't reduced has many.
 *
 * Errors: `backward-of-many`.
 * Source: torch.autograd.backward, PyTorch 2.13.
 */
import type { CallCheck } from '../core/infer/check';
import { mismatch, type Mismatch } from '../core/infer/operator';
import { dimsOf } from '../core/shape/shape';

export const backwardOfMany: CallCheck = {
  kind: 'call',
  id: 'backward-of-many',
  names: ['torch.Tensor.backward'],
  look(call, _scene, solve): Mismatch | undefined {
    const tensor = call.tensor('self');
    const started = call.given('gradient') && call.value('gradient').kind !== 'none';
    // What has no gradient is refused for that.
    if (started || tensor.trait?.kind === 'detached') return undefined;
    const sizes = dimsOf(solve.shape(tensor))?.map((size) => solve.number(size));
    if (sizes === undefined || sizes.includes(undefined) || sizes.every((size) => size === 1)) return undefined;
    return mismatch('backward-of-many', 'grad can be implicitly created only for scalar outputs', {
      notes: [`it has the sizes ${solve.text(solve.shape(tensor))}; mean() or sum() makes one number of it`],
    });
  },
};
