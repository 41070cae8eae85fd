import { placeOf, rule } from '../rule';
import { joined } from './shared/onnxJoin';

export const onnxOptionalInput = rule({
  id: 'onnx-optional-input',
  phase: 'start',
  source: 'onnxruntime.cc ValidateInputs',
  summary: 'An input is optional or ragged where the onnxruntime backend allows it not.',
  why: 'Optional inputs work only without batching and never ragged; a ragged input has the shape [-1] in the model.',
  bad: 'platform: "onnxruntime_onnx"\nmax_batch_size: 4\ninput { name: "x" data_type: TYPE_FP32 dims: [ 3 ] optional: true }\noutput { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }',
  good: 'platform: "onnxruntime_onnx"\nmax_batch_size: 0\ninput { name: "x" data_type: TYPE_FP32 dims: [ 3 ] optional: true }\noutput { name: "y" data_type: TYPE_FP32 dims: [ 3 ] }',
  *check({ model, config }) {
    if (config.text('backend') !== 'onnxruntime') return;
    const about = `unable to load model '${model.name}', `;
    for (const input of config.all('input')) {
      const name = input.text('name');
      if (!input.flag('optional')) continue;
      if (config.number('max_batch_size') !== 0)
        yield {
          message: `${about}optional input '${name}' is not supported for models that support batching`,
          at: placeOf(input, 'optional'),
        };
      else if (input.flag('allow_ragged_batch'))
        yield {
          message: `${about}configuration expects model provides input with shape [-1] for ragged input '${name}', which is not supported for optional input`,
          at: placeOf(input, 'optional'),
        };
    }
    for (const { tensor, side, found } of joined(model, config)) {
      if (side !== 'input' || !tensor.flag('allow_ragged_batch') || tensor.flag('optional') || !found.dims) continue;
      if (found.dims.length === 1 && found.dims[0] === -1) continue;
      yield {
        message: `${about}configuration expects model provides input with shape [-1]  for ragged input '${tensor.text('name')}', model provides [${found.dims.join(',')}]`,
        at: placeOf(tensor, 'allow_ragged_batch'),
      };
    }
  },
});
