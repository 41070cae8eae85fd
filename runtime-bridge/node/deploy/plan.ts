/** The plan of a deployment where its file leaves things out. */
import type { DeployPlan } from '../../../protocol/src/deploy';

export const defaultPlan: DeployPlan = {
  order: 'auto',
  warmup: 10,
  shadow: { share: 100, minRequests: 100, dwell: 10, limit: 3600 },
  steps: [
    { weight: 5, minRequests: 200, dwell: 30, limit: 3600 },
    { weight: 25, minRequests: 500, dwell: 30, limit: 3600 },
    { weight: 50, minRequests: 500, dwell: 30, limit: 3600 },
  ],
  gates: [
    { kind: 'errors', margin: 0.01, dryRun: false },
    { kind: 'nonFinite', budget: 0.01, dryRun: false },
  ],
  onControllerLoss: 'baseline',
  controllerDeadline: 60,
  soak: 600,
  drain: 30,
  hold: 60,
  alpha: 0.05,
};
