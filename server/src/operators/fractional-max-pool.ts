/**
 * Max pool with windows at random places, to a given output size.
 *
 * Shapes: (*n, C, *size) -> (*n, C, *output_size) or (*n, C, *floor(size * output_ratio)), where *n is a batch dim or
 * nothing. With return_indices a tuple with the int64 positions.
 * Errors: `invalid-argument`.
 * Source: torch.nn.functional.fractional_max_pool2d/3d, torch.nn.FractionalMaxPool2d/3d, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, tuple, type TensorValue, type Value } from '../core/infer/value';
import { add, num, sub, type Dim } from '../core/shape/dim';
import { answering, giveUp, refuse } from './common/answer';
import { applying, building, plain } from './common/construction';
import { isFloat } from './common/dtypes';
import { strictArgument } from './common/pooling';
import { append } from './common/sizes';
import { spatialDims, windowed } from './common/window';
import { signatures } from './signature';

function pool(call: Call, solve: Solve, input: TensorValue, n: 2 | 3): TensorValue {
  const [wanted, ratio] = [call.value('output_size'), call.value('output_ratio')];
  if (wanted.kind === 'none' && ratio.kind === 'none')
    refuse('invalid-argument', `fractional_max_pool${n}d requires specifying either an output_size or an output_ratio`);
  const { before, channels, spatial } = windowed(solve, input, n, () => giveUp('an input of another number of dims'));
  const kernel = strictArgument(call, 'kernel_size', n);
  const out = wanted.kind === 'none' ? scaled(call, solve, ratio, spatial) : strictArgument(call, 'output_size', n);
  if (input.dtype !== undefined && !isFloat(input.dtype)) giveUp(`a pool of ${input.dtype}`);
  const fits = spatial.every((size, i) => solve.less(sub(add(out[i] as Dim, kernel[i] as Dim), num(1)), size) !== 'no');
  const positive = [channels, ...spatial, ...out, ...kernel].every((size) => solve.less(size, num(1)) !== 'yes');
  if (!fits || !positive) giveUp('windows that do not fit');
  return tensor(append(before, [channels, ...out]), input.dtype);
}

/** floor(size * ratio); a tuple of ratios, one for each dim. */
function scaled(call: Call, solve: Solve, ratio: Value, spatial: readonly Dim[]): readonly Dim[] {
  const items =
    call.items(ratio) ?? (ratio.kind === 'float' ? spatial.map(() => ratio) : giveUp('the ratio is not known'));
  if (items.length !== spatial.length) giveUp('ratios of another number');
  return spatial.map((size, i) => {
    const [known, item] = [solve.number(size), items[i]];
    if (item?.kind !== 'float' || item.value === undefined || !(item.value > 0 && item.value < 1))
      return giveUp('the ratio is not known');
    return known === undefined ? solve.fresh('pooled', 1) : num(Math.floor(known * item.value));
  });
}

const withIndices = (pooled: TensorValue, wanted: boolean): Value =>
  wanted ? tuple([pooled, tensor(pooled.shape, 'int64')]) : pooled;
const dimsIn = (name: string): 2 | 3 => (spatialDims(name) === 3 ? 3 : 2);

export const fractionalMaxPool = operator({
  id: 'fractional-max-pool',
  names: [2, 3].flatMap((n) => [
    `torch.nn.functional.fractional_max_pool${n}d`,
    `torch.nn.functional.fractional_max_pool${n}d_with_indices`,
  ]),
  params: signatures,
  infer: answering((call, solve, name) => {
    // One number for all is taken by the layer only.
    if (call.value('output_ratio').kind === 'float' || call.value('_random_samples').kind !== 'none')
      giveUp('a form that is rare');
    return withIndices(
      pool(call, solve, call.tensor('input'), dimsIn(name)),
      name.endsWith('_with_indices') || call.bool('return_indices'),
    );
  }),
});

export const fractionalMaxPoolLayer = layer({
  id: 'fractional-max-pool',
  names: ['torch.nn.FractionalMaxPool2d', 'torch.nn.FractionalMaxPool3d'],
  params: signatures,
  inputs: ['input: Tensor'],
  build: building((call) => {
    if (call.value('_random_samples').kind !== 'none') giveUp('given samples');
    return plain();
  }),
  forward: applying((self, call, solve, name) => {
    if (self.value('output_size').kind !== 'none' && self.value('output_ratio').kind !== 'none')
      giveUp('both a size and a ratio');
    return withIndices(pool(self, solve, call.tensor('input'), dimsIn(name)), self.bool('return_indices'));
  }),
});
