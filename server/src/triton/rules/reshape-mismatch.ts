import { nameOfField, rule } from '../rule';
import { reshapeProblem, tensorsOf } from './shared/tensors';

export const reshapeMismatch = rule({
  id: 'reshape-mismatch',
  phase: 'tensors',
  source: 'model_config_utils.cc ValidateIOShape',
  summary: 'A reshape changes the number of elements.',
  why: 'The same numbers are laid out in another shape: the product of the sizes stays, and between the variable sizes too.',
  bad: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ 2, 3 ] } }',
  good: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ 2, 2 ] } }',
  *check({ config, name }) {
    for (const { tensor, side } of tensorsOf(config)) {
      const reshape = tensor.one('reshape');
      if (!reshape) continue;
      const problem = reshapeProblem(tensor.scalars('dims'), reshape.scalars('shape'), tensor.text('name'));
      if (problem === undefined) continue;
      const prefix = problem.startsWith('element count') ? '' : `model ${side} '${tensor.text('name')}' `;
      const at = reshape.scalars('shape')[0]?.span ?? nameOfField(tensor, 'reshape');
      const dims = tensor.scalars('dims')[0]?.span;
      yield { message: `${prefix}${problem} for ${name}`, at, related: [{ at: dims, message: 'these are the dims' }] };
    }
  },
});
