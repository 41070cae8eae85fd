/**
 * Initialisation of tensors that have too few dims for it, and names that it doesn't know.
 *
 * Errors: `invalid-argument`.
 * Source: torch.nn.init, PyTorch 2.13.
 */
import type { CallCheck } from '../core/infer/check';
import { mismatch, type Call } from '../core/infer/operator';
import type { Scene } from '../core/infer/scene';

type Look = (call: Call, scene: Scene) => string | undefined;

const rank =
  (holds: (rank: number) => boolean, sentence: string): Look =>
  (call, scene) => {
    const dims = scene.rank(call.value('tensor'));
    return dims === undefined || holds(dims) ? undefined : sentence;
  };

const fans = rank(
  (dims) => dims >= 2,
  'Fan in and fan out can not be computed for tensor with fewer than 2 dimensions',
);

/** Names that have a gain. */
const GAINS = new Set(
  'linear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d sigmoid tanh relu leaky_relu selu'.split(
    ' ',
  ),
);

const gain: Look = (call) => {
  const name = call.value('nonlinearity');
  return name.kind === 'str' && name.value !== undefined && !GAINS.has(name.value)
    ? `Unsupported nonlinearity ${name.value}`
    : undefined;
};

const mode: Look = (call) => {
  const name = call.value('mode');
  return name.kind === 'str' && name.value !== undefined && !['fan_in', 'fan_out'].includes(name.value.toLowerCase())
    ? `Mode ${name.value.toLowerCase()} not supported, please use one of ['fan_in', 'fan_out']`
    : undefined;
};

interface Declared {
  readonly params: string;
  /** In the order in which torch looks. */
  readonly looks: readonly Look[];
}

const kaiming: Declared = {
  params: "tensor: any, a: float = 0, mode: str = 'fan_in', nonlinearity: str = 'leaky_relu', generator: any = None",
  looks: [mode, fans, gain],
};
const xavier: Declared = { params: 'tensor: any, gain: float = 1.0, generator: any = None', looks: [fans] };

const functions: Readonly<Record<string, Declared>> = {
  calculate_gain: { params: 'nonlinearity: str, param: any = None', looks: [gain] },
  dirac_: {
    params: 'tensor: any, groups: int = 1',
    looks: [rank((dims) => dims >= 3 && dims <= 5, 'Only tensors with 3, 4, or 5 dimensions are supported')],
  },
  eye_: {
    params: 'tensor: any',
    looks: [rank((dims) => dims === 2, 'Only tensors with 2 dimensions are supported')],
  },
  kaiming_normal_: kaiming,
  kaiming_uniform_: kaiming,
  orthogonal_: {
    params: 'tensor: any, gain: float = 1, generator: any = None',
    looks: [rank((dims) => dims >= 2, 'Only tensors with 2 or more dimensions are supported')],
  },
  sparse_: {
    params: 'tensor: any, sparsity: any, std: float = 0.01, generator: any = None',
    looks: [rank((dims) => dims === 2, 'Only tensors with 2 dimensions are supported')],
  },
  xavier_normal_: xavier,
  xavier_uniform_: xavier,
};

const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

export const initialization: CallCheck = {
  kind: 'call',
  id: 'initialization',
  names: Object.keys(functions).map((name) => `torch.nn.init.${name}`),
  params: (name) => [functions[shortName(name)]?.params ?? ''],
  look(call, scene, _solve, name) {
    for (const look of functions[shortName(name)]?.looks ?? []) {
      const message = look(call, scene);
      if (message !== undefined) return mismatch('invalid-argument', message);
    }
    return undefined;
  },
};
