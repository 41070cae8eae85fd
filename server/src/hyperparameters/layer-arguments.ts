/**
 * Arguments that constructors of layers refuse, and that no rule about shapes looks at.
 *
 * Errors: `invalid-argument`.
 * Source: the constructors in torch.nn, PyTorch 2.13.
 */
import type { CallCheck } from '../core/infer/check';
import { mismatch, type Call } from '../core/infer/operator';
import type { Scene } from '../core/infer/scene';
import type { Value } from '../core/infer/value';
import { argument, isGivenValue, isNone } from './common/numbers';

type Look = (call: Call, scene: Scene, name: string) => string | undefined;

/** What Python calls the types of values that are certainly no module. */
const TYPES: Partial<Record<Value['kind'], string>> = {
  int: 'int',
  float: 'float',
  str: 'str',
  tuple: 'tuple',
  bool: 'bool',
};

const children: Look = (call, scene) => {
  const given = call.items(call.value('args')) ?? [];
  for (const child of given) {
    const type = scene.isList(child) ? 'list' : TYPES[child.kind];
    if (type !== undefined) return `${type} is not a Module subclass`;
  }
  return undefined;
};

const paddingIndex: Look = (call) => {
  const [index, count] = [argument(call, 'padding_idx'), argument(call, 'num_embeddings')];
  return index !== undefined && count !== undefined && (index.value >= count.value || index.value < -count.value)
    ? 'padding_idx must be within num_embeddings'
    : undefined;
};

const power: Look = (call) => {
  const p = argument(call, 'p');
  return p !== undefined && p.value !== 1 && p.value !== 2 ? 'only p == 1 and p == 2 supported' : undefined;
};

const fractional: Look = (call, _scene, name) => {
  if (isNone(call, 'output_size') && isNone(call, 'output_ratio'))
    return `${name.slice('torch.nn.'.length)} requires specifying either an output size, or a pooling ratio`;
  return isGivenValue(call, 'output_size') && isGivenValue(call, 'output_ratio')
    ? 'only one of output_size and output_ratio may be specified'
    : undefined;
};

const looks: Readonly<Record<string, Look>> = {
  'torch.nn.EmbeddingBag': paddingIndex,
  'torch.nn.FractionalMaxPool2d': fractional,
  'torch.nn.FractionalMaxPool3d': fractional,
  'torch.nn.MultiMarginLoss': power,
  'torch.nn.Sequential': children,
};

export const layerArguments: CallCheck = {
  kind: 'call',
  id: 'layer-arguments',
  names: Object.keys(looks),
  params: (name) => (name === 'torch.nn.Sequential' ? ['*args: any'] : []),
  look(call, scene, _solve, name) {
    const message = looks[name]?.(call, scene, name);
    return message === undefined ? undefined : mismatch('invalid-argument', message);
  },
};
