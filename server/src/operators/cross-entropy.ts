/**
 * Cross entropy of class scores, and the negative log likelihood it ends in.
 *
 * Shapes: scores (N, C, *d) or (C), targets (N, *d) or () of class indices, or of the scores' shape with
 * probabilities -> () or, with reduction 'none', (N, *d).
 * Errors: `target-batch-mismatch`, `target-size-mismatch`, `target-rank-mismatch`, `target-dtype`,
 * `class-weight-mismatch`, `invalid-argument`, `dtype-not-supported`, `input-rank-mismatch`,
 * `index-out-of-range`.
 * Source: torch.nn.functional.cross_entropy and nll_loss, torch.nn.CrossEntropyLoss and NLLLoss, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import type { Dim } from '../core/shape/dim';
import { isFloating } from '../core/shape/dtype';
import { dimsOf, shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { applying, building, plain, tensorIfKnown } from './common/construction';
import { differ, isComplex, isFloat, isIntegral, kernelTakes, refuseDtypes, scalarName } from './common/dtypes';
import { indexOutside, reach } from './common/index-range';
import { pythonNumber } from './common/literals';
import { promoted, reduced, reductionAttribute, reductionOf, type Reduction } from './common/losses';
import { brackets, isZero } from './common/sizes';
import { signatures } from './signature';

interface Loss {
  readonly kind: 'cross_entropy' | 'nll_loss';
  readonly input: TensorValue;
  readonly target: TensorValue;
  readonly weight: TensorValue | null;
  readonly reduction: Reduction;
  /** The class whose examples don't count. */
  readonly ignored: number | undefined;
  /** Whether the wanted class is certainly mixed with all. */
  readonly smoothed: boolean;
}

export function loss(solve: Solve, l: Loss): TensorValue {
  const [scores, wanted] = [dimsOf(solve.shape(l.input)), dimsOf(solve.shape(l.target))];
  if (scores === undefined || wanted === undefined) return ofOpenRank(l);
  if (scores.length === 0) {
    if (l.kind === 'cross_entropy') giveUp('scores without dims');
    refuse('input-rank-mismatch', 'Expected 1 or more dimensions (got 0)', { argument: 'input' });
  }
  if (l.kind === 'cross_entropy' && hasProbabilities(solve, scores, wanted, l.target))
    return withProbabilities(solve, l, scores);
  // Cross entropy takes the logarithm before anything else.
  if (l.kind === 'cross_entropy') checkScores(l.input, scores.length);
  checkTarget(solve, scores, wanted, l);
  checkTypes(solve, l, scores);
  if (isZero(solve, scores[scores.length === 1 ? 0 : 1] as Dim)) giveUp('no classes');
  if (l.smoothed && scores.length === 1 && wanted.length === 1)
    refuse('target-rank-mismatch', "output with shape [] doesn't match the broadcast shape [1]", {
      argument: 'target',
    });
  const classes = scores[scores.length === 1 ? 0 : 1] as Dim;
  const outside = l.ignored === undefined ? undefined : indexOutside(solve, l.target, classes, l.ignored);
  if (outside !== undefined)
    refuse('index-out-of-range', `Target ${solve.text(outside)} is out of bounds.`, {
      argument: 'target',
      related: reach(solve, l.target, outside, classes),
    });
  const each = scores.length === 1 ? [] : wanted;
  return reduced(l.reduction, shapeOf(each), l.input.dtype);
}

/** One number whatever the sizes are, unless nothing is reduced. */
function ofOpenRank({ input, target, reduction }: Loss): TensorValue {
  if (reduction === 'none') giveUp('the number of dims is not known');
  return tensor(shapeOf([]), isFloat(target.dtype) ? undefined : input.dtype);
}

/** Whether the target has a probability for each class: it has the scores' shape. */
function hasProbabilities(solve: Solve, scores: readonly Dim[], wanted: readonly Dim[], target: TensorValue): boolean {
  if (scores.length !== wanted.length) return false;
  const equal = scores.map((size, i) => solve.equal(size, wanted[i] as Dim));
  if (equal.includes('no')) return false;
  if (equal.every((answer) => answer === 'yes')) return true;
  // One score vector with one index, or as many probabilities as classes.
  if (scores.length === 1 && !isFloat(target.dtype)) giveUp('the target may be an index or probabilities');
  return scores.every((size, i) => solve.same(size, wanted[i] as Dim));
}

