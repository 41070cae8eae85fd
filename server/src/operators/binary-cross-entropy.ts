/**
 * Binary cross entropy of probabilities or of logits.
 *
 * Shapes: (*) and (*) of the same sizes -> () or, with reduction 'none', (*).
 * Errors: `target-size-mismatch`, `target-dtype`, `weight-size-mismatch`, `broadcast-mismatch`, `invalid-argument`,
 * `dtype-not-supported`.
 * Source: torch.nn.functional.binary_cross_entropy and binary_cross_entropy_with_logits, torch.nn.BCELoss and
 * BCEWithLogitsLoss, PyTorch 2.13.
 */
import { layer, operator, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { dimsOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { broadcastShapes } from './common/broadcasting';
import { applying, building, plain, tensorIfKnown } from './common/construction';
import { isComplex, isFloat, isIntegral, kernelTakes, scalarName } from './common/dtypes';
import { reduced, reductionAttribute, reductionOf, type Reduction } from './common/losses';
import { torchSize } from './common/sizes';
import { signatures } from './signature';

interface Loss {
  readonly logits: boolean;
  readonly input: TensorValue;
  readonly target: TensorValue;
  readonly weight: TensorValue | null;
  readonly positive: TensorValue | null;
  readonly reduction: Reduction;
}

function loss(solve: Solve, l: Loss): TensorValue {
  const { input, target, logits } = l;
  const shape = solve.shape(input);
  if (!sameShape(solve, shape, solve.shape(target))) {
    const [got, wanted] = [torchSize(solve, solve.shape(target)), torchSize(solve, shape)];
    refuse(
      'target-size-mismatch',
      logits
        ? `Target size (${got}) must be the same as input size (${wanted})`
        : `Using a target size (${got}) that is different to the input size (${wanted}) is deprecated. Please ensure they have the same size.`,
      { argument: 'target' },
    );
  }
  const dtype = logits ? logitTypes(l) : probabilityTypes(l);
  if (!logits && l.weight !== null) checkWeight(solve, l.weight, shape);
  if (logits)
    for (const weight of [l.positive, l.weight])
      if (weight !== null) checkBroadcast(solve, weight, shape, weight === l.positive);
  return reduced(l.reduction, shape, dtype);
}

/** Whether two shapes may be equal; teaches so. Open ranks are left alone. */
function sameShape(solve: Solve, a: Shape, b: Shape): boolean {
  const [xs, ys] = [dimsOf(a), dimsOf(b)];
  if (xs === undefined || ys === undefined) return true;
  return (
    xs.length === ys.length &&
    xs.every((size, i) => solve.same(size, ys[i] as Dim, 'input and target have the same sizes'))
  );
}

function probabilityTypes({ input, target }: Loss): DType | undefined {
  if (input.dtype !== undefined && target.dtype !== undefined && input.dtype !== target.dtype)
    refuse('target-dtype', `Found dtype ${scalarName(target.dtype)} but expected ${scalarName(input.dtype)}`, {
      argument: 'target',
    });
  kernelTakes(input, 'binary_cross_entropy', (dtype) => isIntegral(dtype) || isComplex(dtype));
  return input.dtype;
}

function logitTypes({ input, target, weight, positive }: Loss): DType | undefined {
  const type = target.dtype;
  if (isComplex(input.dtype)) giveUp('complex logits');
  if (input.dtype !== undefined && isIntegral(input.dtype)) {
    if (type === 'bool' || weight !== null || positive !== null) giveUp('logits of whole numbers');
    kernelTakes(input, 'log_sigmoid_cpu', () => true);
  }
  if (type !== undefined && isIntegral(type)) {
    if (type === 'bool' || !isFloat(input.dtype) || input.dtype === undefined) giveUp(`a target of ${type}`);
    refuse(
      'target-dtype',
      `result type ${scalarName(input.dtype)} can't be cast to the desired output type ${scalarName(type)}`,
      { argument: 'target' },
    );
  }
  const all = [input.dtype, type, ...[weight, positive].flatMap((t) => (t === null ? [] : [t.dtype]))];
  return all.every((dtype) => dtype === all[0]) && isFloat(all[0]) ? all[0] : undefined;
}

/** The weight of probabilities is expanded to the input. */
function checkWeight(solve: Solve, weight: TensorValue, input: Shape): void {
  const [sizes, whole] = [dimsOf(solve.shape(weight)), dimsOf(input)];
  if (sizes === undefined || whole === undefined) giveUp('the number of dims is not known');
  if (sizes.length > whole.length) giveUp('a weight of more dims than the input');
  for (let back = 1; back <= sizes.length; back++) {
    const [size, wanted] = [sizes[sizes.length - back] as Dim, whole[whole.length - back] as Dim];
    if (solve.equal(size, num(1)) !== 'no' || solve.same(size, wanted)) continue;
    refuse(
      'weight-size-mismatch',
      `Attempting to broadcast a dimension of length ${solve.text(size)} at -${back}! Mismatching argument at index 1 had ` +
        `${torchSize(solve, sizes)}; but expected shape should be broadcastable to ${torchSize(solve, whole).slice('torch.Size('.length, -1)}`,
      { argument: 'weight' },
    );
  }
}

/** The weights of logits are broadcast, but may not make the result larger. */
function checkBroadcast(solve: Solve, weight: TensorValue, input: Shape, first: boolean): void {
  const shape = solve.shape(weight);
  const both = first ? broadcastShapes(solve, shape, input) : broadcastShapes(solve, input, shape);
  const [a, b] = [dimsOf(both), dimsOf(input)];
  const kept =
    b !== undefined && a?.length === b.length && a.every((size, i) => solve.equal(size, b[i] as Dim) === 'yes');
  if (!kept) giveUp('a weight that may be larger than the input');
}

export const binaryCrossEntropy = operator({
  id: 'binary-cross-entropy',
  names: ['torch.nn.functional.binary_cross_entropy', 'torch.nn.functional.binary_cross_entropy_with_logits'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const logits = name.endsWith('_with_logits');
    const [input, target, weight] = [call.tensor('input'), call.tensor('target'), tensorIfKnown(call, 'weight')];
    const positive = logits ? tensorIfKnown(call, 'pos_weight') : null;
    return loss(solve, { logits, input, target, weight, positive, reduction: reductionOf(call) });
  }),
});

export const binaryCrossEntropyLayer = layer({
  id: 'binary-cross-entropy',
  names: ['torch.nn.BCELoss', 'torch.nn.BCEWithLogitsLoss'],
  params: signatures,
  inputs: ['input: Tensor, target: Tensor'],
  build: building((call) => plain(reductionAttribute(call))),
  forward: applying((self, call, solve, name) => {
    const logits = name.endsWith('WithLogitsLoss');
    const [input, target, weight] = [call.tensor('input'), call.tensor('target'), tensorIfKnown(self, 'weight')];
    const positive = logits ? tensorIfKnown(self, 'pos_weight') : null;
    return loss(solve, { logits, input, target, weight, positive, reduction: reductionOf(self, false) });
  }),
});
