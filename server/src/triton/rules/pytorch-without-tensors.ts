import { nameOfField, rule } from '../rule';

export const pytorchWithoutTensors = rule({
  id: 'pytorch-without-tensors',
  phase: 'start',
  source: 'pt/libtorch.cc',
  summary: 'A PyTorch model has no inputs or no outputs.',
  why: 'TorchScript does not say what a model takes and gives; both lists have to be written.',
  bad: 'backend: "pytorch"\ninput { name: "INPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }',
  good: 'backend: "pytorch"\ninput { name: "INPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "OUTPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }',
  *check({ config }) {
    if (config.text('backend') !== 'pytorch') return;
    for (const side of ['input', 'output'])
      if (!config.has(side))
        yield {
          message: `model configuration must contain at least one ${side}, none were specified`,
          at: nameOfField(config, config.has('input') ? 'input' : 'output'),
        };
  },
});
