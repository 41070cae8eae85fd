import { type Problem, rule } from '../rule';
import type { Scalar } from '../textFormat/message';
import { tensorsOf } from './shared/tensors';

export const dimRange = rule({
  id: 'dim-range',
  phase: 'tensors',
  source: 'model_config_utils.cc ValidateIOShape',
  summary: 'A size is neither positive nor -1.',
  why: '-1 stands for any size; 0 and other negative numbers are no sizes.',
  bad: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 0 ] }',
  good: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ -1 ] }',
  *check({ config, name }) {
    for (const { tensor, side } of tensorsOf(config)) {
      const called = tensor.text('name');
      const bad = (list: readonly Scalar[]): Scalar | undefined =>
        list.find(({ value }) => Number(value) < 1 && value !== -1);
      const dim = bad(tensor.scalars('dims'));
      const reshaped = bad(tensor.one('reshape')?.scalars('shape') ?? []);
      const range = 'must be integer >= 1, or -1 to indicate a variable-size dimension';
      const fixes = (scalar: Scalar): Problem['fixes'] =>
        scalar.span ? [{ title: 'Set it to -1: any size', changes: [{ span: scalar.span, newText: '-1' }] }] : [];
      if (dim)
        yield { message: `model ${side} '${called}' dimension ${range} for ${name}`, at: dim.span, fixes: fixes(dim) };
      else if (reshaped)
        yield {
          message: `model ${side} '${called}' reshape dimensions ${range} for ${name}`,
          at: reshaped.span,
          fixes: fixes(reshaped),
        };
    }
  },
});
