import { placeOf, rule } from '../rule';
import { tensorsOf } from './shared/tensors';

export const imageFormatDims = rule({
  id: 'image-format-dims',
  phase: 'tensors',
  source: 'model_config_utils.cc ValidateModelInput',
  summary: 'A picture format does not have three dims.',
  why: 'FORMAT_NHWC and FORMAT_NCHW say how the three dims of a picture are ordered; the batch dim is not one of them.',
  bad: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 28, 28 ] }',
  good: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 1, 28, 28 ] }',
  *check({ config, name }) {
    for (const { tensor, side } of tensorsOf(config))
      if (side === 'input' && [1, 2].includes(tensor.number('format')) && tensor.scalars('dims').length !== 3)
        yield { message: `model input NHWC/NCHW require 3 dims for ${name}`, at: placeOf(tensor, 'format') };
  },
});
