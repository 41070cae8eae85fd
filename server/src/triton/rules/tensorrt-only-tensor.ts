import { placeOf, rule } from '../rule';
import { tensorsOf } from './shared/tensors';

export const tensorrtOnlyTensor = rule({
  id: 'tensorrt-only-tensor',
  phase: 'tensors',
  source: 'model_config_utils.cc ValidateNonLinearFormatIO',
  summary: 'A tensor is marked as only TensorRT has them.',
  why: 'Shape tensors and non-linear formats exist in TensorRT engines only.',
  bad: 'backend: "identity"\ninput { name: "x" data_type: TYPE_INT32 dims: [ 3 ] is_shape_tensor: true }',
  good: 'backend: "identity"\ninput { name: "x" data_type: TYPE_INT32 dims: [ 3 ] }',
  *check({ model, config, name }) {
    const tensorrt = config.text('platform') === 'tensorrt_plan';
    for (const { tensor, side } of tensorsOf(config)) {
      if (tensor.flag('is_shape_tensor') && !tensorrt)
        yield {
          message: `shape tensors are only supported for TensorRT platform for ${name}`,
          at: placeOf(tensor, 'is_shape_tensor'),
        };
      if (!tensor.flag('is_non_linear_format_io')) continue;
      const at = placeOf(tensor, 'is_non_linear_format_io');
      if (!tensorrt)
        yield { message: `Non-linear IO format is only supported for the TensorRT platform for ${name}`, at };
      else if (model.world.strict && tensor.scalars('dims').length !== 3)
        yield { message: `Non-linear IO format ${side} requires 3 dims for ${name}`, at };
    }
  },
});