function withProbabilities(solve: Solve, l: Loss, scores: readonly Dim[]): TensorValue {
  const { input, target, weight, reduction } = l;
  if (target.dtype !== undefined && !isFloating(target.dtype))
    refuse(
      'target-dtype',
      `Expected floating point type for target with class probabilities, got ${scalarName(target.dtype)}`,
      { argument: 'target' },
    );
  if (l.ignored !== undefined && l.ignored >= 0)
    refuse('invalid-argument', 'ignore_index is not supported for floating point target', { argument: 'ignore_index' });
  const classes = scores[scores.length === 1 ? 0 : 1] as Dim;
  if (weight !== null)
    checkWeight(
      solve,
      weight,
      classes,
      'cross_entropy: weight tensor should be defined either for all N classes or no classes',
    );
  checkScores(input, scores.length);
  const each = scores.filter((_, axis) => axis !== (scores.length === 1 ? 0 : 1));
  return reduced(
    reduction,
    shapeOf(each),
    weight === null ? promoted(solve, input, target) : promoted(solve, input, target, weight),
  );
}

/** log_softmax takes floats only; the name of its kernel depends on where the classes are. */
function checkScores(input: TensorValue, rank: number): void {
  kernelTakes(
    input,
    rank <= 2 ? 'log_softmax_lastdim_kernel_impl' : 'log_softmax_kernel_impl',
    (dtype) => isIntegral(dtype) || isComplex(dtype),
  );
}

function checkTarget(solve: Solve, scores: readonly Dim[], wanted: readonly Dim[], l: Loss): void {
  const multiTarget = '0D or 1D target tensor expected, multi-target not supported';
  if (scores.length === 1) {
    if (wanted.length > 1) refuse('target-rank-mismatch', multiTarget, { argument: 'target' });
    const [only] = wanted;
    if (only !== undefined && isFloat(l.target.dtype)) giveUp('a target of one dim and floats');
    if (only !== undefined && !(solve.number(only) === 1 || solve.equal(only, scores[0] as Dim) === 'maybe'))
      refuse(
        'target-size-mismatch',
        `For 1D input, 1D target must have size 1, but got target size: ${solve.text(only)}`,
        { argument: 'target' },
      );
    return;
  }
  const batch = scores[0] as Dim;
  const found = wanted[0];
  if (found === undefined || !solve.same(batch, found, 'the loss compares batches of one size')) {
    const got = found === undefined ? '0' : solve.text(found);
    refuse(
      'target-batch-mismatch',
      `Expected input batch_size (${solve.text(batch)}) to match target batch_size (${got}).`,
      { argument: 'target' },
    );
  }
  if (scores.length === 2) {
    if (wanted.length > 1) refuse('target-rank-mismatch', multiTarget, { argument: 'target' });
    return;
  }
  const expected = [batch, ...scores.slice(2)];
  if (scores.length === 4 && wanted.length !== 3)
    refuse(
      'target-rank-mismatch',
      `only batches of spatial targets supported (3D tensors) but got targets of dimension: ${wanted.length}`,
      {
        argument: 'target',
      },
    );
  if (wanted.length === expected.length && expected.every((size, i) => solve.same(size, wanted[i] as Dim))) return;
  // Pictures: the element type and the weights are looked at first.
  if (scores.length === 4) {
    checkTargetType(l);
    checkClassWeight(solve, l, scores);
  }
  const message =
    scores.length === 4
      ? `size mismatch (got input: ${brackets(solve, scores)} , target: ${brackets(solve, wanted)}`
      : `Expected target size ${brackets(solve, expected)}, got ${brackets(solve, wanted)}`;
  refuse('target-size-mismatch', message, { argument: 'target' });
}

