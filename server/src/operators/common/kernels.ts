/**
 * Element types for which PyTorch's CPU kernels are missing. Where the sentence is not known the answer
 * is "not known", never a value.
 * Source: the `dtypes` of torch.testing._internal.common_methods_invocations.op_db, PyTorch 2.13.
 */
import type { DType } from '../../core/shape/dtype';
import { plainName } from './names';

const complex = 'complex64 complex128';
const whole = 'uint8 int8 int16 int32 int64';
const half = 'float16 bfloat16';

const groups: readonly (readonly [dtypes: string, names: string])[] = [
  [
    complex,
    'amax amin aminmax arctan2 argsort atan2 clamp_max clamp_min copysign cummax cummin deg2rad digamma erf erfc erfinv fmax fmin ge gt le lt greater greater_equal less less_equal heaviside ' +
      'i0 i0e i1 i1e isneginf isposinf lgamma logit max maximum min minimum mode msort nan_to_num nansum polygamma rad2deg scatter_reduce sign signbit sort unique unique_consecutive xlogy relu ' +
      'bessel_j0 bessel_j1 erfcx entr log_ndtr ndtr ndtri xlog1py zeta psi gammaln hardshrink threshold rrelu celu selu',
  ],
  [
    `bool ${complex}`,
    'arange argmax argmin ceil clamp clip fix floor floor_divide fmod kthvalue median mvlgamma nanmedian remainder round topk trunc isin relu',
  ],
  [
    'bool',
    'abs absolute addbmm addcmul addmm addmv baddbmm bmm cross dot inner matmul multi_dot mm mv trace vdot tensordot chain_matmul selu celu rrelu threshold hardshrink',
  ],
  [`bool ${whole} ${complex}`, 'frac hypot logaddexp2 nanmean nextafter poisson exponential cauchy log_normal'],
  [`bool ${whole}`, 'addcdiv dist logaddexp logcumsumexp renorm'],
  [`bool ${whole} ${half} ${complex}`, 'quantile nanquantile'],
  [`bool ${half} float32 float64 ${complex}`, 'gcd lcm bitwise_left_shift bitwise_right_shift'],
  [half, 'zeta bessel_j0 bessel_j1 ndtri log_ndtr erfcx'],
  [`bool ${whole}`, 'celu selu rrelu hardshrink'],
  [complex, 'bernoulli geometric multinomial'],
];

const lacking = new Map<string, Set<string>>();
for (const [dtypes, names] of groups)
  for (const name of names.split(' ')) {
    const known = lacking.get(name) ?? new Set<string>();
    for (const dtype of dtypes.split(' ')) known.add(dtype);
    lacking.set(name, known);
  }

/** Whether the operator of this name is known to refuse tensors of this type. */
export const lacksKernel = (name: string, dtype: DType | undefined): boolean =>
  dtype !== undefined && lacking.get(plainName(name))?.has(dtype) === true;
