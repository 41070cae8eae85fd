/** Every check of hyperparameters and of how objects fit together, one file each, sorted by file. */
import type { Check } from '../core/infer/check';
import { backwardOfMany } from './backward-of-many';
import { backwardWithoutGraph } from './backward-without-graph';
import { dataLoader } from './data-loader';
import { dataSet } from './data-set';
import { evalNeverUndone } from './eval-never-undone';
import { gradientClipping } from './gradient-clipping';
import { initialization } from './initialization';
import { layerArguments } from './layer-arguments';
import { lossWithoutActivation } from './loss-without-activation';
import { missingZeroGrad } from './missing-zero-grad';
import { optimizer } from './optimizer';
import { optimizerBeforeLayers } from './optimizer-before-layers';
import { optimizerOfFrozenParameters } from './optimizer-of-frozen-parameters';
import { scheduler } from './scheduler';
import { sigmoidBeforeLogitsLoss } from './sigmoid-before-logits-loss';
import { softmaxBeforeCrossEntropy } from './softmax-before-cross-entropy';

export { traits } from './traits';

export const checks: readonly Check[] = [
  backwardOfMany,
  backwardWithoutGraph,
  ...dataLoader,
  dataSet,
  evalNeverUndone,
  gradientClipping,
  initialization,
  layerArguments,
  ...lossWithoutActivation,
  missingZeroGrad,
  ...optimizer,
  optimizerBeforeLayers,
  optimizerOfFrozenParameters,
  ...scheduler,
  sigmoidBeforeLogitsLoss,
  softmaxBeforeCrossEntropy,
];
