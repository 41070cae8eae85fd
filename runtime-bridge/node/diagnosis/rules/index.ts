/** The catalogue of diagnosis rules, one a file, sorted by id. */
import type { AnyRule } from '../rule';
import { alwaysClipped } from './always-clipped';
import { attentionCollapse } from './attention-collapse';
import { badInit } from './bad-init';
import { badInput } from './bad-input';
import { bnTinyBatch } from './bn-tiny-batch';
import { broadcastLoss } from './broadcast-loss';
import { channelsLastLayout } from './channels-last-layout';
import { classImbalance } from './class-imbalance';
import { collapsedOutput } from './collapsed-output';
import { confusedClasses } from './confused-classes';
import { dataLeakage } from './data-leakage';
import { dataLoaderBottleneck } from './data-loader-bottleneck';
import { deadRelu } from './dead-relu';
import { doubleSoftmax } from './double-softmax';
import { evalModeInTraining } from './eval-mode-in-training';
import { explodingGradient } from './exploding-gradient';
import { gradientUnderflow } from './gradient-underflow';
import { graphKept } from './graph-kept';
import { halfPrecisionHeadroom } from './half-precision-headroom';
import { initialLoss } from './initial-loss';
import { inputScale } from './input-scale';
import { labelLossMismatch } from './label-loss-mismatch';
import { lossDivergence } from './loss-divergence';
import { lossNonfinite } from './loss-nonfinite';
import { lossOscillation } from './loss-oscillation';
import { lrTooHigh } from './lr-too-high';
import { lrTooLow } from './lr-too-low';
import { memoryGrowth } from './memory-growth';
import { missingActivation } from './missing-activation';
import { missingZeroGrad } from './missing-zero-grad';
import { mostlyPadding } from './mostly-padding';
import { noGradient } from './no-gradient';
import { nonfiniteForward } from './nonfinite-forward';
import { nonfiniteGradient } from './nonfinite-gradient';
import { notLearning } from './not-learning';
import { outputRangeMismatch } from './output-range-mismatch';
import { overfit } from './overfit';
import { paramNotInOptimizer } from './param-not-in-optimizer';
import { pastBest } from './past-best';
import { recompiles } from './recompiles';
import { repeatedBatch } from './repeated-batch';
import { replicasDiffer } from './replicas-differ';
import { sameDataOnRanks } from './same-data-on-ranks';
import { saturatedActivation } from './saturated-activation';
import { schedulerPerBatch } from './scheduler-per-batch';
import { schedulerPerEpoch } from './scheduler-per-epoch';
import { slowConvergence } from './slow-convergence';
import { stepOutlier } from './step-outlier';
import { straggler } from './straggler';
import { symmetricInit } from './symmetric-init';
import { trainModeInEval } from './train-mode-in-eval';
import { transformGap } from './transform-gap';
import { unshuffledData } from './unshuffled-data';
import { vanishingGradient } from './vanishing-gradient';
import { weightDecayTooHigh } from './weight-decay-too-high';
import { weightGrowth } from './weight-growth';
import { weightsNotUpdating } from './weights-not-updating';
import { wrongCallOrder } from './wrong-call-order';

export const rules: readonly AnyRule[] = [
  alwaysClipped,
  attentionCollapse,
  badInit,
  badInput,
  bnTinyBatch,
  broadcastLoss,
  channelsLastLayout,
  classImbalance,
  collapsedOutput,
  confusedClasses,
  dataLeakage,
  dataLoaderBottleneck,
  deadRelu,
  doubleSoftmax,
  evalModeInTraining,
  explodingGradient,
  gradientUnderflow,
  graphKept,
  halfPrecisionHeadroom,
  initialLoss,
  inputScale,
  labelLossMismatch,
  lossDivergence,
  lossNonfinite,
  lossOscillation,
  lrTooHigh,
  lrTooLow,
  memoryGrowth,
  missingActivation,
  missingZeroGrad,
  mostlyPadding,
  noGradient,
  nonfiniteForward,
  nonfiniteGradient,
  notLearning,
  outputRangeMismatch,
  overfit,
  paramNotInOptimizer,
  pastBest,
  recompiles,
  repeatedBatch,
  replicasDiffer,
  sameDataOnRanks,
  saturatedActivation,
  schedulerPerBatch,
  schedulerPerEpoch,
  slowConvergence,
  stepOutlier,
  straggler,
  symmetricInit,
  trainModeInEval,
  transformGap,
  unshuffledData,
  vanishingGradient,
  weightDecayTooHigh,
  weightGrowth,
  weightsNotUpdating,
  wrongCallOrder,
];
