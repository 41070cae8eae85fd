/**
 * The binary cross entropy with logits applies the sigmoid itself; a second one leaves probabilities between 0.5 and 0.73.
 *
 * Source: torch.nn.BCEWithLogitsLoss, "combines a Sigmoid layer and the BCELoss"; PyTorch 2.13.
 */
import type { CallCheck } from '../core/infer/check';
import { advice, givenAt, removal } from './common/advice';

export const sigmoidBeforeLogitsLoss: CallCheck = {
  kind: 'call',
  id: 'sigmoid-before-logits-loss',
  names: ['torch.nn.BCEWithLogitsLoss.forward', 'torch.nn.functional.binary_cross_entropy_with_logits'],
  look(call, scene) {
    const { trait } = call.tensor('input');
    if (trait?.kind !== 'sigmoid') return undefined;
    return advice(
      'sigmoid-before-logits-loss',
      'warning',
      'binary_cross_entropy_with_logits takes raw scores and applies the sigmoid itself, but its input is already a sigmoid',
      { related: [givenAt(trait, 'sigmoid')], edits: removal(scene, trait, 'sigmoid') },
    );
  },
};
