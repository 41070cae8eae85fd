import { placeOf, rule } from '../rule';

export const optionalInputUnsupported = rule({
  id: 'optional-input-unsupported',
  phase: 'start',
  source: 'backend src/backend_model.cc',
  summary: 'The backend does not know optional inputs.',
  why: 'onnxruntime knows them without batching, python always; others refuse the model.',
  bad: 'backend: "pytorch"\ninput { name: "INPUT__0" data_type: TYPE_FP32 dims: [ 3 ] optional: true }\noutput { name: "OUTPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }',
  good: 'backend: "pytorch"\ninput { name: "INPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "OUTPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }',
  *check({ config }) {
    if (!['pytorch', 'tensorrt', 'openvino'].includes(config.text('backend'))) return;
    for (const input of config.all('input'))
      if (input.flag('optional'))
        yield {
          message: `'optional' is set to true for input '${input.text('name')}' while the backend model doesn't support optional input`,
          at: placeOf(input, 'optional'),
        };
  },
});
