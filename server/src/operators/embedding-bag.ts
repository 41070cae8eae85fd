/**
 * Sums, means or maxima of table rows, looked up by index and grouped into bags.
 *
 * Shapes: (B, N) -> (B, embedding_dim), or (N) with offsets (B) -> (B, embedding_dim), B less by one with
 * include_last_offset; weight (num_embeddings, embedding_dim), per_sample_weights as the indices.
 * Errors: `index-dtype`, `embedding-bag-offsets`, `embedding-weight-rank`, `invalid-argument`, `negative-size`.
 * Source: torch.nn.functional.embedding_bag, torch.nn.EmbeddingBag, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { int, tensor, type TensorValue } from '../core/infer/value';
import { add, num, sub, type Dim } from '../core/shape/dim';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import {
  applying,
  building,
  factoryDtype,
  flag,
  notNegative,
  tensorIfKnown,
  textOf,
  withParameters,
} from './common/construction';
import { isFloat, isIntegral } from './common/dtypes';
import { isZero, torchSize } from './common/sizes';
import { checkIndices } from './embedding';
import { signatures } from './signature';

interface Bags {
  readonly indices: TensorValue;
  readonly weight: TensorValue;
  readonly offsets: TensorValue | null;
  /** Whether it is known that there are no offsets. */
  readonly noOffsets: boolean;
  readonly sampleWeights: TensorValue | null;
  readonly mode: string | undefined;
  readonly lastOffset: boolean;
}

function bags(solve: Solve, b: Bags): TensorValue {
  const { indices, weight, sampleWeights } = b;
  // torch swaps the two, with a warning, when they are given in the order of torch.embedding.
  if (weight.dtype === 'int64' && isFloat(indices.dtype)) giveUp('weight and input in the wrong order');
  const table = solve.shape(weight);
  if (!solve.rank(weight, [2]))
    refuse(
      'embedding-weight-rank',
      `weight has to be a 2D Tensor, but got Tensor of dimension ${table.lead.length + table.tail.length}`,
      { argument: 'weight' },
    );
  checkSampleWeights(solve, indices, sampleWeights);
  const rank = solve.dims(indices).length;
  if (solve.dims(indices).some((size) => isZero(solve, size))) giveUp('no indices');
  const count = rank === 2 ? rowsOf(solve, b) : rank === 1 ? offsetsOf(solve, b) : wrongRank(rank);
  if (b.mode !== undefined && !['sum', 'mean', 'max'].includes(b.mode))
    refuse('invalid-argument', 'mode has to be one of sum, mean or max', { argument: 'mode' });
  if (sampleWeights !== null && b.mode !== undefined && b.mode !== 'sum')
    refuse(
      'invalid-argument',
      "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' " +
        `(got mode='${b.mode}'). Please open a feature request on GitHub.`,
      { argument: 'per_sample_weights' },
    );
  // Indices beside offsets are converted first.
  if (rank === 1 && isIntegral(indices.dtype) && indices.dtype !== 'int64' && indices.dtype !== 'int32')
    giveUp('indices of another type');
  checkIndices(indices, 'embedding_bag', 'input');
  if (b.offsets !== null) checkIndices(b.offsets, 'embedding_bag', 'offsets');
  if (weight.dtype !== undefined && !isFloat(weight.dtype)) giveUp('a table of other numbers');
  if (isZero(solve, solve.dims(weight)[0] as Dim)) giveUp('a table without rows');
  return tensor(shapeOf([count, solve.dims(weight)[1] as Dim]), weight.dtype);
}

const wrongRank = (rank: number): never =>
  refuse('input-rank-mismatch', `input has to be 1D or 2D Tensor, but got Tensor of dimension ${rank}`, {
    argument: 'input',
  });

function checkSampleWeights(solve: Solve, indices: TensorValue, weights: TensorValue | null): void {
  if (weights === null) return;
  const [a, b] = [solve.dims(indices), solve.dims(weights)];
  if (a.length === b.length && a.every((size, i) => solve.same(size, b[i] as Dim))) return;
  refuse(
    'parameter-size-mismatch',
    `embedding_bag: If per_sample_weights (${torchSize(solve, b)}) is not None, then it must have the same shape as the input (${torchSize(solve, a)})`,
    { argument: 'per_sample_weights' },
  );
}

function rowsOf(solve: Solve, { indices, offsets, noOffsets }: Bags): Dim {
  if (offsets !== null)
    refuse(
      'embedding-bag-offsets',
      'if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. ' +
        "However, found offsets of type <class 'torch.Tensor'>",
      { argument: 'offsets' },
    );
  if (!noOffsets) giveUp('the offsets are not known');
  return solve.dims(indices)[0] as Dim;
}

function offsetsOf(solve: Solve, { indices, offsets, noOffsets, lastOffset }: Bags): Dim {
  if (offsets === null) {
    if (noOffsets)
      refuse('embedding-bag-offsets', 'offsets has to be a 1D Tensor but got None', { argument: 'offsets' });
    giveUp('the offsets are not known');
  }
  if (!solve.rank(offsets, [1]))
    refuse('embedding-bag-offsets', 'offsets has to be a 1D Tensor', { argument: 'offsets' });
  const size = solve.dims(offsets)[0] as Dim;
  // Offsets that grow would leave the indices; only equal ones, of empty bags, would not.
  if (solve.less(add(solve.dims(indices)[0] as Dim, num(1)), size) === 'yes') giveUp('more bags than indices');
  if (!lastOffset) return size;
  if (!solve.atLeast(size, 1)) giveUp('no offsets');
  return sub(size, num(1));
}

/** The tensors of a call that has `offsets` and `per_sample_weights`. */
const optional = (call: Call): Pick<Bags, 'offsets' | 'noOffsets' | 'sampleWeights'> => ({
  offsets: tensorIfKnown(call, 'offsets'),
  noOffsets: call.value('offsets').kind === 'none',
  sampleWeights: tensorIfKnown(call, 'per_sample_weights'),
});

export const embeddingBag = operator({
  id: 'embedding-bag',
  names: ['torch.nn.functional.embedding_bag'],
  params: signatures,
  infer: answering((call, solve) =>
    bags(solve, {
      indices: call.tensor('input'),
      weight: call.tensor('weight'),
      ...optional(call),
      mode: textOf(call, 'mode'),
      lastOffset: call.bool('include_last_offset'),
    }),
  ),
});

export const embeddingBagLayer = layer({
  id: 'embedding-bag',
  names: ['torch.nn.EmbeddingBag'],
  params: signatures,
  inputs: ['input: Tensor, offsets: Tensor? = None, per_sample_weights: Tensor? = None'],
  build: building((call, solve) => {
    const [rows, columns] = [call.int('num_embeddings'), call.int('embedding_dim')];
    const given = tensorIfKnown(call, '_weight');
    if (given === null) notNegative(solve, [rows, columns]);
    return withParameters(
      { weight: [true, shapeOf([rows, columns]), given?.dtype ?? factoryDtype(call)] },
      { num_embeddings: int(rows), embedding_dim: int(columns) },
    );
  }),
  forward: applying((self, call, solve) =>
    bags(solve, {
      indices: call.tensor('input'),
      weight: self.tensor('weight'),
      ...optional(call),
      mode: textOf(self, 'mode'),
      lastOffset: flag(self, 'include_last_offset') ?? giveUp('include_last_offset is not known'),
    }),
  ),
});
