/**
 * Activation functions: element by element, the shape stays.
 *
 * Shapes: (*) -> (*). Element type: the input's; `sigmoid`, `tanh`, `softsign` and `tanhshrink` make float32 of
 * whole numbers, most others refuse them.
 * Errors: `dtype-not-supported`, `invalid-argument`.
 * Source: torch.nn.functional and torch.nn activations, PyTorch 2.13 (element types tried on CPU).
 */
import { layer, operator, type Call, type Solve } from '../core/infer/operator';
import { tensor, type TensorValue } from '../core/infer/value';
import type { DType } from '../core/shape/dtype';
import { answering, giveUp, refuse } from './common/answer';
import { applying, building, flag, inTraining, plain, textOf } from './common/construction';
import { isComplex, isHalf, isIntegral, kernelTakes } from './common/dtypes';
import { pythonNumber } from './common/literals';
import { signatures } from './signature';

/** What an activation does with an element type: keeps, changes or refuses it. */
type Rule = (input: TensorValue) => DType | undefined;

/** Floats only; `kernel` is the name that PyTorch's refusal has. */
const floatsOnly =
  (kernel: string, complex = false): Rule =>
  (input) => {
    kernelTakes(input, kernel, (dtype) => isIntegral(dtype) || (isComplex(dtype) && !complex));
    return input.dtype;
  };

const noBool =
  (sentence: string): Rule =>
  (input) => {
    if (input.dtype === 'bool') refuse('dtype-not-supported', sentence, { argument: 'input' });
    if (isComplex(input.dtype))
      refuse('dtype-not-supported', 'clamp is not supported for complex types', { argument: 'input' });
    return input.dtype;
  };

/** Whole numbers become float32. */
const toFloat: Rule = ({ dtype }) => (isIntegral(dtype) ? 'float32' : dtype);
const toFloatNoBool: Rule = (input) => (input.dtype === 'bool' ? giveUp('an activation of bool') : toFloat(input));

const clipped: Rule = (input) => {
  if (input.dtype === 'uint8') giveUp('a clipping activation of uint8');
  return noBool('Bool inputs not supported for hardtanh')(input);
};

const thresholded: Rule = (input) => {
  kernelTakes(input, 'threshold_cpu', (dtype) => dtype === 'bool' || isComplex(dtype));
  return input.dtype;
};

/** The rule of each function, and the layer that calls it. */
const rules: Readonly<Record<string, readonly [layer: string | null, rule: Rule]>> = {
  celu: ['CELU', floatsOnly('elu_cpu')],
  elu: ['ELU', floatsOnly('elu_cpu')],
  gelu: ['GELU', floatsOnly('GeluKernelImpl')],
  hardshrink: ['Hardshrink', floatsOnly('hardshrink_cpu')],
  hardsigmoid: ['Hardsigmoid', floatsOnly('hardsigmoid_cpu')],
  hardswish: ['Hardswish', floatsOnly('hardswish_cpu')],
  hardtanh: ['Hardtanh', clipped],
  leaky_relu: ['LeakyReLU', floatsOnly('leaky_relu_cpu')],
  logsigmoid: ['LogSigmoid', floatsOnly('log_sigmoid_cpu')],
  mish: ['Mish', floatsOnly('mish_cpu')],
  relu: ['ReLU', noBool('Boolean inputs not supported for relu')],
  relu6: ['ReLU6', clipped],
  rrelu: ['RReLU', floatsOnly('leaky_relu_cpu')],
  selu: ['SELU', floatsOnly('elu_cpu')],
  sigmoid: ['Sigmoid', toFloat],
  silu: ['SiLU', floatsOnly('silu_cpu', true)],
  softplus: ['Softplus', floatsOnly('softplus_cpu')],
  softshrink: ['Softshrink', floatsOnly('softshrink_check')],
  softsign: ['Softsign', toFloatNoBool],
  tanh: ['Tanh', toFloat],
  tanhshrink: ['Tanhshrink', toFloatNoBool],
  threshold: ['Threshold', thresholded],
};

function activate(solve: Solve, input: TensorValue, name: string): TensorValue {
  const [, rule] = rules[name] ?? giveUp(`the activation ${name}`);
  return tensor(solve.shape(input), rule(input));
}