function checkTargetType({ target }: Loss): void {
  const type = target.dtype;
  if (type !== undefined && type !== 'int64' && type !== 'uint8')
    refuse('target-dtype', `expected target dtype to be Long or Byte, but got ${scalarName(type)}`, {
      argument: 'target',
    });
}

/** The weights have one element for each class. */
function checkClassWeight(solve: Solve, { weight }: Loss, scores: readonly Dim[]): void {
  if (weight === null) return;
  const classes = scores[scores.length === 1 ? 0 : 1] as Dim;
  const all = scores.length <= 2 ? 'all N classes or no classes' : 'all or no classes';
  checkWeight(solve, weight, classes, `weight tensor should be defined either for ${all}`);
}

function checkTypes(solve: Solve, l: Loss, scores: readonly Dim[]): void {
  const { input, target, weight } = l;
  checkTargetType(l);
  if (target.dtype === 'uint8' && scores.length > 2) giveUp('a target of uint8');
  checkClassWeight(solve, l, scores);
  if (input.dtype !== undefined && !isFloat(input.dtype)) {
    if (scores.length <= 2) kernelTakes(input, 'nll_loss_out_frame', isIntegral);
    giveUp(`a loss of ${input.dtype}`);
  }
  const [x, w] = [input.dtype, weight?.dtype];
  if (x !== undefined && w !== undefined && differ(x, w))
    refuseDtypes(`expected scalar type ${scalarName(x)} but found ${scalarName(w)}`, 'weight');
}

function checkWeight(solve: Solve, weight: TensorValue, classes: Dim, sentence: string): void {
  const sizes = dimsOf(solve.shape(weight)) ?? giveUp('the number of dims of the weight is not known');
  if (sizes.length === 1 && solve.same(sizes[0] as Dim, classes)) return;
  const counted = sentence.includes(' N ');
  const message = counted
    ? `${sentence.replace('N', solve.text(classes))} but got weight tensor of shape: ${brackets(solve, sizes)}`
    : sentence;
  refuse('class-weight-mismatch', message, { argument: 'weight' });
}

/** Whether labels are certainly smoothed; refuses more than all of it. */
export function isSmoothed(call: Call, kind: Loss['kind']): boolean {
  if (kind === 'nll_loss') return false;
  const smoothing = pythonNumber(call.value('label_smoothing'));
  if (smoothing !== undefined && Number(smoothing) > 1)
    refuse('invalid-argument', `label_smoothing must be between 0.0 and 1.0. Got: ${smoothing}`, {
      argument: 'label_smoothing',
    });
  return smoothing !== undefined && Number(smoothing) > 0;
}

export function ignoredOf(call: Call): number | undefined {
  const index = pythonNumber(call.value('ignore_index'));
  return index === undefined ? undefined : Number(index);
}

export const crossEntropy = operator({
  id: 'cross-entropy',
  names: ['torch.nn.functional.cross_entropy', 'torch.nn.functional.nll_loss'],
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = name.endsWith('nll_loss') ? 'nll_loss' : 'cross_entropy';
    const smoothed = isSmoothed(call, kind);
    const [input, target, weight] = [call.tensor('input'), call.tensor('target'), tensorIfKnown(call, 'weight')];
    return loss(solve, {
      kind,
      input,
      target,
      weight,
      reduction: reductionOf(call),
      ignored: ignoredOf(call),
      smoothed,
    });
  }),
});

export const crossEntropyLayer = layer({
  id: 'cross-entropy',
  names: ['torch.nn.CrossEntropyLoss', 'torch.nn.NLLLoss'],
  params: signatures,
  inputs: ['input: Tensor, target: Tensor'],
  build: building((call) => plain(reductionAttribute(call))),
  forward: applying((self, call, solve, name) => {
    const kind = name.endsWith('NLLLoss') ? 'nll_loss' : 'cross_entropy';
    const smoothed = isSmoothed(self, kind);
    const [input, target, weight] = [call.tensor('input'), call.tensor('target'), tensorIfKnown(self, 'weight')];
    return loss(solve, {
      kind,
      input,
      target,
      weight,
      reduction: reductionOf(self, false),
      ignored: ignoredOf(self),
      smoothed,
    });
  }),
});
