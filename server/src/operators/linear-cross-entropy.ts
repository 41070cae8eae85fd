/**
 * The cross entropy of a linear layer's scores without the scores: F.linear_cross_entropy, nn.LinearCrossEntropyLoss.
 *
 * Shapes: input (N, in) or (in), weight (classes, *out, in), target as of cross_entropy on (N, classes, *out).
 * Errors: `input-rank-mismatch`, `matmul-inner-dim-mismatch`, `parameter-size-mismatch`, those of cross_entropy.
 * Source: torch/nn/functional.py, torch/nn/modules/loss.py, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import type { Dim } from '../core/shape/dim';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { applying, building, flag, plain, tensorIfKnown } from './common/construction';
import { differ, isFloat } from './common/dtypes';
import { reductionOf } from './common/losses';
import { pythonNumber } from './common/literals';
import { setTo, sizeTexts } from './common/sizes';
import { ignoredOf, isSmoothed, loss } from './cross-entropy';
import { signatures } from './signature';

interface Linear {
  readonly weight: readonly Dim[];
  readonly bias: readonly Dim[] | null;
  readonly dtype: TensorValue['dtype'];
}

/** Sizes as Python prints a tuple of them. */
const pythonTuple = (solve: Solve, dims: readonly Dim[]): string =>
  `(${sizeTexts(solve, dims).join(', ')}${dims.length === 1 ? ',' : ''})`;

function applied(solve: Solve, call: Call, options: Call, linear: Linear, inLayer: boolean): TensorValue {
  const [input, target] = [call.tensor('input'), call.tensor('target')];
  if (!solve.rank(input, [1, 2]))
    refuse('input-rank-mismatch', `expected input with dimensionality 1 or 2, got ${rankOf(solve, input)}`, {
      argument: 'input',
    });
  const { weight, bias } = linear;
  if (weight.length < 2)
    refuse('input-rank-mismatch', `expected linear_weight with dimensionality at least 2, got ${weight.length}`, {
      argument: 'linear_weight',
    });
  const dims = solve.dims(input);
  const [features, wanted] = [dims.at(-1) as Dim, weight.at(-1) as Dim];
  if (!solve.same(features, wanted, 'the input has the features of the layer'))
    refuse(
      'matmul-inner-dim-mismatch',
      `expected equal input and linear_weight last dimensions (in_features), got ${solve.text(features)} and ${solve.text(wanted)}, respectively`,
      { argument: 'input', fixes: inLayer ? setTo(solve, 'layer', 'in_features', features) : [] },
    );
  const rows = weight.slice(0, -1);
  if (bias !== null && (bias.length !== rows.length || bias.some((size, i) => !solve.same(size, rows[i] as Dim))))
    refuse(
      'parameter-size-mismatch',
      `expected linear_bias shape ${pythonTuple(solve, rows)}, got ${pythonTuple(solve, bias)}`,
      { argument: 'linear_bias' },
    );
  if (rows.length > 1 && dims.length === 1) giveUp('several losses of one sample');
  if (differ(input.dtype, linear.dtype) || !isFloat(input.dtype)) giveUp('scores of other element types');
  if (options.given('options') && options.value('options').kind !== 'none') giveUp('chunks');
  const ignores = options.value('ignore_index').kind !== 'none';
  const scores = [...dims.slice(0, -1), ...rows];
  const wantedDims = solve.dims(target);
  if (
    ignores &&
    wantedDims.length === scores.length &&
    wantedDims.every((size, i) => solve.equal(size, scores[i] as Dim) === 'yes')
  )
    refuse('invalid-argument', 'ignore_index cannot be specified when target contains probabilities', {
      argument: 'ignore_index',
    });
  return loss(solve, {
    kind: 'cross_entropy',
    input: tensor(shapeOf(scores), input.dtype),
    target,
    weight: tensorIfKnown(options, 'weight'),
    reduction: reductionOf(options, false),
    smoothed: isSmoothed(options, 'cross_entropy'),
    ignored: ignores ? ignoredOf(options) : -100,
  });
}

export const linearCrossEntropy = operator({
  id: 'linear-cross-entropy',
  names: ['torch.nn.functional.linear_cross_entropy'],
  params: signatures,
  infer: answering((call, solve) => {
    const [weight, bias] = [call.tensor('linear_weight'), tensorIfKnown(call, 'linear_bias')];
    return applied(
      solve,
      call,
      call,
      { weight: solve.dims(weight), bias: bias && solve.dims(bias), dtype: weight.dtype },
      false,
    );
  }),
});

export const linearCrossEntropyLayer = layer({
  id: 'linear-cross-entropy',
  names: ['torch.nn.LinearCrossEntropyLoss'],
  params: signatures,
  inputs: ['input: Tensor, target: Tensor'],
  build: building((call, solve) => {
    const weight = tensorIfKnown(call, 'weight');
    const classes = call.int('num_classes');
    if (weight !== null) {
      const sizes = solve.dims(weight);
      if (sizes.length !== 1 || !solve.same(sizes[0] as Dim, classes))
        refuse(
          'class-weight-mismatch',
          `expected weight shape to be ${pythonTuple(solve, [classes])}, got ${pythonTuple(solve, sizes)}`,
          { argument: 'weight' },
        );
    }
    const smoothing = pythonNumber(call.value('label_smoothing'));
    if (smoothing !== undefined && (Number(smoothing) < 0 || Number(smoothing) > 1))
      refuse('invalid-argument', `expected label_smoothing to be in range [0, 1], got ${smoothing}`, {
        argument: 'label_smoothing',
      });
    return plain();
  }),
  forward: applying((self, call, solve) => {
    const rows = [self.int('num_classes'), ...self.ints('out_features')];
    const asked = self.given('dtype') ? self.dtype('dtype') : null;
    return applied(
      solve,
      call,
      self,
      {
        weight: [...rows, self.int('in_features')],
        bias: flag(self, 'bias') === true ? rows : null,
        dtype: asked === null ? 'float32' : asked,
      },
      true,
    );
  }),
});
