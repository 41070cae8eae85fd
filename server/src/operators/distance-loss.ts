/**
 * Losses that compare vectors: cosine embedding, triplet margin, margin ranking, and the losses of multiple labels.
 *
 * Shapes: (N, D) vectors -> () or, with reduction 'none', (N); margin ranking keeps the broadcast shape.
 * Errors: `broadcast-mismatch`, `input-rank-mismatch`, `target-rank-mismatch`, `target-size-mismatch`, `invalid-argument`,
 * `dtype-not-supported`.
 * Source: torch.nn.functional.cosine_embedding_loss, triplet_margin_loss, margin_ranking_loss, multi_margin_loss,
 * multilabel_margin_loss, multilabel_soft_margin_loss and their layers, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { constantOf, type Dim } from '../core/shape/dim';
import { dimsOf, shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { broadcastShapes } from './common/broadcasting';
import { applying, building, plain, textOf } from './common/construction';
import { isFloat, isHalf, isIntegral, kernelTakes, scalarName } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { promoted, reduced, reductionAttribute, reductionOf, type Reduction } from './common/losses';
import { tensorBrackets, torchSize } from './common/sizes';
import { signatures } from './signature';

/** Sizes are needed: these losses count dims. */
const sizesOf = (solve: Solve, t: TensorValue): readonly Dim[] =>
  dimsOf(solve.shape(t)) ?? giveUp('the number of dims is not known');

const floatResult = (solve: Solve, ...tensors: readonly TensorValue[]) => {
  if (tensors.some((t) => t.dtype === 'bool')) giveUp('differences of bools');
  const dtype = promoted(solve, ...tensors);
  return dtype === undefined || isFloat(dtype) ? dtype : giveUp(`a loss of ${dtype}`);
};

/** The shape without its last dim. */
const withoutLast = (shape: Shape): Shape =>
  shape.rest === undefined ? shapeOf(shape.lead.slice(0, -1)) : giveUp('the number of dims is not known');

function cosineEmbedding(
  solve: Solve,
  a: TensorValue,
  b: TensorValue,
  target: TensorValue,
  reduction: Reduction,
): TensorValue {
  const [xs, ys, labels] = [sizesOf(solve, a), sizesOf(solve, b), sizesOf(solve, target)];
  if (labels.length > 1)
    refuse('target-rank-mismatch', '0D or 1D target tensor expected, multi-target not supported', {
      argument: 'target',
    });
  const wanted = labels.length + 1;
  if (xs.length !== wanted || ys.length !== wanted) {
    const found = `found inputs with sizes ${tensorBrackets(solve, a)} and ${tensorBrackets(solve, b)}.`;
    refuse('target-rank-mismatch', `${labels.length}D target tensor expects ${wanted}D input tensors, but ${found}`, {
      argument: 'target',
    });
  }
  const rows = withoutLast(broadcastShapes(solve, shapeOf(xs), shapeOf(ys)));
  const each = broadcastShapes(solve, solve.shape(target), rows);
  if (isIntegral(a.dtype) && isIntegral(b.dtype)) giveUp('vectors of whole numbers');
  return reduced(reduction, each, floatResult(solve, a, b));
}

function tripletMargin(
  solve: Solve,
  vectors: readonly [TensorValue, TensorValue, TensorValue],
  reduction: Reduction,
): TensorValue {
  if (vectors.some((t) => t.dtype === 'bool')) giveUp('differences of bools');
  const ranks = vectors.map((t) => sizesOf(solve, t).length);
  if (ranks.some((rank) => rank !== ranks[0]))
    refuse(
      'input-rank-mismatch',
      'The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: ' +
        `anchor ${ranks[0]}D, positive ${ranks[1]}D, and negative ${ranks[2]}D inputs`,
    );
  if (ranks[0] === 0) giveUp('vectors without dims');
  const [anchor, positive, negative] = vectors.map((t) => solve.shape(t)) as [Shape, Shape, Shape];
  const near = withoutLast(broadcastShapes(solve, anchor, positive));
  const far = withoutLast(broadcastShapes(solve, anchor, negative));
  return reduced(reduction, broadcastShapes(solve, near, far), floatResult(solve, ...vectors));
}

