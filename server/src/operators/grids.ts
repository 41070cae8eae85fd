/**
 * Grids of coordinates: meshgrid, cartesian_prod, combinations.
 *
 * Shapes: meshgrid of (n), (m) -> (n, m) twice; (m, n) with indexing='xy'.
 * Errors: `input-rank-mismatch`, `dtype-mismatch`, `argument-out-of-range`.
 * Source: torch.meshgrid, torch.cartesian_prod, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import { tuple, type TensorValue, type TupleValue } from '../core/infer/value';
import { num, product, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { differ } from './common/dtypes';
import { numberGiven } from './common/axes';
import { shortName } from './common/names';
import { reshaped, result } from './common/results';
import { brackets } from './common/sizes';
import { signatures } from './signature';

function grid(call: Call, solve: Solve): TupleValue {
  const tensors = call.tensors('tensors');
  const sizes = tensors.map((t) => {
    // PyTorch's sentence goes on with the tensor's numbers.
    if (!solve.rank(t, [0, 1]))
      refuse('input-rank-mismatch', 'torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got:', {
        argument: 'tensors',
      });
    return solve.dims(t)[0] ?? num(1);
  });
  if (tensors.some((t) => differ(t.dtype, tensors[0]?.dtype)))
    refuse('dtype-mismatch', 'meshgrid expects all tensors to have the same dtype');
  const indexing = call.given('indexing') ? (call.string('indexing') ?? 'ij') : 'ij';
  if (indexing !== 'ij' && indexing !== 'xy')
    refuse('argument-out-of-range', `torch.meshgrid: indexing must be one of "xy" or "ij", but received: ${indexing}`, {
      argument: 'indexing',
    });
  const [first, second, ...others] = sizes;
  const shape = indexing === 'xy' && first !== undefined && second !== undefined ? [second, first, ...others] : sizes;
  return tuple(tensors.map((t) => reshaped(t, shape)));
}

const vector = (solve: Solve, t: TensorValue): Dim => {
  if (!solve.rank(t, [1]))
    refuse('input-rank-mismatch', `Expect a 1D vector, but got shape ${brackets(solve, solve.shape(t))}`);
  return solve.dims(t)[0] as Dim;
};

/** n over r, or with replacement. */
function choices(n: number, r: number, replacement: boolean): number {
  const from = replacement ? n + r - 1 : n;
  let count = 1;
  for (let i = 0; i < r; i++) count = (count * (from - i)) / (i + 1);
  return Math.max(0, Math.round(count));
}

export const grids = operator({
  id: 'grids',
  names: ['torch.meshgrid', 'torch.functional.meshgrid', 'torch.cartesian_prod', 'torch.combinations'],
  params: (name) => signatures(name.replace('.functional', '')),
  infer: answering((call, solve, name) => {
    switch (shortName(name)) {
      case 'meshgrid':
        return grid(call, solve);
      case 'cartesian_prod': {
        const tensors = call.tensors('tensors');
        const sizes = tensors.map((t) => vector(solve, t));
        if (tensors.some((t) => differ(t.dtype, tensors[0]?.dtype)))
          refuse('dtype-mismatch', 'meshgrid expects all tensors to have the same dtype');
        return result(sizes.length === 1 ? sizes : [product(sizes), num(sizes.length)], tensors[0]?.dtype);
      }
      default: {
        const t = call.tensor('input');
        const n = solve.number(vector(solve, t));
        const r = numberGiven(call, 'r', 2);
        const replacement = call.given('with_replacement') && call.bool('with_replacement');
        if (r < 0) return giveUp('a negative count');
        if (r === 0) return reshaped(t, [num(0)]);
        return reshaped(t, [n === undefined ? solve.fresh('count') : num(choices(n, r, replacement)), num(r)]);
      }
    }
  }),
});
