/**
 * A rectifier with a learned slope for each channel or one for all.
 *
 * Shapes: (N, C, *) -> the same; weight (C), (1) or ().
 * Errors: `prelu-parameters-mismatch`, `dtype-mismatch`, `negative-size`.
 * Source: torch.nn.functional.prelu, torch.nn.PReLU, PyTorch 2.13.
 */
import { layer, operator, type FixIntent, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import { mul, num, type Dim } from '../core/shape/dim';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import { applying, building, factoryDtype, notNegative, withParameters } from './common/construction';
import { onlyFloats, refuseDtypes, scalarName } from './common/dtypes';
import { setTo } from './common/sizes';
import { subjectOf } from './common/names';
import { signatures } from './signature';

function rectify(
  solve: Solve,
  input: TensorValue,
  weight: TensorValue,
  fixes: (channels: Dim) => readonly FixIntent[],
): TensorValue {
  const [x, w] = [input.dtype, weight.dtype];
  if (x !== undefined && w !== undefined && x !== w)
    refuseDtypes(`prelu: Type promoting not supported. Got ${scalarName(x)} and ${scalarName(w)}`);
  onlyFloats('prelu', input, weight);
  if (rankOf(solve, weight) === undefined) giveUp('the number of dims of the weight is not known');
  if (solve.dims(weight).length > 1) giveUp('a weight of more than one dim');
  const count = solve.dims(weight).reduce((a, b) => mul(a, b), num(1));
  if (solve.number(count) !== 1) checkChannels(solve, input, count, fixes);
  return tensor(solve.shape(input), x ?? w);
}

function checkChannels(
  solve: Solve,
  input: TensorValue,
  count: Dim,
  fixes: (channels: Dim) => readonly FixIntent[],
): void {
  // A count that may be 1 fits every input.
  if (solve.equal(count, num(1)) !== 'no') return;
  const dims = solve.dims(input);
  if (dims.length === 0) refuse('prelu-parameters-mismatch', 'Not allow zero-dim input tensor.', { argument: 'input' });
  const channels = dims[1] ?? num(1);
  if (solve.same(channels, count)) return;
  refuse(
    'prelu-parameters-mismatch',
    `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${solve.text(count)} and channel size = ${solve.text(channels)}.`,
    { fixes: fixes(channels), argument: 'input' },
  );
}

export const prelu = operator({
  id: 'prelu',
  names: ['torch.Tensor.prelu', 'torch.nn.functional.prelu', 'torch.prelu'],
  params: signatures,
  infer: answering((call, solve, name) =>
    rectify(solve, call.tensor(subjectOf(name)), call.tensor('weight'), () => []),
  ),
});

export const preluLayer = layer({
  id: 'prelu',
  names: ['torch.nn.PReLU'],
  params: signatures,
  inputs: ['input: Tensor'],
  build: building((call, solve) => {
    const count = call.int('num_parameters');
    notNegative(solve, [count]);
    return withParameters({ weight: [true, shapeOf([count]), factoryDtype(call)] });
  }),
  forward: applying((self, call, solve) =>
    rectify(solve, call.tensor('input'), self.tensor('weight'), (channels) =>
      setTo(solve, 'layer', 'num_parameters', channels),
    ),
  ),
});
