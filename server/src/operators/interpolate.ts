/**
 * Resizing of the dims after batch and channels.
 *
 * Shapes: (N, C, *size) -> (N, C, *wanted), wanted given or floor(size * scale_factor); linear takes 1 such dim,
 * bilinear and bicubic 2, trilinear 3, nearest and area 1 to 3.
 * Errors: `interpolate-size-mismatch`, `interpolate-mode-mismatch`, `invalid-argument`, `empty-size`, `dtype-not-supported`.
 * Source: torch.nn.functional.interpolate and upsample, torch.nn.Upsample, UpsamplingNearest2d, UpsamplingBilinear2d, PyTorch 2.13.
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { str, tensor, type TensorValue, type Value } from '../core/infer/value';
import { floorDiv, mul, num, type Dim } from '../core/shape/dim';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { applying, building, flag, plain, textOf } from './common/construction';
import { isFloat } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { brackets, sizeTexts } from './common/sizes';

const ranks: Readonly<Record<string, readonly number[]>> = {
  nearest: [3, 4, 5],
  'nearest-exact': [3, 4, 5],
  area: [3, 4, 5],
  linear: [3],
  bilinear: [4],
  bicubic: [4],
  lanczos: [4],
  trilinear: [5],
};

interface Resize {
  readonly input: TensorValue;
  readonly mode: string;
  /** The arguments `size`, `scale_factor` and what qualifies them. */
  readonly options: Call;
}

function resize(solve: Solve, { input, mode, options }: Resize): TensorValue {
  checkMode(options, mode);
  const allowed = ranks[mode] ?? [];
  // A mode for other ranks is refused after the sizes are.
  if (allowed.length > 0) solve.rank(input, allowed);
  const dims = solve.dims(input);
  const rank = dims.length;
  const spatial = dims.slice(2);
  const wanted = wantedSizes(solve, options, spatial);
  if (rank < 3 || rank > 5) refuseRank(rank, mode);
  if (!allowed.includes(rank)) refuseMode(rank, mode);
  checkAntialias(options, mode, rank);
  checkPositive(solve, dims, wanted, mode);
  if (input.dtype !== undefined && !isFloat(input.dtype)) {
    if (input.dtype !== 'uint8' || mode !== 'nearest' || rank !== 4) giveUp(`interpolation of ${input.dtype}`);
  }
  return tensor(shapeOf([...dims.slice(0, 2), ...wanted]), input.dtype);
}

const refuseRank = (rank: number, mode: string): never =>
  refuse(
    'interpolate-mode-mismatch',
    `Input Error: Only 3D, 4D and 5D input Tensors supported (got ${rank}D) for the modes: nearest | linear | bilinear | bicubic | ` +
      `trilinear | lanczos | area | nearest-exact (got ${mode})`,
    { argument: 'input' },
  );

function refuseMode(rank: number, mode: string): never {
  const wanted = ranks[mode];
  // bicubic and lanczos have no sentence of their own.
  if (wanted === undefined || mode === 'bicubic' || mode === 'lanczos') return refuseRank(rank, mode);
  return refuse('interpolate-mode-mismatch', `Got ${rank}D input, but ${mode} mode needs ${wanted[0]}D input`, {
    argument: 'mode',
  });
}

function checkMode(options: Call, mode: string): void {
  const plainMode = mode === 'nearest' || mode === 'area' || mode === 'nearest-exact';
  if (plainMode && options.value('align_corners').kind !== 'none') {
    if (options.value('align_corners').kind !== 'bool') giveUp('align_corners is not known');
    refuse(
      'invalid-argument',
      'align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear',
      {
        argument: 'align_corners',
      },
    );
  }
}

function checkAntialias(options: Call, mode: string, rank: number): void {
  if (flag(options, 'antialias') !== true || (['bilinear', 'bicubic', 'lanczos'].includes(mode) && rank === 4)) return;
  refuse(
    'invalid-argument',
    'Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input',
    {
      argument: 'antialias',
    },
  );
}

/** `(8, 9)`, `(8,)` or, for a list, `[8]` */
const printed = (value: Value, texts: readonly string[]): string => {
  if (value.kind === 'ref') return `[${texts.join(', ')}]`;
  return texts.length === 1 ? `(${texts[0]},)` : `(${texts.join(', ')})`;
};

function wantedSizes(solve: Solve, options: Call, spatial: readonly Dim[]): readonly Dim[] {
  const [size, scale] = [options.value('size'), options.value('scale_factor')];
  if (size.kind === 'none' && scale.kind === 'none')
    refuse('invalid-argument', 'either size or scale_factor should be defined');
  if (size.kind !== 'none' && scale.kind !== 'none') {
    if ([size, scale].some(({ kind }) => kind === 'unknown' || kind === 'latent'))
      giveUp('size or scale_factor is not known');
    refuse('invalid-argument', 'only one of size or scale_factor should be defined');
  }
  if (size.kind === 'none') return scaledSizes(solve, options, scale, spatial);
  if (flag(options, 'recompute_scale_factor') === true)
    refuse('invalid-argument', 'recompute_scale_factor is not meaningful with an explicit size.', {
      argument: 'recompute_scale_factor',
    });
  return givenSizes(solve, options, size, spatial);
}

