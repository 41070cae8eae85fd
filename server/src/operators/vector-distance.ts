/**
 * Similarities and distances of vectors: cosine_similarity, pairwise_distance, pdist.
 *
 * Shapes: cosine_similarity broadcasts both and drops `dim`; pairwise_distance broadcasts both and drops the last dim (1 with
 * keepdim); pdist (N, D) -> (N * (N - 1) / 2).
 * Errors: `broadcast-mismatch`, `axis-out-of-range`, `input-rank-mismatch`, `invalid-argument`, `dtype-not-supported`.
 * Source: torch.nn.functional.cosine_similarity, pairwise_distance, pdist, torch.nn.CosineSimilarity, PairwiseDistance, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { floorDiv, mul, num, sub, type Dim } from '../core/shape/dim';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { replaced, rankOf, showing } from './common/axes';
import { broadcastShapes } from './common/broadcasting';
import { applying, building, plain } from './common/construction';
import { isFloat, isHalf, isIntegral, scalarName } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { promoted } from './common/losses';
import { signatures } from './signature';

function similarity(solve: Solve, a: TensorValue, b: TensorValue, axis: number): TensorValue {
  const dtype = promoted(solve, a, b);
  if (dtype !== undefined && isIntegral(dtype))
    refuse(
      'dtype-not-supported',
      `expected common dtype to be floating point, yet common dtype is ${scalarName(dtype)}`,
    );
  if (dtype !== undefined && !isFloat(dtype)) giveUp(`a similarity of ${dtype}`);
  const whole = tensor(broadcastShapes(solve, solve.shape(a), solve.shape(b)), dtype);
  return tensor(
    replaced(showing(solve, whole, [axis], 'dim'), [axis], () => []),
    dtype,
  );
}

function distance(solve: Solve, a: TensorValue, b: TensorValue, keep: boolean): TensorValue {
  const dtype = promoted(solve, a, b);
  if (dtype !== undefined && !isFloat(dtype) && !isIntegral(dtype)) giveUp(`a distance of ${dtype}`);
  if (a.dtype === 'bool' || b.dtype === 'bool') giveUp('a distance of bools');
  const result = dtype !== undefined && isIntegral(dtype) ? 'float32' : dtype;
  const whole = tensor(broadcastShapes(solve, solve.shape(a), solve.shape(b)), result);
  if (rankOf(solve, whole) === 0) return keep ? giveUp('a distance of numbers') : whole;
  return tensor(
    replaced(showing(solve, whole, [-1]), [-1], () => (keep ? [num(1)] : [])),
    result,
  );
}

function allPairs(call: Call, solve: Solve): TensorValue {
  const input = call.tensor('input');
  if (call.value('p').kind === 'tensor') giveUp('a tensor as p');
  if (!solve.rank(input, [2]))
    refuse('input-rank-mismatch', `pdist only supports 2D tensors, got: ${rankOf(solve, input) ?? ''}D`, {
      argument: 'input',
    });
  if (input.dtype !== undefined && !isFloat(input.dtype)) {
    if (!isIntegral(input.dtype)) giveUp(`distances of ${input.dtype}`);
    refuse('dtype-not-supported', 'pdist only supports floating-point dtypes', { argument: 'input' });
  }
  if (Number(pythonNumber(call.value('p')) ?? 1) < 0)
    refuse('invalid-argument', 'pdist only supports non-negative p values', { argument: 'p' });
  if (isHalf(input.dtype)) giveUp('distances in half precision');
  const rows = solve.dims(input)[0] as Dim;
  return tensor(shapeOf([floorDiv(mul(rows, sub(rows, num(1))), num(2))]), input.dtype);
}

export const vectorDistance = operator({
  id: 'vector-distance',
  names: ['cosine_similarity', 'pairwise_distance', 'pdist'].flatMap((name) => [
    `torch.${name}`,
    `torch.nn.functional.${name}`,
  ]),
  params: signatures,
  infer: answering((call, solve, name) => {
    if (name.endsWith('pdist')) return allPairs(call, solve);
    const [a, b] = [call.tensor('x1'), call.tensor('x2')];
    if (name.endsWith('pairwise_distance') && call.value('p').kind === 'tensor') giveUp('a tensor as p');
    return name.endsWith('cosine_similarity')
      ? similarity(solve, a, b, call.number('dim'))
      : distance(solve, a, b, call.bool('keepdim'));
  }),
});

export const vectorDistanceLayer = layer({
  id: 'vector-distance',
  names: ['torch.nn.CosineSimilarity', 'torch.nn.PairwiseDistance'],
  params: signatures,
  inputs: ['x1: Tensor, x2: Tensor'],
  build: building(() => plain()),
  forward: applying((self, call, solve, name) => {
    const [a, b] = [call.tensor('x1'), call.tensor('x2')];
    return name.endsWith('Similarity')
      ? similarity(solve, a, b, self.number('dim'))
      : distance(solve, a, b, self.bool('keepdim'));
  }),
});
