/**
 * Losses between an input and a target, element by element after broadcasting.
 *
 * Shapes: (*a), (*b) -> () or, with reduction 'none', broadcast(*a, *b).
 * Errors: `broadcast-mismatch`, `weight-size-mismatch`, `variance-size-mismatch`, `invalid-argument`, `dtype-not-supported`,
 * `dtype-mismatch`.
 * Source: torch.nn.functional.mse_loss, l1_loss, smooth_l1_loss, huber_loss, kl_div, soft_margin_loss, poisson_nll_loss,
 * gaussian_nll_loss, hinge_embedding_loss and their layers, PyTorch 2.13.
 */
import { layer, operator, type Call, type Layer, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { dimsOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { broadcastShapes } from './common/broadcasting';
import { applying, building, plain, textOf } from './common/construction';
import { isFloat, isIntegral, kernelTakes } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { meanTakes, promoted, reduced, reductionAttribute, reductionOf, type Reduction } from './common/losses';
import { realOf } from './common/promotion';
import { signatures } from './signature';

interface Loss {
  readonly name: string;
  readonly input: TensorValue;
  readonly target: TensorValue;
  /** Asked for when torch looks at it: some losses compare sizes before. */
  readonly reduction: () => Reduction;
  /** The call that has the options: beta, delta, weight, var. */
  readonly options: Call;
  readonly call: Call;
}

/** Which operand PyTorch names first in its sentence about sizes. */
const targetFirst = ['hinge_embedding_loss', 'kl_div', 'poisson_nll_loss'];

/** Losses that compare sizes before they look at the reduction. */
const sizesFirst = ['huber_loss', 'l1_loss', 'mse_loss', 'smooth_l1_loss'];

function loss(solve: Solve, l: Loss): TensorValue {
  const { name, input, target } = l;
  if (!sizesFirst.includes(name)) l.reduction();
  if (name === 'kl_div') checkDivergence(l);
  const [a, b] = [solve.shape(input), solve.shape(target)];
  const each = targetFirst.includes(name) ? broadcastShapes(solve, b, a) : broadcastShapes(solve, a, b);
  checkOptions(l);
  if (name === 'soft_margin_loss') checkWrittenBack(solve, a, each);
  checkWeight(solve, l, each);
  const reduction = l.reduction();
  return reduced(reduction, each, typeOf(solve, l, reduction));
}

function checkDivergence({ input, target }: Loss): void {
  if (!isIntegral(input.dtype) && !isIntegral(target.dtype)) return;
  const argument = isIntegral(input.dtype) ? 'input' : 'target';
  refuse('dtype-not-supported', 'kl_div: Integral inputs not supported.', { argument });
}

/** soft_margin_loss computes in a tensor of the input's shape. */
function checkWrittenBack(solve: Solve, input: Shape, each: Shape): void {
  const [a, b] = [dimsOf(input), dimsOf(each)];
  const same =
    b !== undefined && a?.length === b.length && a.every((size, i) => solve.equal(size, b[i] as Dim) === 'yes');
  if (!same) giveUp('a target that is larger than the input');
}

/** The element type of the loss; refuses what the kernels refuse. */
function typeOf(solve: Solve, { name, input, target }: Loss, reduction: Reduction): DType | undefined {
  const dtype = promoted(solve, input, target);
  if (dtype === undefined) return undefined;
  switch (name) {
    case 'mse_loss':
    case 'smooth_l1_loss':
    case 'huber_loss': {
      const kernel = { mse_loss: 'mse_cpu', smooth_l1_loss: 'smooth_l1_cpu', huber_loss: 'huber_cpu' }[name];
      kernelTakes({ ...input, dtype }, kernel, isIntegral);
      // Written into a tensor of the input's type in between.
      if (name === 'huber_loss' && input.dtype !== dtype && !isFloat(input.dtype))
        giveUp('huber_loss of mixed element types');
      if (!isFloat(dtype)) giveUp(`a loss of ${dtype}`);
      return name === 'huber_loss' && input.dtype !== target.dtype ? undefined : dtype;
    }
    case 'l1_loss':
      if (input.dtype === 'bool' || target.dtype === 'bool') giveUp('a loss of bool');
      meanTakes(reduction, dtype, isIntegral(dtype));
      return realOf(dtype);
    case 'kl_div':
      return isFloat(dtype) ? dtype : giveUp(`a loss of ${dtype}`);
    case 'hinge_embedding_loss':
      if (!isFloat(input.dtype) || !isFloat(dtype)) giveUp(`a loss of ${dtype}`);
      return input.dtype === target.dtype ? dtype : undefined;
    default:
      if (!isFloat(input.dtype) || !isFloat(dtype) || target.dtype === 'bool') giveUp(`a loss of ${dtype}`);
      // Some steps are written into a tensor of the input's type.
      return input.dtype === target.dtype ? dtype : undefined;
  }
}

function checkOptions({ name, options }: Loss): void {
  if (name === 'smooth_l1_loss' && Number(pythonNumber(options.value('beta')) ?? 1) < 0)
    refuse('invalid-argument', 'smooth_l1_loss does not support negative values for beta.', { argument: 'beta' });
  if (name === 'poisson_nll_loss' && ['log_input', 'full'].some((flagged) => options.value(flagged).kind !== 'bool'))
    giveUp('flags that are not bools');
  if (name === 'huber_loss' && Number(pythonNumber(options.value('delta')) ?? 1) <= 0)
    refuse('invalid-argument', 'huber_loss does not support non-positive values for delta.', { argument: 'delta' });
}

/** The variance has the input's shape, or the last size left out, or a single 1 in place of a size. */
function checkVariance(solve: Solve, call: Call, input: TensorValue): void {
  const value = call.value('var');
  if (value.kind === 'float' && value.value !== undefined && value.value >= 0) return;
  if (value.kind !== 'tensor') giveUp('the variance is not known');
  if (!isFloat(value.dtype) || value.dtype !== input.dtype) giveUp('a variance of another element type');
  const [a, v] = [dimsOf(solve.shape(input)), dimsOf(solve.shape(value))];
  if (a === undefined || v === undefined) giveUp('the number of dims is not known');
  if (v.some((size) => solve.number(size) === 0)) giveUp('a variance without elements');
  const alike = (xs: readonly Dim[], ys: readonly Dim[]): 'yes' | 'no' | 'maybe' => {
    if (xs.length !== ys.length) return 'no';
    const answers = xs.map((size, i) => solve.equal(size, ys[i] as Dim));
    return answers.includes('no') ? 'no' : answers.includes('maybe') ? 'maybe' : 'yes';
  };
  const oneSmaller = a.map((_, axis) => a.map((size, i) => (i === axis ? num(1) : size)));
  const options = [a, a.slice(0, -1), ...oneSmaller].map((sizes) => alike(sizes, v));
  if (options.includes('yes')) return;
  if (options.includes('maybe')) giveUp('the sizes of the variance are not known');
  refuse('variance-size-mismatch', 'var is of incorrect size', { argument: 'var' });
}

/** mse_loss and l1_loss take a weight of the input's shape. */
function checkWeight(solve: Solve, { name, call }: Loss, each: Shape): void {
  if (!/^(mse|l1|huber)_loss$/.test(name) || !call.given('weight')) return;
  const weight = call.value('weight');
  if (weight.kind === 'none') return;
  if (weight.kind !== 'tensor') giveUp('the weight is not known');
  const [a, w] = [dimsOf(each), dimsOf(solve.shape(weight))];
  if (a === undefined || w === undefined) giveUp('the number of dims is not known');
  if (a.length !== w.length || !a.every((size, i) => solve.same(size, w[i] as Dim)))
    refuse('weight-size-mismatch', 'Weights and input must have the same size.', { argument: 'weight' });
  if (!isFloat(weight.dtype)) giveUp('the element type of the weight');
}

const layers: Readonly<Record<string, string>> = {
  'torch.nn.GaussianNLLLoss': 'gaussian_nll_loss',
  'torch.nn.HingeEmbeddingLoss': 'hinge_embedding_loss',
  'torch.nn.HuberLoss': 'huber_loss',
  'torch.nn.KLDivLoss': 'kl_div',
  'torch.nn.L1Loss': 'l1_loss',
  'torch.nn.MSELoss': 'mse_loss',
  'torch.nn.PoissonNLLLoss': 'poisson_nll_loss',
  'torch.nn.SmoothL1Loss': 'smooth_l1_loss',
  'torch.nn.SoftMarginLoss': 'soft_margin_loss',
};

/** Newer losses don't have the older arguments. */
const hasOlder = (name: string): boolean => name !== 'huber_loss' && name !== 'gaussian_nll_loss';

function reductionFor(name: string, options: Call, older: boolean): Reduction {
  // The Gaussian loss has words of its own for a wrong one.
  const word = textOf(options, 'reduction');
  if (name === 'gaussian_nll_loss' && word !== undefined && !['none', 'mean', 'sum'].includes(word))
    giveUp('a wrong reduction');
  return reductionOf(options, older, name === 'kl_div');
}

export const elementwiseLoss = operator({
  id: 'elementwise-loss',
  names: Object.values(layers).map((name) => `torch.nn.functional.${name}`),
  params: signatures,
  infer: answering((call, solve, full) => {
    const name = full.slice(full.lastIndexOf('.') + 1);
    const [input, target] = [call.tensor('input'), call.tensor('target')];
    if (name === 'gaussian_nll_loss') checkVariance(solve, call, input);
    const reduction = () => reductionFor(name, call, hasOlder(name));
    return loss(solve, { name, input, target, reduction, options: call, call });
  }),
});

const build = building((call, _solve, name) => {
  // The constructor refuses what is no number, a complex one too.
  if (name === 'torch.nn.HuberLoss' && call.value('delta').kind === 'unknown') giveUp('a delta that is not known');
  return plain(hasOlder(layers[name] ?? '') ? reductionAttribute(call) : {});
});

/** @param first the first argument of forward */
const forward = (first: string): Layer['forward'] =>
  applying((self, call, solve, full) => {
    const name = layers[full] ?? giveUp(`the layer ${full}`);
    const [input, target] = [call.tensor(first), call.tensor('target')];
    if (name === 'gaussian_nll_loss') checkVariance(solve, call, input);
    const reduction = () => reductionFor(name, self, false);
    return loss(solve, { name, input, target, reduction, options: self, call });
  });

const gaussian = 'torch.nn.GaussianNLLLoss';
const poisson = 'torch.nn.PoissonNLLLoss';

export const elementwiseLossLayer = layer({
  id: 'elementwise-loss',
  names: Object.keys(layers).filter((name) => name !== gaussian && name !== poisson),
  // HuberLoss looks at the type of its delta itself.
  params: (name) => signatures(name).map((each) => each.replace('delta: float', 'delta: any')),
  inputs: ['input: Tensor, target: Tensor'],
  build,
  forward: forward('input'),
});

export const gaussianLossLayer = layer({
  id: 'elementwise-loss',
  names: [gaussian],
  params: signatures,
  inputs: ['input: Tensor, target: Tensor, var: any'],
  build,
  forward: forward('input'),
});

export const poissonLossLayer = layer({
  id: 'elementwise-loss',
  names: [poisson],
  params: signatures,
  inputs: ['log_input: Tensor, target: Tensor'],
  build,
  forward: forward('log_input'),
});
