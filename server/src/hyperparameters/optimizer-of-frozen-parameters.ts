/**
 * An optimizer steps whose parameters are all frozen: it changes nothing.
 *
 * Source: torch.Tensor.requires_grad, PyTorch 2.13.
 */
import type { CallCheck } from '../core/infer/check';
import { advice } from './common/advice';
import { hasOwnParameters, isFrozen } from './common/parameters';
import { OPTIMIZED } from './optimizer';

export const optimizerOfFrozenParameters: CallCheck = {
  kind: 'call',
  id: 'optimizer-of-frozen-parameters',
  names: ['torch.optim.Optimizer.step'],
  look(_call, scene) {
    const optimizer = scene.object(scene.self);
    const models = optimizer?.attributes.get(OPTIMIZED);
    if (optimizer?.built === undefined || models?.kind !== 'tuple') return undefined;
    const known = models.items.map((model) => scene.modules(model));
    if (known.includes(undefined)) return undefined;
    const learning = known.flatMap((modules) => modules ?? []).filter((module) => hasOwnParameters(module) !== false);
    if (learning.length === 0 || !learning.every(isFrozen)) return undefined;
    // Single parameters may be thawed in ways that aren't followed.
    if ((scene.wholeFile().match(/requires_grad/g) ?? []).length !== 1) return undefined;
    return advice(
      'optimizer-of-frozen-parameters',
      'warning',
      'no parameter of this optimizer gets a gradient: all are frozen (requires_grad is False)',
      { place: optimizer.built.place },
    );
  },
};
