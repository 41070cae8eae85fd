/** Every rule of the checker of configurations, one a file. */
import type { Rule } from '../rule';
import { autoCompleteConfig } from './auto-complete-config';
import { autofillBatchSize } from './autofill-batch-size';
import { backendUnknown } from './backend-unknown';
import { batchInputType } from './batch-input-type';
import { batchSourceCount } from './batch-source-count';
import { batchTensorUnknown } from './batch-tensor-unknown';
import { batchingWithoutBatchSize } from './batching-without-batch-size';
import { cacheWithDecoupled } from './cache-with-decoupled';
import { cacheWithSequences } from './cache-with-sequences';
import { controlInputName } from './control-input-name';
import { controlInputRepeated } from './control-input-repeated';
import { controlKindRepeated } from './control-kind-repeated';
import { controlValues } from './control-values';
import { correlationIdType } from './correlation-id-type';
import { defaultPriorityLevel } from './default-priority-level';
import { dimRange } from './dim-range';
import { emptyReshape } from './empty-reshape';
import { ensembleCycle } from './ensemble-cycle';
import { ensembleDataFlow } from './ensemble-data-flow';
import { ensembleModelMissing } from './ensemble-model-missing';
import { ensemblePartFails } from './ensemble-part-fails';
import { ensembleSchedulingMisplaced } from './ensemble-scheduling-misplaced';
import { ensembleSchedulingMissing } from './ensemble-scheduling-missing';
import { ensembleStepIncomplete } from './ensemble-step-incomplete';
import { ensembleTensors } from './ensemble-tensors';
import { ensembleVersionMissing } from './ensemble-version-missing';
import { ensembleWithBackend } from './ensemble-with-backend';
import { ensembleWithModelSettings } from './ensemble-with-model-settings';
import { enumNumberUnknown } from './enum-number-unknown';
import { exportedModuleMismatch } from './exported-module-mismatch';
import { folderNameMismatch } from './folder-name-mismatch';
import { gpuIdImpossible } from './gpu-id-impossible';
import { imageFormatDims } from './image-format-dims';
import { initialStateInvalid } from './initial-state-invalid';
import { instanceKindWithGpus } from './instance-kind-with-gpus';
import { labelFileUnreadable } from './label-file-unreadable';
import { latestWithoutNumber } from './latest-without-number';
import { mapKeyRepeated } from './map-key-repeated';
import { metricControlIncomplete } from './metric-control-incomplete';
import { metricNotCustomizable } from './metric-not-customizable';
import { modelFileMissing } from './model-file-missing';
import { negativeMaxBatchSize } from './negative-max-batch-size';
import { noVersionAvailable } from './no-version-available';
import { onnxDimsMismatch } from './onnx-dims-mismatch';
import { onnxInputCount } from './onnx-input-count';
import { onnxTensorUnknown } from './onnx-tensor-unknown';
import { onnxTypeMismatch } from './onnx-type-mismatch';
import { openvinoTensors } from './openvino-tensors';
import { optionalInputUnsupported } from './optional-input-unsupported';
import { orderingWithDelay } from './ordering-with-delay';
import { orderingWithPriorities } from './ordering-with-priorities';
import { platformBackendPair } from './platform-backend-pair';
import { platformUnexpected } from './platform-unexpected';
import { preferredBatchSize } from './preferred-batch-size';
import { priorityPolicyIgnored } from './priority-policy-ignored';
import { priorityPolicyLevel } from './priority-policy-level';
import { profileMisplaced } from './profile-misplaced';
import { pytorchTypeUnsupported } from './pytorch-type-unsupported';
import { pytorchWithoutTensors } from './pytorch-without-tensors';
import { reshapeMismatch } from './reshape-mismatch';
import { runtimeUnknown } from './runtime-unknown';
import { sequencePreferredBatchSize } from './sequence-preferred-batch-size';
import { slotUtilizationRange } from './slot-utilization-range';
import { specificVersionAbsent } from './specific-version-absent';
import { stateNameRepeated } from './state-name-repeated';
import { tensorIncomplete } from './tensor-incomplete';
import { tensorNameRepeated } from './tensor-name-repeated';
import { tensorrtOnlyTensor } from './tensorrt-only-tensor';
import { versionFolderIgnored } from './version-folder-ignored';
import { warmupInputInvalid } from './warmup-input-invalid';
import { warmupInputsMissing } from './warmup-inputs-missing';
import { warmupSkipped } from './warmup-skipped';

export const rules: readonly Rule[] = [
  autoCompleteConfig,
  autofillBatchSize,
  backendUnknown,
  batchInputType,
  batchSourceCount,
  batchTensorUnknown,
  batchingWithoutBatchSize,
  cacheWithDecoupled,
  cacheWithSequences,
  controlInputName,
  controlInputRepeated,
  controlKindRepeated,
  controlValues,
  correlationIdType,
  defaultPriorityLevel,
  dimRange,
  emptyReshape,
  ensembleCycle,
  ensembleDataFlow,
  ensembleModelMissing,
  ensemblePartFails,
  ensembleSchedulingMisplaced,
  ensembleSchedulingMissing,
  ensembleStepIncomplete,
  ensembleTensors,
  ensembleVersionMissing,
  ensembleWithBackend,
  ensembleWithModelSettings,
  enumNumberUnknown,
  exportedModuleMismatch,
  folderNameMismatch,
  gpuIdImpossible,
  imageFormatDims,
  initialStateInvalid,
  instanceKindWithGpus,
  labelFileUnreadable,
  latestWithoutNumber,
  mapKeyRepeated,
  metricControlIncomplete,
  metricNotCustomizable,
  modelFileMissing,
  negativeMaxBatchSize,
  noVersionAvailable,
  onnxDimsMismatch,
  onnxInputCount,
  onnxTensorUnknown,
  onnxTypeMismatch,
  openvinoTensors,
  optionalInputUnsupported,
  orderingWithDelay,
  orderingWithPriorities,
  platformBackendPair,
  platformUnexpected,
  preferredBatchSize,
  priorityPolicyIgnored,
  priorityPolicyLevel,
  profileMisplaced,
  pytorchTypeUnsupported,
  pytorchWithoutTensors,
  reshapeMismatch,
  runtimeUnknown,
  sequencePreferredBatchSize,
  slotUtilizationRange,
  specificVersionAbsent,
  stateNameRepeated,
  tensorIncomplete,
  tensorNameRepeated,
  tensorrtOnlyTensor,
  versionFolderIgnored,
  warmupInputInvalid,
  warmupInputsMissing,
  warmupSkipped,
];
