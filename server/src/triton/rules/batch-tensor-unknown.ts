import { rule } from '../rule';

export const batchTensorUnknown = rule({
  id: 'batch-tensor-unknown',
  phase: 'tensors',
  source: 'model_config_utils.cc ValidateBatchIO',
  summary: 'A batch input or output names a tensor that does not exist.',
  why: 'Sources are inputs of this model, targets of a batch output are its outputs, each once.',
  bad: 'backend: "identity"\nbatch_input { target_name: "n" data_type: TYPE_INT32 source_input: "lost" }',
  good: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }\nbatch_input { target_name: "n" data_type: TYPE_INT32 source_input: "x" }',
  *check({ model, config, name }) {
    if (!model.completed.isCertain && !model.world.strict) return;
    const names = (side: string): ReadonlySet<string> => new Set(config.all(side).map((tensor) => tensor.text('name')));
    const [inputs, outputs] = [names('input'), names('output')];
    for (const batch of [...config.all('batch_input'), ...config.all('batch_output')])
      for (const { value, span } of batch.scalars('source_input'))
        if (!inputs.has(String(value))) yield { message: `unknown source input name '${value}' for ${name}`, at: span };
    for (const batch of config.all('batch_output')) {
      const seen = new Set<unknown>();
      for (const { value, span } of batch.scalars('target_name')) {
        if (!outputs.has(String(value)))
          yield { message: `unknown target output name '${value}' for ${name}`, at: span };
        else if (seen.size === seen.add(value).size)
          yield { message: `target output name '${value}' can only be specified once for ${name}`, at: span };
      }
    }
  },
});
