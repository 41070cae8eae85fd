/** The features of the editor side, one a file, sorted. */
import type { Feature } from '../feature';
import { checkWorkspaceFeature } from './checkWorkspace';
import { completedConfigFeature } from './completedConfig';
import { createConfigFeature } from './createConfig';
import { explainFindingFeature } from './explainFinding';
import { openExampleFeature } from './openExample';
import { restartServerFeature } from './restartServer';
import { showOutputFeature } from './showOutput';
import { showShapeFlowFeature } from './showShapeFlow';
import { statusFeature } from './status';
import { verifyWithPytorchFeature } from './verifyWithPytorch';

export const features: readonly Feature[] = [
  checkWorkspaceFeature,
  completedConfigFeature,
  createConfigFeature,
  explainFindingFeature,
  openExampleFeature,
  restartServerFeature,
  showOutputFeature,
  showShapeFlowFeature,
  statusFeature,
  verifyWithPytorchFeature,
];
