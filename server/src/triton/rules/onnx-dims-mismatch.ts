import { rule } from '../rule';
import { dimsProblem, joined } from './shared/onnxJoin';

export const onnxDimsMismatch = rule({
  id: 'onnx-dims-mismatch',
  phase: 'start',
  source: 'onnxruntime_utils.cc CompareDimsSupported',
  summary: 'The sizes differ from those of the model.',
  why: 'With `max_batch_size` above 0 the full shape is [-1] and then `dims`: do not repeat the batch dim there. A fixed size of the model has to be written as it is; for outputs a variable size is -1.',
  bad: 'platform: "onnxruntime_onnx"\nmax_batch_size: 8\ninput { name: "x" data_type: TYPE_FP32 dims: [ -1, 3 ] }\noutput { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }',
  good: 'platform: "onnxruntime_onnx"\nmax_batch_size: 8\ninput { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }',
  *check({ model, config }) {
    const batched = config.number('max_batch_size') > 0;
    for (const { tensor, side, found } of joined(model, config)) {
      if (found.dims === undefined || (side === 'input' && tensor.flag('allow_ragged_batch'))) continue;
      const problem = dimsProblem(model.name, side, tensor, found.name, found.dims, batched);
      if (problem) yield problem;
    }
  },
});
