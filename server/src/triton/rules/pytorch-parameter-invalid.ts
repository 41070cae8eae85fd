import { rule } from '../rule';
import { isTruth, notTruth, notWhole, parameterOf, wholeNumber } from './shared/parameters';
import { isTorchScript } from './shared/pytorchNames';

const truths = [
  'DISABLE_OPTIMIZED_EXECUTION',
  'ENABLE_CACHE_CLEANING',
  'INFERENCE_MODE',
  'DISABLE_CUDNN',
  'ENABLE_TENSOR_FUSER',
  'ENABLE_WEIGHT_SHARING',
  'ENABLE_JIT_PROFILING',
  'ENABLE_JIT_EXECUTOR',
];
const numbers = ['INTRA_OP_THREAD_COUNT', 'INTER_OP_THREAD_COUNT'];

export const pytorchParameterInvalid = rule({
  id: 'pytorch-parameter-invalid',
  phase: 'start',
  source: 'pt/model_state.cc ParseParameters',
  summary: 'A parameter of the PyTorch backend has a value that it can not have.',
  why: 'Switches are true or false (on, off, 1, 0); thread counts are whole numbers.',
  bad: 'backend: "pytorch"\ninput { name: "INPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "OUTPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }\nparameters { key: "INFERENCE_MODE" value { string_value: "yes" } }',
  good: 'backend: "pytorch"\ninput { name: "INPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "OUTPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }\nparameters { key: "INFERENCE_MODE" value { string_value: "true" } }',
  *check({ config }) {
    if (!isTorchScript(config)) return;
    for (const key of truths) {
      const found = parameterOf(config, key);
      if (found && !isTruth(found.value)) yield { message: notTruth(found.value), at: found.at };
    }
    for (const key of numbers) {
      const found = parameterOf(config, key);
      if (found && wholeNumber(found.value) === undefined) yield { message: notWhole(found.value), at: found.at };
    }
  },
});