function marginRanking(
  solve: Solve,
  a: TensorValue,
  b: TensorValue,
  target: TensorValue,
  reduction: Reduction,
): TensorValue {
  const all = [a, b, target];
  const ranks = all.map((t) => sizesOf(solve, t).length);
  if (ranks.some((rank) => rank !== ranks[0])) {
    const [x, y, z] = all.map((t) => torchSize(solve, solve.shape(t)));
    refuse(
      'input-rank-mismatch',
      `margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ${x}, input2: ${y}, target: ${z} `,
    );
  }
  if (a.dtype === 'bool' || b.dtype === 'bool')
    refuse(
      'dtype-not-supported',
      'Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
    );
  const difference = broadcastShapes(solve, solve.shape(a), solve.shape(b));
  if (target.dtype === 'bool')
    refuse(
      'dtype-not-supported',
      'Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
    );
  // The target is the left factor.
  return reduced(reduction, broadcastShapes(solve, solve.shape(target), difference), floatResult(solve, ...all));
}

/** One label for each row. */
function multiMargin(solve: Solve, input: TensorValue, target: TensorValue, reduction: Reduction): TensorValue {
  const [scores, labels] = [sizesOf(solve, input), sizesOf(solve, target)];
  if (scores.length !== 2 || scores.some((size) => constantOf(size) === 0)) giveUp('scores that are not a matrix');
  const rows = scores[0] as Dim;
  if (labels.length === 0) giveUp('a single label');
  if (labels.length !== 1 || !solve.same(labels[0] as Dim, rows))
    refuse(
      'target-size-mismatch',
      'multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). ' +
        `Expected target size [${solve.text(rows)}], but got ${tensorBrackets(solve, target)}. Input has shape ${tensorBrackets(solve, input)}.`,
      { argument: 'target' },
    );
  checkLabels(input, target);
  return reduced(reduction, shapeOf([rows]), input.dtype);
}

function checkLabels(input: TensorValue, target: TensorValue): void {
  if (input.dtype !== undefined && (!isFloat(input.dtype) || isHalf(input.dtype))) giveUp(`a loss of ${input.dtype}`);
  if (target.dtype === undefined || target.dtype === 'int64') return;
  refuse('target-dtype', `expected scalar type Long but found ${scalarName(target.dtype)}`, { argument: 'target' });
}

/** A list of labels for each row. */
function multilabelMargin(solve: Solve, input: TensorValue, target: TensorValue, reduction: Reduction): TensorValue {
  const [scores, labels] = [sizesOf(solve, input), sizesOf(solve, target)];
  if (scores.length === 0) giveUp('scores without dims');
  if (scores.length > 2)
    refuse(
      'input-rank-mismatch',
      `Expected non-empty vector or matrix with optional 0-dim batch size, but got: ${tensorBrackets(solve, input)}`,
      {
        argument: 'input',
      },
    );
  if (scores.some((size) => constantOf(size) === 0)) giveUp('scores without elements');
  // One label without dims is a row of one, too.
  if ((labels.length === 0) !== (scores.length === 0)) giveUp('labels without dims');
  if (labels.length !== scores.length || !scores.every((size, i) => solve.same(size, labels[i] as Dim)))
    refuse(
      'target-size-mismatch',
      `inconsistent target size: ${tensorBrackets(solve, target)} for input of size: ${tensorBrackets(solve, input)}`,
      {
        argument: 'target',
      },
    );
  checkLabels(input, target);
  return reduced(reduction, shapeOf(scores.slice(0, -1)), input.dtype);
}

/** A yes or no for each class of each row. */
function multilabelSoftMargin(
  solve: Solve,
  input: TensorValue,
  target: TensorValue,
  reduction: Reduction,
): TensorValue {
  kernelTakes(input, 'log_sigmoid_cpu', isIntegral);
  const each = broadcastShapes(solve, solve.shape(target), solve.shape(input));
  // The classes are the last dim of the scores, whatever the target adds before.
  const rank = sizesOf(solve, input).length;
  if (rank === 0 || dimsOf(each)?.length !== rank) giveUp('scores with fewer dims than the target');
  return reduced(reduction, withoutLast(each), floatResult(solve, input, target));
}

/** The loss of this name, its tensors read from `call`. */
function loss(solve: Solve, name: string, call: Call, reduction: Reduction): TensorValue {
  switch (name) {
    case 'cosine_embedding_loss':
      return cosineEmbedding(solve, call.tensor('input1'), call.tensor('input2'), call.tensor('target'), reduction);
    case 'margin_ranking_loss':
      return marginRanking(solve, call.tensor('input1'), call.tensor('input2'), call.tensor('target'), reduction);
    case 'triplet_margin_loss':
    case 'triplet_margin_with_distance_loss':
      return tripletMargin(solve, [call.tensor('anchor'), call.tensor('positive'), call.tensor('negative')], reduction);
    case 'multi_margin_loss':
      return multiMargin(solve, call.tensor('input'), call.tensor('target'), reduction);
    case 'multilabel_margin_loss':
      return multilabelMargin(solve, call.tensor('input'), call.tensor('target'), reduction);
    default:
      return multilabelSoftMargin(solve, call.tensor('input'), call.tensor('target'), reduction);
  }
}

