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
import { argument, isGivenValue, isNone, numberOf } from './common/numbers';

type Look = (call: Call, scene: Scene, name: string) => string | undefined;

/** What Python calls the types of plain values. */
const TYPES: Partial<Record<Value['kind'], string>> = {
  int: 'int',
  float: 'float',
  str: 'str',
  tuple: 'tuple',
  bool: 'bool',
};

const notModules = (scene: Scene, given: readonly Value[]): string | undefined => {
  for (const child of given) {
    const type = scene.isList(child) ? 'list' : TYPES[child.kind];
    if (type !== undefined) return `${type} is not a Module subclass`;
  }
  return undefined;
};

const children: Look = (call, scene) => notModules(scene, call.items(call.value('args')) ?? []);

const listed: Look = (call, scene) => {
  const modules = call.value('modules');
  return modules.kind === 'int' || modules.kind === 'float'
    ? `ModuleList.extend should be called with an iterable, but got ${modules.kind}`
    : notModules(scene, scene.items(modules) ?? []);
};

/** What every ModuleDict has already; a child of such a name is refused. */
const TAKEN = new Set(
  (
    'T_destination add_module apply bfloat16 buffers call_super_init children clear compile cpu cuda double dump_patches eval ' +
    'extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu items keys load_state_dict ' +
    'modules mtia named_buffers named_children named_modules named_parameters parameters pop register_backward_hook ' +
    'register_buffer register_forward_hook register_forward_pre_hook register_module register_parameter requires_grad_ ' +
    'set_extra_state set_submodule share_memory state_dict to to_empty train training type update values xpu zero_grad'
  ).split(' '),
);

const keyed: Look = (call, scene) => {
  // A KeyError shows its text as Python writes it, quotes escaped.
  for (const key of scene.keys(call.value('modules')) ?? []) {
    if (key === '') return String.raw`module name can\'t be empty string ""`;
    if (key.includes('.')) return String.raw`module name can\'t contain ".", got: ${key}`;
    if (TAKEN.has(key)) return `attribute '${key}' already exists`;
  }
  return undefined;
};

const cutoffs: Look = (call, scene) => {
  const [given, classes] = [scene.items(call.value('cutoffs'))?.map(numberOf), argument(call, 'n_classes')];
  if (given === undefined || classes === undefined || given.some((each) => each === undefined)) return undefined;
  if (given.length === 0) return 'cutoffs should be a sequence of length larger than 0';
  const numbers = given.map((each) => each?.value ?? 0);
  const fine = numbers.every(
    (each, at) => Number.isInteger(each) && each >= 1 && each <= classes.value - 1 && each > (numbers[at - 1] ?? 0),
  );
  return fine
    ? undefined
    : 'cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1';
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
  if (isGivenValue(call, 'output_size') && isGivenValue(call, 'output_ratio'))
    return 'only one of output_size and output_ratio may be specified';
  const ratio = argument(call, 'output_ratio');
  return ratio !== undefined && (ratio.value <= 0 || ratio.value >= 1)
    ? `output_ratio must be between 0 and 1 (got ${ratio.shown})`
    : undefined;
};

const delta: Look = (call, scene) => {
  const given = call.value('delta');
  const type = given.kind === 'none' ? 'NoneType' : scene.isList(given) ? 'list' : TYPES[given.kind];
  return type === undefined || ['int', 'float', 'bool'].includes(type)
    ? undefined
    : `delta must be a float or int, got: <class '${type}'>`;
};

const looks: Readonly<Record<string, Look>> = {
  'torch.nn.AdaptiveLogSoftmaxWithLoss': cutoffs,
  'torch.nn.EmbeddingBag': paddingIndex,
  'torch.nn.FractionalMaxPool2d': fractional,
  'torch.nn.FractionalMaxPool3d': fractional,
  'torch.nn.HuberLoss': delta,
  'torch.nn.ModuleDict': keyed,
  'torch.nn.ModuleList': listed,
  'torch.nn.MultiMarginLoss': power,
  'torch.nn.Sequential': children,
};

/** Signatures of what is no declared layer. */
const undeclared: Readonly<Record<string, string>> = {
  'torch.nn.AdaptiveLogSoftmaxWithLoss':
    'in_features: int, n_classes: int, cutoffs: any, div_value: float = 4.0, head_bias: bool = False, device: any = None, dtype: any = None',
  'torch.nn.ModuleDict': 'modules: any = None',
  'torch.nn.ModuleList': 'modules: any = None',
  'torch.nn.Sequential': '*args: any',
};

export const layerArguments: CallCheck = {
  kind: 'call',
  id: 'layer-arguments',
  names: Object.keys(looks),
  params: (name) => (Object.hasOwn(undeclared, name) ? [undeclared[name] ?? ''] : []),
  look(call, scene, _solve, name) {
    const message = looks[name]?.(call, scene, name);
    return message === undefined ? undefined : mismatch('invalid-argument', message);
  },
};
