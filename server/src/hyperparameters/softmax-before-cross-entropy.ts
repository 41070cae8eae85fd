/**
 * Cross entropy takes raw scores and applies log_softmax itself; of probabilities it makes nearly equal ones.
 *
 * Source: torch.nn.CrossEntropyLoss, "the unnormalized logits for each class"; PyTorch 2.13.
 */
import type { CallCheck } from '../core/infer/check';
import { advice, givenAt, removal } from './common/advice';

export const softmaxBeforeCrossEntropy: CallCheck = {
  kind: 'call',
  id: 'softmax-before-cross-entropy',
  names: ['torch.nn.CrossEntropyLoss.forward', 'torch.nn.functional.cross_entropy'],
  look(call, scene) {
    const { trait } = call.tensor('input');
    if (trait?.kind !== 'softmax') return undefined;
    return advice(
      'softmax-before-cross-entropy',
      'warning',
      'cross_entropy takes raw scores and applies log_softmax itself, but its input is already a softmax',
      { related: [givenAt(trait, 'softmax')], edits: removal(scene, trait, 'softmax') },
    );
  },
};
