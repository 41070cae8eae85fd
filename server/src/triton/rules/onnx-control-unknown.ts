import { placeOf, rule } from '../rule';
import { loadable } from './shared/onnxJoin';

export const onnxControlUnknown = rule({
  id: 'onnx-control-unknown',
  phase: 'start',
  // Not seen on a real server so far: the words are those of its sources.
  severity: 'warning',
  source: 'onnxruntime.cc ValidateBooleanSequenceControl, ValidateTypedSequenceControl',
  summary: 'A sequence control is no input of the ONNX model.',
  why: 'Controls that are written have to be inputs of the graph, under the same name. Leave out those that the model does not take.',
  bad: 'platform: "onnxruntime_onnx"\nsequence_batching { control_input { name: "START" control { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1 ] } } }\n# model.onnx has no input START',
  good: 'platform: "onnxruntime_onnx"\nsequence_batching { control_input { name: "START" control { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1 ] } } }\n# model.onnx has an input START',
  *check({ model, config }) {
    const header = loadable(model);
    if (!header) return;
    const known = new Set(header.inputs.map(({ name }) => name));
    for (const input of config.one('sequence_batching')?.all('control_input') ?? []) {
      const [name, control] = [input.text('name'), input.all('control')[0]];
      if (name === '' || !control || known.has(name)) continue;
      yield {
        message: `unable to load model '${model.name}', configuration specified sequence control '${name}', but model does not provide that input`,
        at: placeOf(input, 'name'),
      };
    }
  },
});