/** Options that must be Python numbers. */
const numbers = [
  'alpha',
  'beta',
  'lambd',
  'lower',
  'max_val',
  'min_val',
  'negative_slope',
  'threshold',
  'upper',
  'value',
];

/** Arguments whose value decides whether the function runs at all. */
function checkOptions(call: Call, name: string): void {
  if (numbers.some((option) => call.given(option) && call.value(option).kind === 'tensor'))
    giveUp('a tensor in place of a number');
  if (name === 'gelu') {
    const approximate = textOf(call, 'approximate');
    if (approximate !== undefined && approximate !== 'none' && approximate !== 'tanh')
      refuse('invalid-argument', 'approximate argument must be either none or tanh.', { argument: 'approximate' });
  }
  if (
    name === 'rrelu' &&
    Number(pythonNumber(call.value('lower')) ?? 0) > Number(pythonNumber(call.value('upper')) ?? 1)
  )
    giveUp('bounds in the wrong order');
  if (
    name === 'hardtanh' &&
    Number(pythonNumber(call.value('min_val')) ?? 0) > Number(pythonNumber(call.value('max_val')) ?? Infinity)
  )
    refuse('invalid-argument', 'min_val cannot be greater than max_val', { argument: 'min_val' });
  if (name === 'softshrink' && Number(pythonNumber(call.value('lambd')) ?? 0) < 0) giveUp('a negative lambda');
  if (name === 'celu' && Number(pythonNumber(call.value('alpha')) ?? 1) === 0)
    refuse('invalid-argument', 'ZeroDivisionError: alpha cannot be 0 for CELU', { argument: 'alpha' });
}

const inPlace = ['celu', 'elu', 'hardtanh', 'leaky_relu', 'relu', 'rrelu', 'selu', 'threshold'];

const functionNames = [
  ...Object.keys(rules).map((name) => `torch.nn.functional.${name}`),
  ...inPlace.map((name) => `torch.nn.functional.${name}_`),
];

export const activation = operator({
  id: 'activation',
  names: functionNames,
  params: signatures,
  infer: answering((call, solve, name) => {
    const short = name.slice(name.lastIndexOf('.') + 1).replace(/_$/, '');
    // In place, hardtanh leaves its limits to clamp.
    if (!name.endsWith('hardtanh_')) checkOptions(call, short);
    if (short === 'rrelu') drawsSlopes(call.tensor('input'), flag(call, 'training'));
    return activate(solve, call.tensor('input'), short);
  }),
});

const layerRules: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(rules).flatMap(([name, [className]]) => (className === null ? [] : [[`torch.nn.${className}`, name]])),
);

/** In training, rrelu draws its slopes: another kernel, for float32 and float64 only. */
function drawsSlopes(input: TensorValue, training: boolean | undefined): void {
  if (training === false || input.dtype === 'float32' || input.dtype === 'float64' || input.dtype === undefined) return;
  if (training === undefined || isHalf(input.dtype)) giveUp('random slopes of another element type');
  kernelTakes(input, 'rrelu_with_noise_out_cpu', () => true);
}

/** `min_val` and `max_val` have older names. */
function checkLimits(call: Call): void {
  const [low, high] = ['min', 'max'].map((end) => {
    const old = call.value(`${end}_value`);
    return old.kind === 'none' ? call.value(`${end}_val`) : old;
  });
  const [least, most] = [pythonNumber(low), pythonNumber(high)];
  if (least !== undefined && most !== undefined && Number(most) <= Number(least))
    refuse('invalid-argument', `max_val (${most}) must be greater than min_val (${least})`, { argument: 'max_val' });
}

export const activationLayer = layer({
  id: 'activation',
  names: Object.keys(layerRules),
  // Layers without options take none, whatever Python's catch-all says.
  params: (name) => signatures(name).map((signature) => (signature.startsWith('*args') ? '' : signature)),
  inputs: ['input: Tensor'],
  build: building((call, _solve, name) => {
    if (name === 'torch.nn.Hardtanh') checkLimits(call);
    return plain();
  }),
  forward: applying((self, call, solve, name) => {
    const short = layerRules[name] ?? giveUp(`the layer ${name}`);
    if (short !== 'hardtanh') checkOptions(self, short);
    if (short === 'rrelu') drawsSlopes(call.tensor('input'), inTraining(self));
    return activate(solve, call.tensor('input'), short);
  }),
});
