/**
 * A matrix product with the last size, plus a bias.
 *
 * Shapes: (*batch, in_features) -> (*batch, out_features); weight (out_features, in_features),
 * bias (out_features). A weight of one dim drops the last size.
 * Errors: `matmul-inner-dim-mismatch`, `input-rank-mismatch`, `parameter-size-mismatch`,
 * `negative-size`, `dtype-mismatch`, `dtype-not-supported`.
 * Source: torch.nn.functional.linear, torch.nn.Linear, PyTorch 2.13.
 */
import { layer, operator, type FixIntent, type Solve } from '../core/infer/operator';
import { int, tensor, type TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import {
  applying,
  building,
  factoryDtype,
  flag,
  notNegative,
  tensorIfKnown,
  withParameters,
} from './common/construction';
import { cppName, isFloat, refuseDtypes, scalarName } from './common/dtypes';
import { append, countText, joined, setTo } from './common/sizes';
import { lastSizeFixes } from './common/rearranging';
import { signatures } from './signature';

/**
 * `F.linear`, also for layers that end in one.
 * @param fixes how a clash of inner sizes can be mended, given the input's last size
 */
function applyLinear(
  solve: Solve,
  input: TensorValue,
  weight: TensorValue,
  bias: TensorValue | null,
  fixes: (inner: Dim) => readonly FixIntent[] = () => [],
): TensorValue {
  const weightRank = rankOf(solve, weight) ?? giveUp('the number of dims of the weight is not known');
  if (weightRank === 0) giveUp('a weight without dims');
  if (weightRank === 1) return vectorProduct(solve, input, weight, bias);
  if (!solve.minRank(input, 1))
    refuse(
      'input-rank-mismatch',
      `both arguments to linear need to be at least 1D, but they are 0D and ${weightRank}D`,
      {
        argument: 'input',
      },
    );
  if (weightRank > 2)
    refuse('input-rank-mismatch', `t() expects a tensor with <= 2 dimensions, but self is ${weightRank}D`, {
      argument: 'weight',
    });
  const { before, last } = solve.trailing(input, 1);
  const [outFeatures, inFeatures] = solve.dims(weight) as readonly [Dim, Dim];
  const inner = last[0] as Dim;
  const rows = countText(solve, before);
  // With a bias the element types are compared before the sizes.
  if (bias !== null) checkDtypes(input, weight, bias);
  if (!solve.same(inner, inFeatures, `a Linear layer needs a last size of ${solve.text(inFeatures)}`)) {
    refuse(
      'matmul-inner-dim-mismatch',
      `mat1 and mat2 shapes cannot be multiplied (${rows}x${joined(solve, [inner])} and ${joined(solve, [inFeatures, outFeatures])})`,
      { fixes: [...lastSizeFixes(solve, input, inFeatures), ...fixes(inner)], argument: 'input' },
    );
  }
  if (bias !== null) checkBias(solve, bias, outFeatures, rows);
  checkDtypes(input, weight, bias);
  const dtype = input.dtype ?? weight.dtype ?? bias?.dtype;
  if (dtype !== undefined && !isFloat(dtype) && dtype !== 'int64' && dtype !== 'complex64')
    giveUp(`linear of ${dtype}`);
  return tensor(append(before, [outFeatures]), input.dtype ?? weight.dtype);
}

/** A weight of one dim: the product drops the last size. */
function vectorProduct(solve: Solve, input: TensorValue, weight: TensorValue, bias: TensorValue | null): TensorValue {
  const rank = rankOf(solve, input);
  if (rank === undefined || rank === 0) giveUp('a weight of one dim');
  if (bias !== null) checkDtypes(input, weight, bias);
  if (bias !== null) refuse('input-rank-mismatch', 'mat2 must be a matrix, got 1-D tensor', { argument: 'weight' });
  const { before, last } = solve.trailing(input, 1);
  if (solve.equal(last[0] as Dim, solve.dims(weight)[0] as Dim) !== 'yes') giveUp('a weight of one dim');
  if (input.dtype !== weight.dtype || !isFloat(input.dtype))
    giveUp('a weight of one dim and element types that may differ');
  return tensor(before, input.dtype);
}

function checkBias(solve: Solve, bias: TensorValue, outFeatures: Dim, rows: string): void {
  // A bias of more dims is broadcast against the product; torch checks it against rows and columns.
  if (rankOf(solve, bias) !== 1) giveUp('a bias that is not a vector');
  const size = solve.dims(bias)[0] as Dim;
  if (solve.equal(size, num(1)) !== 'no' || solve.same(size, outFeatures)) return;
  const [out, got] = [solve.text(outFeatures), solve.text(size)];
  refuse(
    'parameter-size-mismatch',
    `The expanded size of the tensor (${out}) must match the existing size (${got}) at non-singleton dimension 1.` +
      `  Target sizes: [${rows}, ${out}].  Tensor sizes: [${got}]`,
    { argument: 'bias' },
  );
}

function checkDtypes(input: TensorValue, weight: TensorValue, bias: TensorValue | null): void {
  const [x, w, b] = [input.dtype, weight.dtype, bias?.dtype];
  if (w !== undefined && b !== undefined && b !== w)
    refuseDtypes(`self and mat2 must have the same dtype, but got ${scalarName(b)} and ${scalarName(w)}`, 'bias');
  if (x !== undefined && w !== undefined && x !== w) {
    if (bias === null)
      refuseDtypes(`expected m1 and m2 to have the same dtype, but got: ${cppName(x)} != ${cppName(w)}`);
    refuseDtypes(`mat1 and mat2 must have the same dtype, but got ${scalarName(x)} and ${scalarName(w)}`);
  }
}

export const linear = operator({
  id: 'linear',
  names: ['torch.nn.functional.linear'],
  params: signatures,
  infer: answering((call, solve) =>
    applyLinear(solve, call.tensor('input'), call.tensor('weight'), tensorIfKnown(call, 'bias')),
  ),
});

export const linearLayer = layer({
  id: 'linear',
  names: ['torch.nn.LazyLinear', 'torch.nn.Linear'],
  params: signatures,
  inputs: ['input: Tensor'],
  build: building((call, solve, name) => {
    // A lazy layer takes the size of its first input.
    const isLazy = name === 'torch.nn.LazyLinear';
    const inFeatures = isLazy ? solve.fresh('in_features') : call.int('in_features');
    const outFeatures = call.int('out_features');
    if (isLazy && solve.less(outFeatures, num(0)) === 'yes') giveUp('a negative size');
    const sizes = [outFeatures, inFeatures];
    notNegative(solve, sizes, isLazy ? [outFeatures] : sizes);
    const dtype = factoryDtype(call);
    return withParameters(
      {
        weight: [true, shapeOf([outFeatures, inFeatures]), dtype],
        bias: [flag(call, 'bias'), shapeOf([outFeatures]), dtype],
      },
      { in_features: int(inFeatures), out_features: int(outFeatures) },
    );
  }),
  forward: applying((self, call, solve, name) => {
    if (name === 'torch.nn.LazyLinear' && !solve.minRank(call.tensor('input'), 1)) giveUp('an input without dims');
    return applyLinear(solve, call.tensor('input'), self.tensor('weight'), tensorIfKnown(self, 'bias'), (inner) =>
      setTo(solve, 'layer', 'in_features', inner),
    );
  }),
});
