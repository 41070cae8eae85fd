import { placeOf, rule } from '../rule';

export const batchInputType = rule({
  id: 'batch-input-type',
  phase: 'tensors',
  source: 'model_config_utils.cc ValidateBatchIO',
  summary: 'A batch input has a type that it can not have.',
  why: 'The server computes int32 or float32 numbers. The type has to be written.',
  bad: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }\nbatch_input { target_name: "n" data_type: TYPE_INT64 source_input: "x" }',
  good: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }\nbatch_input { target_name: "n" data_type: TYPE_INT32 source_input: "x" }',
  *check({ config, name }) {
    for (const batch of config.all('batch_input'))
      if (!['TYPE_INT32', 'TYPE_FP32'].includes(batch.enumName('data_type')))
        yield {
          message: `batch input data type must be TYPE_INT32 or TYPE_FP32 for ${name}`,
          at: placeOf(batch, 'data_type'),
        };
  },
});
