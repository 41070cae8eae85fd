/**
 * Rows of a table, looked up by index.
 *
 * Shapes: (*batch) -> (*batch, embedding_dim); weight (num_embeddings, embedding_dim).
 * Errors: `index-dtype`, `embedding-weight-rank`, `invalid-argument`, `parameter-size-mismatch`, `negative-size`, `index-out-of-range`.
 * Source: torch.nn.functional.embedding, torch.nn.Embedding, PyTorch 2.13.
 */
import { layer, operator, type Solve } from '../core/infer/operator';
import { int, tensor, type TensorValue } from '../core/infer/value';
import { add, num, type Dim } from '../core/shape/dim';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { applying, building, factoryDtype, notNegative, tensorIfKnown, withParameters } from './common/construction';
import { indexOutside, reach } from './common/index-range';
import { isComplex, scalarName } from './common/dtypes';
import { append, isZero } from './common/sizes';
import { signatures } from './signature';

/**
 * Refuses indices that are not int64 or int32.
 * @param by the function that PyTorch names: 'embedding'
 */
export function checkIndices(indices: TensorValue, by: string, argument: string): void {
  const { dtype } = indices;
  if (dtype === undefined || dtype === 'int64' || dtype === 'int32') return;
  const got =
    dtype === 'bool' || dtype === 'bfloat16' || isComplex(dtype)
      ? `CPU${scalarName(dtype)}Type`
      : `torch.${scalarName(dtype)}Tensor`;
  refuse(
    'index-dtype',
    "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; " +
      `but got ${got} instead (while checking arguments for ${by})`,
    { argument },
  );
}

/** Refuses a padding index outside of the table. */
function checkPaddingIndex(solve: Solve, index: Dim | null, rows: Dim): void {
  if (index === null) return;
  const value = solve.number(index);
  if (value === undefined) return;
  const inside =
    value === 0 ? true : value > 0 ? solve.less(index, rows) !== 'no' : solve.less(add(index, rows), num(0)) !== 'yes';
  if (!inside) refuse('invalid-argument', 'Padding_idx must be within num_embeddings', { argument: 'padding_idx' });
}

function lookUp(solve: Solve, indices: TensorValue, weight: TensorValue, argument: string): TensorValue {
  if (!solve.rank(weight, [2])) refuse('embedding-weight-rank', "'weight' must be 2-D", { argument: 'weight' });
  checkIndices(indices, 'embedding', argument);
  if (isZero(solve, solve.dims(weight)[0] as Dim)) giveUp('a table without rows');
  const rows = solve.dims(weight)[0] as Dim;
  const outside = indexOutside(solve, indices, rows);
  if (outside !== undefined)
    refuse('index-out-of-range', 'index out of range in self', {
      argument,
      related: reach(solve, indices, outside, rows),
    });
  return tensor(append(solve.shape(indices), [solve.dims(weight)[1] as Dim]), weight.dtype);
}

export const embedding = operator({
  id: 'embedding',
  names: ['torch.embedding', 'torch.nn.functional.embedding'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const indices = name === 'torch.embedding' ? 'indices' : 'input';
    const weight = call.tensor('weight');
    // The renormalisation looks at the table before, in words of its own.
    if (call.given('max_norm') && call.value('max_norm').kind !== 'none' && rankOf(solve, weight) !== 2)
      giveUp('a table that is no matrix');
    if (name.startsWith('torch.nn.') && solve.rank(weight, [2]))
      checkPaddingIndex(solve, call.intOrNone('padding_idx'), solve.dims(weight)[0] as Dim);
    return lookUp(solve, call.tensor(indices), weight, indices);
  }),
});

export const embeddingLayer = layer({
  id: 'embedding',
  names: ['torch.nn.Embedding'],
  params: signatures,
  inputs: ['input: Tensor'],
  build: building((call, solve) => {
    const [rows, columns] = [call.int('num_embeddings'), call.int('embedding_dim')];
    const padding = call.intOrNone('padding_idx');
    checkPaddingIndex(solve, padding, rows);
    const given = tensorIfKnown(call, '_weight');
    if (given !== null && solve.rank(given, [2])) {
      const sizes = solve.dims(given);
      if (!solve.same(sizes[0] as Dim, rows) || !solve.same(sizes[1] as Dim, columns))
        refuse('parameter-size-mismatch', 'Shape of weight does not match num_embeddings and embedding_dim', {
          argument: '_weight',
        });
    } else notNegative(solve, [rows, columns]);
    const negative = padding !== null && solve.less(padding, num(0)) === 'yes';
    return withParameters(
      { weight: [true, shapeOf([rows, columns]), given?.dtype ?? factoryDtype(call)] },
      {
        num_embeddings: int(rows),
        embedding_dim: int(columns),
        ...(negative ? { padding_idx: int(add(rows, padding)) } : {}),
      },
    );
  }),
  forward: applying((self, call, solve) => lookUp(solve, call.tensor('input'), self.tensor('weight'), 'input')),
});
