import { nameOfField, rule } from '../rule';
import { tensorsOf } from './shared/tensors';

export const emptyReshape = rule({
  id: 'empty-reshape',
  phase: 'tensors',
  source: 'model_config_utils.cc ValidateIOShape',
  summary: 'A model without batching has a tensor without dims.',
  why: 'An empty reshape stands for one number per request, which needs the batch dim.',
  bad: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 1 ] reshape { shape: [ ] } }',
  good: 'backend: "identity"\nmax_batch_size: 4\ninput { name: "x" data_type: TYPE_FP32 dims: [ 1 ] reshape { shape: [ ] } }',
  *check({ config, name }) {
    if (config.number('max_batch_size') !== 0) return;
    for (const { tensor, side } of tensorsOf(config)) {
      const reshape = tensor.one('reshape');
      if (reshape?.scalars('shape').length === 0 && tensor.text('name') !== '')
        yield {
          message: `model ${side} '${tensor.text('name')}' cannot have empty reshape for non-batching model as scalar tensors are not supported for ${name}`,
          at: nameOfField(tensor, 'reshape'),
        };
    }
  },
});
