/**
 * `backward()` of a tensor that no gradient leads away from: it was detached, is `.data`, or was wrapped anew.
 *
 * Errors: `backward-without-graph`.
 * Source: torch.Tensor.backward, PyTorch 2.13.
 */
import type { CallCheck } from '../core/infer/check';
import { mismatch, type Mismatch } from '../core/infer/operator';
import { givenAt, removal } from './common/advice';

export const backwardWithoutGraph: CallCheck = {
  kind: 'call',
  id: 'backward-without-graph',
  names: ['torch.Tensor.backward'],
  look(call, scene): Mismatch | undefined {
    const { trait } = call.tensor('self');
    if (trait?.kind !== 'detached') return undefined;
    const what = trait.by === 'torch.Tensor.data' ? '.data' : trait.by === 'torch.tensor' ? 'copy' : 'detach()';
    return {
      ...mismatch('backward-without-graph', 'element 0 of tensors does not require grad and does not have a grad_fn'),
      related: [givenAt(trait, `${what} that cuts the gradient off`)],
      edits: removal(scene, trait, what),
    };
  },
};
