/**
 * Normalisation over the last dims, with or without subtracting the mean.
 *
 * Shapes: (*batch, *normalized_shape) -> the same; weight and bias have the normalized shape.
 * Errors: `normalized-shape-mismatch`, `input-rank-mismatch`, `parameter-size-mismatch`, `invalid-argument`, `negative-size`,
 * `dtype-mismatch`, `dtype-not-supported`.
 * Source: torch.nn.functional.layer_norm and rms_norm, torch.nn.LayerNorm and RMSNorm, PyTorch 2.13.
 */
import { layer, operator, type FixIntent, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import type { Dim } from '../core/shape/dim';
import { shapeOf } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { rankOf } from './common/axes';
import {
  applying,
  building,
  factoryDtype,
  flag,
  notNegative,
  tensorIfKnown,
  withParameters,
} from './common/construction';
import { differ, isIntegral, kernelTakes, mixedDtypes, onlyFloats } from './common/dtypes';
import { brackets, intTuple, setTo, sizeTexts } from './common/sizes';
import { signatures } from './signature';

interface Norm {
  readonly kind: 'layer' | 'rms';
  readonly input: TensorValue;
  readonly normalized: readonly Dim[];
  readonly weight: TensorValue | null;
  readonly bias: TensorValue | null;
  readonly fixes: (size: Dim) => readonly FixIntent[];
}

export function normalise(solve: Solve, norm: Norm): TensorValue {
  const { kind, input, normalized } = norm;
  const shown = brackets(solve, normalized);
  // Parameters of another type than the input's come before all sizes, those that differ among themselves after.
  const parameters = [norm.weight, norm.bias].filter((parameter) => parameter !== null);
  if (kind === 'layer' && differ(parameters[0]?.dtype, input.dtype)) mixedDtypes(input, parameters);
  if (normalized.length === 0)
    refuse(
      'invalid-argument',
      'Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []',
      { argument: 'normalized_shape' },
    );
  checkParameter(solve, 'weight', norm.weight, normalized, shown);
  checkParameter(solve, 'bias', norm.bias, normalized, shown);
  const long = solve.minRank(input, normalized.length);
  if (!long && kind === 'rms')
    refuse(
      'input-rank-mismatch',
      `Input tensor must have at least ${normalized.length} dimensions, but got ${rankOf(solve, input) ?? 0}`,
      { argument: 'input' },
    );
  const last = long ? solve.trailing(input, normalized.length).last : [];
  const why = `the last sizes must be ${shown}`;
  if (!long || !last.every((size, i) => solve.same(size, normalized[i] as Dim, why))) {
    if (isIntegral(input.dtype)) giveUp('whole numbers of another shape');
    const only = normalized.length === 1 ? last[0] : undefined;
    refuse(
      'normalized-shape-mismatch',
      `Given normalized_shape=${shown}, expected input with shape [*${kind === 'rms' ? '' : ', '}${sizeTexts(solve, normalized).join(', ')}], ` +
        `but got input of size${brackets(solve, solve.shape(input))}`,
      { fixes: only === undefined ? [] : norm.fixes(only), argument: 'input' },
    );
  }
  checkDtypes(norm);
  return tensor(solve.shape(input), input.dtype);
}

function checkParameter(
  solve: Solve,
  name: string,
  parameter: TensorValue | null,
  normalized: readonly Dim[],
  shown: string,
): void {
  if (parameter === null) return;
  if (rankOf(solve, parameter) === undefined) giveUp(`the number of dims of the ${name} is not known`);
  const sizes = solve.dims(parameter);
  if (sizes.length === normalized.length && sizes.every((size, i) => solve.same(size, normalized[i] as Dim))) return;
  refuse(
    'parameter-size-mismatch',
    `Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape ${brackets(solve, sizes)} and normalized_shape = ${shown}`,
    { argument: name },
  );
}

function checkDtypes({ kind, input, weight, bias }: Norm): void {
  if (kind === 'rms') {
    kernelTakes(input, 'rms_norm', isIntegral);
    onlyFloats('rms_norm', input, weight);
    return;
  }
  mixedDtypes(input, [weight, bias]);
  kernelTakes(input, 'LayerNormKernelImpl', isIntegral);
  onlyFloats('layer_norm', input);
}

export const layerNorm = operator({
  id: 'layer-norm',
  names: ['layer_norm', 'rms_norm'].flatMap((name) => [`torch.${name}`, `torch.nn.functional.${name}`]),
  params: signatures,
  infer: answering((call, solve, name) => {
    const kind = name.endsWith('rms_norm') ? 'rms' : 'layer';
    if (call.value('normalized_shape').kind === 'int') giveUp('normalized_shape is not a list');
    return normalise(solve, {
      kind,
      input: call.tensor('input'),
      normalized: call.ints('normalized_shape'),
      weight: tensorIfKnown(call, 'weight'),
      bias: kind === 'rms' ? null : tensorIfKnown(call, 'bias'),
      fixes: () => [],
    });
  }),
});

export const layerNormLayer = layer({
  id: 'layer-norm',
  names: ['torch.nn.LayerNorm', 'torch.nn.RMSNorm'],
  params: signatures,
  inputs: ['input: Tensor', 'x: Tensor'],
  build: building((call, solve, name) => {
    const given = call.value('normalized_shape');
    // One size or several: a later layer may tell, before this one is used.
    if (given.kind === 'latent')
      return withParameters(
        Object.fromEntries(['weight', 'bias'].map((part) => [part, [undefined, shapeOf([]), undefined]])),
        { normalized_shape: given },
      );
    const normalized = call.ints('normalized_shape');
    const affine = flag(call, 'elementwise_affine');
    if (affine === true) notNegative(solve, normalized);
    const [dtype, shape] = [
      affine === true ? factoryDtype(call) : (call.dtype('dtype') ?? 'float32'),
      shapeOf(normalized),
    ];
    const attributes = { normalized_shape: intTuple(normalized) };
    if (name === 'torch.nn.RMSNorm') return withParameters({ weight: [affine, shape, dtype] }, attributes);
    const wanted = flag(call, 'bias');
    const biased = affine === false || wanted === false ? false : affine === undefined ? undefined : wanted;
    return withParameters({ weight: [affine, shape, dtype], bias: [biased, shape, dtype] }, attributes);
  }),
  forward: applying((self, call, solve, name) => {
    const kind = name === 'torch.nn.RMSNorm' ? 'rms' : 'layer';
    return normalise(solve, {
      kind,
      input: call.tensor(call.given('x') ? 'x' : 'input'),
      normalized: self.ints('normalized_shape'),
      weight: tensorIfKnown(self, 'weight'),
      bias: kind === 'rms' ? null : tensorIfKnown(self, 'bias'),
      fixes: (size) => setTo(solve, 'layer', 'normalized_shape', size),
    });
  }),
});
