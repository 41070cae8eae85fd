/**
 * A gate: the first half of a dim, weighted by the sigmoid of the second half.
 *
 * Shapes: (*a, 2n, *b) -> (*a, n, *b).
 * Errors: `glu-odd-size`, `axis-out-of-range`, `dtype-not-supported`.
 * Source: torch.nn.functional.glu, torch.nn.GLU, PyTorch 2.13.
 */
import { layer, operator, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { floorDiv, num } from '../core/shape/dim';
import { answering, refuse } from './common/answer';
import { atAxis, axisIndex, joined, rankOf } from './common/axes';
import { applying, building, plain } from './common/construction';
import { isComplex, isIntegral, kernelTakes } from './common/dtypes';
import { signatures } from './signature';

function gate(solve: Solve, input: TensorValue, axis: number): TensorValue {
  const rank = rankOf(solve, input);
  if (rank === 0)
    refuse('glu-odd-size', 'glu does not support scalars because halving size must be even', { argument: 'input' });
  const split = atAxis(solve, input, axis);
  if (split === undefined) return input;
  if (!solve.divides(num(2), split.size)) {
    const at = rank === undefined ? axis : axisIndex(axis, rank);
    refuse('glu-odd-size', `Halving dimension must be even, but dimension ${at} is size ${solve.text(split.size)}`, {
      argument: 'input',
    });
  }
  kernelTakes(input, 'glu_cpu', (dtype) => isIntegral(dtype) || isComplex(dtype));
  return tensor(joined(split.before, [floorDiv(split.size, num(2))], split.after), input.dtype);
}

export const glu = operator({
  id: 'glu',
  names: ['torch.nn.functional.glu'],
  params: signatures,
  infer: answering((call, solve) => gate(solve, call.tensor('input'), call.number('dim'))),
});

export const gluLayer = layer({
  id: 'glu',
  names: ['torch.nn.GLU'],
  params: signatures,
  inputs: ['input: Tensor'],
  build: building(() => plain()),
  forward: applying((self, call, solve) => gate(solve, call.tensor('input'), self.number('dim'))),
});
