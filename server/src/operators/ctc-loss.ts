/**
 * Connectionist temporal classification.
 *
 * Shapes: log_probs (T, N, C) or (T, C), targets (N, S), (S) or one list of all -> () or, with reduction 'none', (N) or ().
 * Lengths are values; that they fit isn't checked.
 * Errors: `invalid-argument`.
 * Source: torch.nn.functional.ctc_loss, torch.nn.CTCLoss, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import type { Dim } from '../core/shape/dim';
import { dimsOf, shapeOf } from '../core/shape/shape';
import { answering, giveUp } from './common/answer';
import { applying, building, plain } from './common/construction';
import { reductionOf } from './common/losses';
import { signatures } from './signature';

/** @param options what has the reduction */
function loss(call: Call, options: Call, solve: Solve): TensorValue {
  const [scores, targets] = [call.tensor('log_probs'), call.tensor('targets')];
  const reduction = reductionOf(options, false);
  if (scores.dtype !== 'float32' && scores.dtype !== 'float64') giveUp('scores of another element type');
  const [dims, labels] = [dimsOf(solve.shape(scores)), dimsOf(solve.shape(targets))];
  if (dims === undefined || labels === undefined || dims.length < 2 || dims.length > 3 || targets.dtype !== 'int64')
    giveUp('sizes that are not known');
  // Whether the lengths add up to the targets is a matter of values.
  if (labels.length !== 2 || dims.length !== 3 || solve.equal(labels[0] as Dim, dims[1] as Dim) !== 'yes')
    giveUp('targets in one list');
  // Lengths given as Python numbers are compared with the sizes; those in tensors are values.
  for (const name of ['input_lengths', 'target_lengths']) {
    const lengths = call.value(name);
    const count = lengths.kind === 'tensor' ? dimsOf(solve.shape(lengths)) : undefined;
    if (count?.length !== 1 || solve.equal(count[0] as Dim, dims[1] as Dim) !== 'yes')
      giveUp('the lengths are not known');
  }
  return tensor(reduction === 'none' ? shapeOf([dims[1] as Dim]) : shapeOf([]), scores.dtype);
}

export const ctcLoss = operator({
  id: 'ctc-loss',
  names: ['torch.nn.functional.ctc_loss'],
  params: signatures,
  infer: answering((call, solve) => loss(call, call, solve)),
});

export const ctcLossLayer = layer({
  id: 'ctc-loss',
  names: ['torch.nn.CTCLoss'],
  params: signatures,
  inputs: ['log_probs: Tensor, targets: Tensor, input_lengths: any, target_lengths: any'],
  build: building(() => plain()),
  forward: applying((self, call, solve) => loss(call, self, solve)),
});
