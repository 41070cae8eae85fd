/** Every rule of the checker of configurations, one a file. */
import type { Rule } from '../rule';
import { autoCompleteConfig } from './auto-complete-config';
import { autofillBatchSize } from './autofill-batch-size';
import { backendUnknown } from './backend-unknown';
import { batchInputType } from './batch-input-type';
import { batchSourceCount } from './batch-source-count';
import { batchStrategyMissing } from './batch-strategy-missing';
import { batchStrategyWithSequences } from './batch-strategy-with-sequences';
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
import { growableMemoryMisplaced } from './growable-memory-misplaced';
import { imageFormatDims } from './image-format-dims';
import { initialStateInvalid } from './initial-state-invalid';
import { instanceKindUnknown } from './instance-kind-unknown';
import { instanceKindWithGpus } from './instance-kind-with-gpus';
import { labelFileUnreadable } from './label-file-unreadable';
import { latestWithoutNumber } from './latest-without-number';
import { mapKeyRepeated } from './map-key-repeated';
import { metricControlIncomplete } from './metric-control-incomplete';
import { metricNotCustomizable } from './metric-not-customizable';
import { modelFileMissing } from './model-file-missing';
import { negativeMaxBatchSize } from './negative-max-batch-size';
import { noVersionAvailable } from './no-version-available';
import { onnxAcceleratorUnknown } from './onnx-accelerator-unknown';
import { onnxControlUnknown } from './onnx-control-unknown';
import { onnxDimsMismatch } from './onnx-dims-mismatch';
import { onnxInputCount } from './onnx-input-count';
import { onnxOptionalInput } from './onnx-optional-input';
import { onnxParameterInvalid } from './onnx-parameter-invalid';
import { onnxTensorUnknown } from './onnx-tensor-unknown';
import { onnxTypeMismatch } from './onnx-type-mismatch';
import { openvinoKind } from './openvino-kind';
import { openvinoParameterInvalid } from './openvino-parameter-invalid';
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
import { pythonEnvironmentPath } from './python-environment-path';
import { pythonInputTensorsValue } from './python-input-tensors-value';
import { pytorchOutputOrder } from './pytorch-output-order';
import { pytorchParameterInvalid } from './pytorch-parameter-invalid';
import { pytorchStateName } from './pytorch-state-name';
import { pytorchTypeUnsupported } from './pytorch-type-unsupported';
import { pytorchWithoutTensors } from './pytorch-without-tensors';
import { rateLimiterResourceKinds } from './rate-limiter-resource-kinds';
import { reshapeMismatch } from './reshape-mismatch';
import { runtimeUnknown } from './runtime-unknown';
import { sequencePreferredBatchSize } from './sequence-preferred-batch-size';
import { slotUtilizationRange } from './slot-utilization-range';
import { specificVersionAbsent } from './specific-version-absent';
import { stateNameRepeated } from './state-name-repeated';
import { tensorIncomplete } from './tensor-incomplete';
import { tensorNameRepeated } from './tensor-name-repeated';
import { tensorrtAllocationStrategy } from './tensorrt-allocation-strategy';
import { tensorrtGraphBatchSize } from './tensorrt-graph-batch-size';
import { tensorrtKind } from './tensorrt-kind';
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
  batchStrategyMissing,
  batchStrategyWithSequences,
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
  growableMemoryMisplaced,
  imageFormatDims,
  initialStateInvalid,
  instanceKindUnknown,
  instanceKindWithGpus,
  labelFileUnreadable,
  latestWithoutNumber,
  mapKeyRepeated,
  metricControlIncomplete,
  metricNotCustomizable,
  modelFileMissing,
  negativeMaxBatchSize,
  noVersionAvailable,
  onnxAcceleratorUnknown,
  onnxControlUnknown,
  onnxDimsMismatch,
  onnxInputCount,
  onnxOptionalInput,
  onnxParameterInvalid,
  onnxTensorUnknown,
  onnxTypeMismatch,
  openvinoKind,
  openvinoParameterInvalid,
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
  pythonEnvironmentPath,
  pythonInputTensorsValue,
  pytorchOutputOrder,
  pytorchParameterInvalid,
  pytorchStateName,
  pytorchTypeUnsupported,
  pytorchWithoutTensors,
  rateLimiterResourceKinds,
  reshapeMismatch,
  runtimeUnknown,
  sequencePreferredBatchSize,
  slotUtilizationRange,
  specificVersionAbsent,
  stateNameRepeated,
  tensorIncomplete,
  tensorNameRepeated,
  tensorrtAllocationStrategy,
  tensorrtGraphBatchSize,
  tensorrtKind,
  tensorrtOnlyTensor,
  versionFolderIgnored,
  warmupInputInvalid,
  warmupInputsMissing,
  warmupSkipped,
];
