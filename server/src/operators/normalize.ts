/**
 * Vectors divided by their norm; the shape stays. Also random draws that approach a choice (gumbel_softmax).
 *
 * Shapes: (*) -> (*).
 * Errors: `axis-out-of-range`, `duplicate-axis`, `dtype-not-supported`.
 * Source: torch.nn.functional.normalize and gumbel_softmax, PyTorch 2.13.
 */
import { operator } from '../core/infer/operator';
import { tensor } from '../core/infer/value';
import { dimsOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { distinct, showing } from './common/axes';
import { isFloat, isIntegral, scalarName } from './common/dtypes';
import { isZero } from './common/sizes';
import { signatures } from './signature';

export const normalize = operator({
  id: 'normalize',
  names: ['torch.nn.functional.gumbel_softmax', 'torch.nn.functional.normalize'],
  params: (name) =>
    name.endsWith('normalize')
      ? ['input: Tensor, p: float = 2.0, dim: any = 1, eps: float = 1e-12, out: any = None']
      : signatures(name),
  infer: answering((call, solve, name) => {
    const draws = name.endsWith('gumbel_softmax');
    const input = call.tensor(draws ? 'logits' : 'input');
    const { dtype } = input;
    if (dtype !== undefined && isIntegral(dtype)) {
      const sizes = solve.shape(input);
      if ([...sizes.lead, ...sizes.tail].some((size) => isZero(solve, size))) giveUp('a tensor without elements');
      const message = draws
        ? `Exponential distribution is a continuous probability distribution. dtype must be a floating point but you specified ${scalarName(dtype)}`
        : `linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${scalarName(dtype)}`;
      refuse('dtype-not-supported', message, { argument: draws ? 'logits' : 'input' });
    }
    if (dtype !== undefined && !isFloat(dtype) && draws) giveUp(`gumbel_softmax of ${dtype}`);
    const axes = call.numbers('dim') ?? giveUp('dim is None');
    const shape = showing(solve, input, axes, 'dim');
    if (!draws) distinct(axes, dimsOf(shape)?.length);
    return tensor(shape, dtype);
  }),
});
