import { nameOfField, rule } from '../rule';
import { loadable } from './shared/onnxJoin';

export const onnxInputCount = rule({
  id: 'onnx-input-count',
  phase: 'start',
  source: 'onnxruntime.cc ValidateInputs',
  summary: 'The configuration has another number of inputs than the model.',
  why: 'Inputs, batch inputs, controls and states together are the inputs of the graph, initialisers left out.',
  bad: 'platform: "onnxruntime_onnx"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }\ninput { name: "z" data_type: TYPE_FP32 dims: [ 3 ] } # model.onnx has x only',
  good: 'platform: "onnxruntime_onnx"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }',
  *check({ model, config }) {
    const header = loadable(model);
    // Controls and states are inputs of the model as well, under names that this rule does not compare.
    if (!header || config.has('sequence_batching')) return;
    const expected =
      config.all('input').filter((input) => !input.flag('optional')).length + config.all('batch_input').length;
    const optional = config.all('input').some((input) => input.flag('optional'));
    if (expected === header.inputs.length || (optional && expected < header.inputs.length)) return;
    yield {
      message: `unable to load model '${model.name}', configuration expects ${expected} inputs, model provides ${header.inputs.length}`,
      at: nameOfField(config, 'input'),
    };
  },
});
