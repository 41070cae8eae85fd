/** The features of the editor side, one a file, sorted. */
import type { Feature } from '../feature';
import { checkWorkspaceFeature } from './checkWorkspace';
import { curvesFeature } from './curves';
import { explainFindingFeature } from './explainFinding';
import { layerLensFeature } from './layerLens';
import { openExampleFeature } from './openExample';
import { restartServerFeature } from './restartServer';
import { runAlertsFeature } from './runAlerts';
import { runTrainingFeature } from './runTraining';
import { runsTreeFeature } from './runsTree';
import { showOutputFeature } from './showOutput';
import { statusFeature } from './status';
import { trainingControlFeature } from './trainingControl';
import { trainingStatusFeature } from './trainingStatus';

export const features: readonly Feature[] = [
  checkWorkspaceFeature,
  curvesFeature,
  explainFindingFeature,
  layerLensFeature,
  openExampleFeature,
  restartServerFeature,
  runAlertsFeature,
  runTrainingFeature,
  runsTreeFeature,
  showOutputFeature,
  statusFeature,
  trainingControlFeature,
  trainingStatusFeature,
];
