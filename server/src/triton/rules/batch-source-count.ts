import { nameOfField, rule } from '../rule';

export const batchSourceCount = rule({
  id: 'batch-source-count',
  phase: 'tensors',
  source: 'model_config_utils.cc ValidateBatchIO',
  summary: 'A batch input or output has not exactly one source.',
  why: 'Every kind is computed from one input.',
  bad: 'backend: "identity"\nbatch_input { kind: BATCH_ELEMENT_COUNT target_name: "n" data_type: TYPE_FP32 }',
  good: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }\nbatch_input { kind: BATCH_ELEMENT_COUNT target_name: "n" data_type: TYPE_FP32 source_input: "x" }',
  *check({ config, name }) {
    for (const side of ['input', 'output'] as const)
      for (const batch of config.all(`batch_${side}`)) {
        const kind = batch.enumName('kind');
        const at = nameOfField(batch, 'source_input');
        if (kind === '') yield { message: `unknown batch ${side} kind '' for ${name}`, at: nameOfField(batch, 'kind') };
        else if (batch.scalars('source_input').length !== 1)
          yield {
            message: `batch ${side} kind '${kind}' expects 1 source input, got ${batch.scalars('source_input').length} for ${name}`,
            at,
          };
      }
  },
});