function givenSizes(solve: Solve, options: Call, size: Value, spatial: readonly Dim[]): readonly Dim[] {
  const sizes = options.ints('size');
  const [first] = sizes;
  if (size.kind === 'int' && first !== undefined) return spatial.map(() => first);
  if (sizes.length === spatial.length) return sizes;
  return refuse(
    'interpolate-size-mismatch',
    'Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of ' +
      `${brackets(solve, spatial)} and output size of ${printed(size, sizeTexts(solve, sizes))}. Please provide input tensor in ` +
      '(N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format.',
    { argument: 'size' },
  );
}

function scaledSizes(solve: Solve, options: Call, scale: Value, spatial: readonly Dim[]): readonly Dim[] {
  if (scale.kind === 'unknown') giveUp('scale_factor is not known');
  const items =
    scale.kind === 'int' || scale.kind === 'float'
      ? undefined
      : (options.items(scale) ?? giveUp('scale_factor is not known'));
  if (items === undefined) return spatial.map((size) => scaled(solve, size, scale));
  if (items.length === spatial.length) return spatial.map((size, i) => scaled(solve, size, items[i] as Value));
  const factors = items.map((item) => pythonNumber(item) ?? giveUp('scale_factor is not known'));
  return refuse(
    'interpolate-size-mismatch',
    'Input and scale_factor must have the same number of spatial dimensions, but got input with spatial dimensions of ' +
      `${brackets(solve, spatial)} and scale_factor of shape ${printed(scale, factors)}. Please provide input tensor in ` +
      '(N, C, d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format.',
    { argument: 'scale_factor' },
  );
}

/** floor(size * factor); exact for symbolic sizes where the factor is a whole number of 64ths. */
function scaled(solve: Solve, size: Dim, factor: Value): Dim {
  if (factor.kind === 'int')
    return solve.number(factor.dim) === 0 ? giveUp('a scale factor of 0') : mul(size, factor.dim);
  if (factor.kind !== 'float' || factor.value === undefined) return solve.fresh('scaled');
  if (!(factor.value > 0)) giveUp('a scale factor that is not positive');
  const known = solve.number(size);
  if (known !== undefined) return num(Math.floor(known * factor.value));
  const parts = factor.value * 64;
  return Number.isInteger(parts) && Math.abs(parts) < 2 ** 30
    ? floorDiv(mul(size, num(parts)), num(64))
    : solve.fresh('scaled');
}

function checkPositive(solve: Solve, dims: readonly Dim[], wanted: readonly Dim[], mode: string): void {
  if (!solve.atLeast(dims[1] as Dim, 1)) giveUp('an input without channels');
  const spatial = dims.slice(2);
  if ([...spatial, ...wanted].every((size) => solve.atLeast(size, 1))) return;
  if (mode === 'area') giveUp('area interpolation of nothing');
  const names = ['D', 'H', 'W'].slice(3 - spatial.length);
  const listed = (sizes: readonly Dim[]): string =>
    sizes.map((size, i) => `${names[i]}: ${solve.text(size)}`).join(', ');
  refuse(
    'empty-size',
    `Input and output sizes should be greater than 0, but got input (${listed(spatial)})${spatial.length === 1 ? ' and' : ''} output (${listed(wanted)})`,
    {
      argument: 'input',
    },
  );
}

const parameters =
  "size: any = None, scale_factor: any = None, mode: str = 'nearest', align_corners: any = None, " +
  'recompute_scale_factor: any = None, antialias: bool = False';

/** Functions of one mode: its parameters are the others' with that mode as a default. */
const modes: Readonly<Record<string, string>> = {
  'torch.nn.functional.upsample_nearest': parameters,
  'torch.nn.functional.upsample_bilinear': parameters
    .replace("'nearest'", "'bilinear'")
    .replace('align_corners: any = None', 'align_corners: any = True'),
};

const modeOf = (call: Call): string => textOf(call, 'mode') ?? giveUp('the mode is not known');

export const interpolate = operator({
  id: 'interpolate',
  names: ['interpolate', 'upsample', 'upsample_nearest', 'upsample_bilinear'].map(
    (name) => `torch.nn.functional.${name}`,
  ),
  params: (name) => (name in modes ? [`input: Tensor, ${modes[name]}`] : [`input: Tensor, ${parameters}`]),
  infer: answering((call, solve) => resize(solve, { input: call.tensor('input'), mode: modeOf(call), options: call })),
});

export const interpolateLayer = layer({
  id: 'interpolate',
  names: ['torch.nn.Upsample', 'torch.nn.UpsamplingBilinear2d', 'torch.nn.UpsamplingNearest2d'],
  params: () => [parameters],
  inputs: ['input: Tensor'],
  build: building((call, _solve, name) => {
    if (call.value('scale_factor').kind === 'ref') giveUp('a list of scale factors');
    if (name === 'torch.nn.Upsample') return plain();
    return plain({ mode: str(name.includes('Bilinear') ? 'bilinear' : 'nearest') });
  }),
  forward: applying((self, call, solve) =>
    resize(solve, { input: call.tensor('input'), mode: modeOf(self), options: self }),
  ),
});
