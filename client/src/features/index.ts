/** The features of the editor side, one a file, sorted. */
import type { Feature } from '../feature';
import { canaryFeature } from './canary';
import { checkWorkspaceFeature } from './checkWorkspace';
import { compareVersionsFeature } from './compareVersions';
import { completedConfigFeature } from './completedConfig';
import { createConfigFeature } from './createConfig';
import { curvesFeature } from './curves';
import { debugTrainingFeature } from './debugTraining';
import { deployModelFeature } from './deployModel';
import { deploymentStatusFeature } from './deploymentStatus';
import { deploymentVerbsFeature } from './deploymentVerbs';
import { explainFindingFeature } from './explainFinding';
import { layerLensFeature } from './layerLens';
import { layersFeature } from './layers';
import { modelsTreeFeature } from './modelsTree';
import { openExampleFeature } from './openExample';
import { registerVersionFeature } from './registerVersion';
import { restartServerFeature } from './restartServer';
import { runAlertsFeature } from './runAlerts';
import { runInferenceFeature } from './runInference';
import { runTrainingFeature } from './runTraining';
import { runsTreeFeature } from './runsTree';
import { seenFactsFeature } from './seenFacts';
import { showOutputFeature } from './showOutput';
import { showShapeFlowFeature } from './showShapeFlow';
import { statusFeature } from './status';
import { trainingControlFeature } from './trainingControl';
import { trainingStatusFeature } from './trainingStatus';
import { verifyWithPytorchFeature } from './verifyWithPytorch';

export const features: readonly Feature[] = [
  canaryFeature,
  checkWorkspaceFeature,
  compareVersionsFeature,
  completedConfigFeature,
  createConfigFeature,
  curvesFeature,
  debugTrainingFeature,
  deployModelFeature,
  deploymentStatusFeature,
  deploymentVerbsFeature,
  explainFindingFeature,
  layerLensFeature,
  layersFeature,
  modelsTreeFeature,
  openExampleFeature,
  registerVersionFeature,
  restartServerFeature,
  runAlertsFeature,
  runInferenceFeature,
  runTrainingFeature,
  runsTreeFeature,
  seenFactsFeature,
  showOutputFeature,
  showShapeFlowFeature,
  statusFeature,
  trainingControlFeature,
  trainingStatusFeature,
  verifyWithPytorchFeature,
];
