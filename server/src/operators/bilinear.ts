/**
 * A bilinear form of two inputs.
 *
 * Shapes: (*batch, in1), (*batch, in2) -> (*batch, out); weight (out, in1, in2), bias (out).
 * Errors: `bilinear-size-mismatch`, `invalid-argument`, `negative-size`, `parameter-size-mismatch`, `dtype-mismatch`.
 * Source: torch.nn.functional.bilinear, torch.nn.Bilinear, PyTorch 2.13.
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
import { cppName, onlyFloats, refuseDtypes } from './common/dtypes';
import { setTo } from './common/sizes';
import { signatures } from './signature';

const clash = 'bilinear-size-mismatch';

function applyBilinear(
  solve: Solve,
  inputs: readonly [TensorValue, TensorValue],
  weight: TensorValue,
  bias: TensorValue | null,
  fixes: (which: 0 | 1, size: Dim) => readonly FixIntent[] = () => [],
): TensorValue {
  if (rankOf(solve, weight) !== 3) giveUp('a weight that does not have 3 dims');
  const [out, ...sizes] = solve.dims(weight) as readonly [Dim, Dim, Dim];
  const [a, b] = [solve.dims(inputs[0]), solve.dims(inputs[1])];
  if (a.length === 0 || b.length === 0) giveUp('an input without dims');
  if (a.length !== b.length)
    refuse(clash, `bilinear(): input dimensions do not match: got ${a.length} and ${b.length}`);
  checkDtypes([...inputs, weight], bias);
  const batch = a.slice(0, -1);
  for (const [i, size] of batch.entries()) {
    const other = b[i] as Dim;
    if (!solve.same(size, other))
      refuse(
        clash,
        `bilinear(): input batch dimensions do not match at dim ${i}: got ${solve.text(size)} and ${solve.text(other)}`,
      );
  }
  for (const which of [0, 1] as const) {
    const got = (which === 0 ? a : b)[batch.length] as Dim;
    const expected = sizes[which];
    if (solve.same(got, expected)) continue;
    const message = `bilinear(): input${which + 1} size does not match weight size: got ${solve.text(got)} but expected ${solve.text(expected)}`;
    refuse(clash, message, { fixes: fixes(which, got), argument: `input${which + 1}` });
  }
  if (bias !== null && rankOf(solve, bias) !== 1) giveUp('a bias that is not a vector');
  const biasSize = bias === null ? out : (solve.dims(bias)[0] as Dim);
  if (!solve.same(biasSize, out)) {
    const message = `bilinear(): bias size does not match weight size: got ${solve.text(biasSize)} but expected ${solve.text(out)}`;
    refuse('parameter-size-mismatch', message, { argument: 'bias' });
  }
  return tensor(shapeOf([...batch, out]), inputs[0].dtype);
}

function checkDtypes(needed: readonly TensorValue[], bias: TensorValue | null): void {
  const all = bias === null ? needed : [...needed, bias];
  const types = all.flatMap(({ dtype }) => (dtype === undefined ? [] : [dtype]));
  if (new Set(types).size > 1) {
    const [x1, x2, w, b] = types.map(cppName);
    if (b === undefined) giveUp('element types differ');
    refuseDtypes(`All tensors must have the same dtype, got input1: ${x1}, input2: ${x2}, weight: ${w}, bias: ${b}`);
  }
  onlyFloats('bilinear', ...all);
}

export const bilinear = operator({
  id: 'bilinear',
  names: ['torch.bilinear', 'torch.nn.functional.bilinear'],
  params: signatures,
  infer: answering((call, solve) =>
    applyBilinear(
      solve,
      [call.tensor('input1'), call.tensor('input2')],
      call.tensor('weight'),
      tensorIfKnown(call, 'bias'),
    ),
  ),
});

export const bilinearLayer = layer({
  id: 'bilinear',
  names: ['torch.nn.Bilinear'],
  params: signatures,
  inputs: ['input1: Tensor, input2: Tensor'],
  build: building((call, solve) => {
    const [in1, in2, out] = [call.int('in1_features'), call.int('in2_features'), call.int('out_features')];
    notNegative(solve, [out, in1, in2]);
    if (!solve.atLeast(in1, 1))
      refuse('invalid-argument', `in1_features must be > 0, but got (in1_features=${solve.text(in1)})`, {
        argument: 'in1_features',
      });
    const dtype = factoryDtype(call);
    return withParameters({
      weight: [true, shapeOf([out, in1, in2]), dtype],
      bias: [flag(call, 'bias'), shapeOf([out]), dtype],
    });
  }),
  forward: applying((self, call, solve) =>
    applyBilinear(
      solve,
      [call.tensor('input1'), call.tensor('input2')],
      self.tensor('weight'),
      tensorIfKnown(self, 'bias'),
      (which, size) => setTo(solve, 'layer', which === 0 ? 'in1_features' : 'in2_features', size),
    ),
  ),
});
