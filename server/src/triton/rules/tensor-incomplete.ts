import { nameOfField, rule } from '../rule';
import { tensorsOf } from './shared/tensors';

export const tensorIncomplete = rule({
  id: 'tensor-incomplete',
  phase: 'tensors',
  source: 'model_config_utils.cc ValidateIOShape',
  summary: 'An input or output lacks its name, type or sizes.',
  why: 'The backend of this model does not complete tensors, so all three have to be written. `dims` of a number per request are `[ 1 ]`.',
  bad: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 }',
  good: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }',
  *check({ model, config, name }) {
    if (!model.completed.isCertain && !model.world.strict) return;
    for (const { tensor, side } of tensorsOf(config)) {
      const called = tensor.text('name');
      const missing =
        called === ''
          ? 'name'
          : tensor.number('data_type') === 0
            ? 'data_type'
            : tensor.scalars('dims').length === 0
              ? 'dims'
              : undefined;
      if (missing === undefined) continue;
      const which = called === '' ? '' : `'${called}' `;
      yield {
        message: `model ${side} ${which}must specify '${missing}' for ${name}`,
        at: nameOfField(tensor, missing),
      };
    }
  },
});