/** The soft margin of many labels takes any word for the reduction until it has computed. */
function checkWord(options: Call, name: string): void {
  const word = textOf(options, 'reduction');
  if (name === 'multilabel_soft_margin_loss' && word !== undefined && !['none', 'mean', 'sum'].includes(word))
    giveUp('a wrong reduction');
}

/** Options with which the shapes aren't the plain ones. */
function checkOptions(options: Call, name: string): void {
  if (['margin', 'p', 'eps'].some((option) => options.given(option) && options.value(option).kind === 'tensor'))
    giveUp('a tensor in place of a number');
  if (name.startsWith('multi') && name !== 'multilabel_margin_loss' && options.value('weight').kind !== 'none')
    giveUp('class weights');
  const margin = name.startsWith('triplet') ? pythonNumber(options.value('margin')) : undefined;
  if (margin !== undefined && Number(margin) <= 0)
    refuse('invalid-argument', `margin must be greater than 0, got ${margin}`, { argument: 'margin' });
  const power = name === 'multi_margin_loss' ? pythonNumber(options.value('p')) : undefined;
  if (power !== undefined && Number(power) !== 1 && Number(power) !== 2) giveUp('another power');
  if (name === 'triplet_margin_with_distance_loss' && options.value('distance_function').kind !== 'none')
    giveUp('a distance function');
}

const layers: Readonly<Record<string, string>> = {
  'torch.nn.CosineEmbeddingLoss': 'cosine_embedding_loss',
  'torch.nn.MarginRankingLoss': 'margin_ranking_loss',
  'torch.nn.MultiLabelMarginLoss': 'multilabel_margin_loss',
  'torch.nn.MultiLabelSoftMarginLoss': 'multilabel_soft_margin_loss',
  'torch.nn.MultiMarginLoss': 'multi_margin_loss',
  'torch.nn.TripletMarginLoss': 'triplet_margin_loss',
  'torch.nn.TripletMarginWithDistanceLoss': 'triplet_margin_with_distance_loss',
};

const hasOlder = (name: string): boolean => name !== 'triplet_margin_with_distance_loss';

export const distanceLoss = operator({
  id: 'distance-loss',
  names: Object.values(layers).map((name) => `torch.nn.functional.${name}`),
  params: signatures,
  infer: answering((call, solve, full) => {
    const name = full.slice(full.lastIndexOf('.') + 1);
    checkOptions(call, name);
    checkWord(call, name);
    return loss(solve, name, call, reductionOf(call, hasOlder(name)));
  }),
});

const build = building((call, _solve, full) => {
  const name = layers[full] ?? '';
  const margin = name.startsWith('triplet') ? pythonNumber(call.value('margin')) : undefined;
  if (margin !== undefined && Number(margin) <= 0) {
    const short = full.slice('torch.nn.'.length);
    refuse('invalid-argument', `${short}: expected margin to be greater than 0, got ${margin} instead`, {
      argument: 'margin',
    });
  }
  return plain(hasOlder(name) ? reductionAttribute(call) : {});
});

const forward = applying((self, call, solve, full) => {
  const name = layers[full] ?? giveUp(`the layer ${full}`);
  checkOptions(self, name);
  checkWord(self, name);
  return loss(solve, name, call, reductionOf(self, false));
});

const named = (pattern: RegExp): readonly string[] => Object.keys(layers).filter((name) => pattern.test(name));

export const labelLossLayer = layer({
  id: 'distance-loss',
  names: named(/Multi/),
  params: signatures,
  inputs: ['input: Tensor, target: Tensor'],
  build,
  forward,
});

export const pairLossLayer = layer({
  id: 'distance-loss',
  names: named(/CosineEmbedding|MarginRanking/),
  params: signatures,
  inputs: ['input1: Tensor, input2: Tensor, target: Tensor'],
  build,
  forward,
});

export const tripletLossLayer = layer({
  id: 'distance-loss',
  names: named(/Triplet/),
  params: signatures,
  inputs: ['anchor: Tensor, positive: Tensor, negative: Tensor'],
  build,
  forward,
});
