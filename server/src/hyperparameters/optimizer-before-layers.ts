/**
 * An optimizer steps that was made before a layer of its model was: the layer's parameters are in no optimizer.
 *
 * Whatever asks for parameters marks the modules it asks; a layer without the mark was never asked.
 * Source: torch.optim, "Constructing it", PyTorch 2.13.
 */
import type { CallCheck } from '../core/infer/check';
import type { Scene } from '../core/infer/scene';
import { advice } from './common/advice';
import { hasOwnParameters, isFrozen, isUntouched } from './common/parameters';
import { isOptimizer, OPTIMIZED } from './optimizer';

/** Whether some optimizer has parameters that weren't asked of modules: it may have those of the layer. */
function hasAnother(scene: Scene): boolean {
  for (const { cls, attributes } of scene.inReach())
    if (cls !== undefined && isOptimizer(cls) && !attributes.has(OPTIMIZED)) return true;
  return false;
}

export const optimizerBeforeLayers: CallCheck = {
  kind: 'call',
  id: 'optimizer-before-layers',
  names: ['torch.optim.Optimizer.step'],
  look(_call, scene) {
    const optimizer = scene.object(scene.self);
    const models = optimizer?.attributes.get(OPTIMIZED);
    if (optimizer?.built === undefined || models?.kind !== 'tuple') return undefined;
    for (const model of models.items) {
      const late = scene
        .modules(model)
        ?.find((module) => hasOwnParameters(module) === true && isUntouched(module) && !isFrozen(module));
      if (late?.built === undefined || hasAnother(scene)) continue;
      return advice(
        'optimizer-before-layers',
        'warning',
        'this optimizer was made before a layer of its model: the layer is never trained',
        {
          place: optimizer.built.place,
          related: [{ place: late.built.place, message: `the layer is made here: ${scene.text(late.built.place)}` }],
        },
      );
    }
    return undefined;
  },
};
