/** Functions and classes of Python, its standard library and torch's surroundings that evaluation follows. */
import { constantOf, freshSym, max, mul, num, product, sym } from '../../shape/dim';
import { dimsOf } from '../../shape/shape';
import { exactRatio } from '../arithmetic';
import { binaryOperation } from '../arithmetic';
import { callValue, loseContent } from '../calls';
import { methodOf } from '../classes';
import { knownTruth, NAMES } from '../compare';
import { elementOf, iterate } from '../containers';
import { plainText } from '../plain';
import { globalHooks, hookAll } from '../hooks';
import { settle, tensorOf } from '../latent';
import { setAttribute } from '../objects';
import { bool, float, int, none, str, tensor, tuple, unknown, type Value } from '../value';
import { at, NOWHERE, type Builtin } from './builtin';
import { divmod, extreme, gcd, logarithm, mathFunction, mathProduct, rounded, squareRoot, sum, toInt } from './numbers';
import { getAttributeCall, hasAttribute, isInstanceCall, isSubclassCall, typeCall } from './questions';
import {
  chain,
  enumerate,
  filterCall,
  length,
  mapCall,
  MAX_RANGE,
  quantified,
  range,
  sorted,
  toDict,
  toList,
  zip,
} from './sequences';
import { copyGraph } from './copy';
import { dataFunctions } from './data';
import { exportFunctions } from './exports';
import { numberFunctions } from './numpy';
import { recordFunctions } from './records';
import { formatted } from './text';

const passThrough: Builtin = (ev, args) => at(ev, args, 0) ?? none;
const nothing: Builtin = () => none;

const setAttributeCall: Builtin = (ev, args, node) => {
  const [object, name, value] = [at(ev, args, 0) ?? none, at(ev, args, 1) ?? none, at(ev, args, 2) ?? none];
  if (name.kind === 'str' && name.value !== undefined) setAttribute(ev, object, name.value, value, node);
  else loseContent(ev, object);
  return none;
};

const partial: Builtin = (_ev, args) => {
  const [first, ...rest] = args.positional;
  if (first === undefined || args.openPositional === true || args.openKeywords === true)
    return unknown('a partial of unknown content');
  return {
    kind: 'partial',
    callee: first.value,
    args: rest.map((given) => given.value),
    keywords: [...args.keywords].map(([name, given]) => [name, given.value]),
  };
};

/** As torch's `_pair`: what can be walked through stays, anything else is repeated. */
const repeated =
  (n: number): Builtin =>
  (ev, args, node) => {
    const value = settle(ev, at(ev, args, 0) ?? none);
    const items = iterate(ev, value);
    if (items !== undefined) return tuple(items);
    return value.kind === 'int' || value.kind === 'float' || value.kind === 'bool' || value.kind === 'none'
      ? tuple(Array.from({ length: n }, () => value))
      : unknown('a number or several', node);
  };

/**
 * `Function.apply` of a class of the user's: its `forward`, which gets a context first unless `setup_context` does.
 * What comes out is a new node of the graph, whatever `forward` has detached.
 */
const applyFunction: Builtin = (ev, args, node) => {
  const [first, ...inputs] = args.positional;
  const cls = first?.value;
  const forward = cls?.kind === 'class' ? methodOf(ev, cls, 'forward') : undefined;
  if (cls?.kind !== 'class' || forward === undefined) return unknown('a function without a forward', node);
  const context = methodOf(ev, cls, 'setup_context') === undefined ? [{ value: unknown('the context', node) }] : [];
  const result = callValue(ev, forward, { ...args, positional: [...context, ...inputs] }, node);
  const fresh = (value: Value): Value => (value.kind === 'tensor' ? tensor(value.shape, value.dtype) : value);
  return result.kind === 'tuple' ? tuple(result.items.map(fresh)) : fresh(result);
};

/** The limits of an element type: numbers, whichever. */
const limitsOf =
  (name: string, number: () => Value, more: readonly string[]): Builtin =>
  (ev) =>
    ev.machine.newInstance(
      name,
      ['min', 'max', ...more].map((limit) => [limit, number()]),
    );

const instanceOf =
  (name: string): Builtin =>
  (ev, args) =>
    ev.machine.newInstance(
      name,
      [...args.keywords].map(([key, given]) => [key, given.value] as const),
    );

const parameter: Builtin = (ev, args, node) => {
  const value = at(ev, args, 0, 'data');
  const data = value === undefined ? undefined : tensorOf(ev, value);
  return data === undefined
    ? unknown('a parameter of unknown data', node)
    : { ...data, parameter: true, trait: undefined, indices: undefined, numbers: undefined };
};

/** How many inputs and outputs an element of a weight has (torch/nn/init.py); any ints where its sizes aren't known. */
const fans: Builtin = (ev, args) => {
  const value = at(ev, args, 0, 'tensor');
  const weight = value && tensorOf(ev, value);
  const [outputs, inputs, ...field] = (weight && dimsOf(ev.machine.facts.shape(weight.shape))) ?? [];
  return tuple(
    [inputs, outputs].map((size) => int(size === undefined ? sym(freshSym('fan', 0)) : product([size, ...field]))),
  );
};

const callFirst: Builtin = (ev, args, node) => {
  const [first, ...rest] = args.positional;
  const keywords = new Map(
    [...args.keywords].filter(
      ([name]) => !['use_reentrant', 'preserve_rng_state', 'context_fn', 'determinism_check', 'debug'].includes(name),
    ),
  );
  return first === undefined ? none : callValue(ev, first.value, { ...args, positional: rest, keywords }, node);
};

/** Whether something is of a kind that source alone makes; of what isn't followed nobody knows. */
const kindQuestion =
  (kind: 'function' | 'class'): Builtin =>
  (ev, args) => {
    const value = at(ev, args, 0) ?? none;
    const isOpen = ['unknown', 'latent', 'external'].includes(value.kind);
    return bool(value.kind === kind ? true : isOpen ? undefined : false);
  };

const BUILTINS: Readonly<Record<string, Builtin>> = {
  ...dataFunctions,
  ...exportFunctions,
  'builtins.range': range,
  'builtins.len': length,
  'builtins.int': toInt,
  'builtins.float': (ev, args) => {
    const value = at(ev, args, 0) ?? float(0);
    if (value.kind === 'float') return value;
    if (value.kind === 'str')
      return float(
        value.value !== undefined && /^[-+]?(inf|\d)/i.test(value.value)
          ? Number(value.value.replace(/inf(inity)?/i, 'Infinity'))
          : undefined,
      );
    const ratio = exactRatio(value);
    const n = ratio && constantOf(ratio.over);
    return n !== undefined
      ? float(n)
      : ratio === undefined
        ? float(undefined)
        : { kind: 'float', value: undefined, ratio };
  },
  'builtins.bool': (ev, args) => bool(knownTruth(ev, at(ev, args, 0) ?? bool(false))),
  'builtins.str': (ev, args) => str(plainText(at(ev, args, 0) ?? str(''))),
  'builtins.repr': () => str(undefined),
  'builtins.format': (ev, args) => {
    const [value, spec] = [at(ev, args, 0) ?? none, at(ev, args, 1) ?? str('')];
    return str(spec.kind === 'str' && spec.value !== undefined ? formatted(value, spec.value) : undefined);
  },
  'builtins.abs': (ev, args, node) => {
    const value = at(ev, args, 0) ?? none;
    if (value.kind === 'int') return int(max(value.dim, mul(value.dim, num(-1))));
    if (value.kind === 'float') return float(value.value === undefined ? undefined : Math.abs(value.value));
    return value.kind === 'tensor'
      ? callValue(ev, { kind: 'external', path: 'torch.abs' }, args, node)
      : unknown('an absolute value', node);
  },
  'builtins.min': extreme('min'),
  'builtins.max': extreme('max'),
  'builtins.sum': sum,
  'builtins.pow': (ev, args, node) => binaryOperation(ev, '**', at(ev, args, 0) ?? none, at(ev, args, 1) ?? none, node),
  'builtins.divmod': divmod,
  'builtins.isinstance': isInstanceCall,
  'builtins.issubclass': isSubclassCall,
  'builtins.dir': (ev, args) => ev.machine.newInstance(NAMES, [['of', at(ev, args, 0) ?? none]]),
  'builtins.hasattr': hasAttribute,
  'builtins.getattr': getAttributeCall,
  'builtins.setattr': setAttributeCall,
  'inspect.isfunction': kindQuestion('function'),
  'inspect.isclass': kindQuestion('class'),
  'builtins.callable': (ev, args) => {
    const value = at(ev, args, 0) ?? none;
    return bool(
      ['function', 'method', 'class', 'partial'].includes(value.kind)
        ? true
        : ['int', 'str', 'none', 'float', 'bool', 'tuple'].includes(value.kind)
          ? false
          : undefined,
    );
  },
  'builtins.list': toList('list'),
  'builtins.tuple': toList('tuple'),
  'builtins.set': toList('set'),
  'builtins.frozenset': toList('set'),
  'builtins.iter': toList('list'),
  'builtins.dict': toDict,
  'collections.OrderedDict': toDict,
  'collections.defaultdict': (ev, args) => {
    const [missing = none, ...others] = args.positional.map(({ value }) => settle(ev, value));
    const open = others.length > 0 || args.keywords.size > 0 || args.openPositional === true || missing.kind === 'none';
    return ev.machine.newDict([], open, missing);
  },
  'builtins.zip': zip,
  'builtins.enumerate': enumerate,
  'builtins.map': mapCall,
  'builtins.filter': filterCall,
  'builtins.reversed': (ev, args, node) => {
    const items = iterate(ev, at(ev, args, 0) ?? none);
    return ev.machine.newList(
      items === undefined ? undefined : [...items].reverse(),
      'list',
      items === undefined ? elementOf(ev, at(ev, args, 0) ?? none, node) : none,
    );
  },
  'builtins.sorted': sorted,
  'builtins.any': quantified(false),
  'builtins.all': quantified(true),
  'builtins.print': nothing,
  'builtins.next': (ev, args, node) => {
    const value = at(ev, args, 0) ?? none;
    return iterate(ev, value)?.[0] ?? elementOf(ev, value, node);
  },
  'builtins.type': typeCall,
  'builtins.round': rounded('round'),
  'builtins.id': () => unknown('an id'),
  'builtins.object.__init__': nothing,
  'builtins.object.__setattr__': setAttributeCall,
  'builtins.slice': (ev, args) => {
    const [a, b, c] = [at(ev, args, 0) ?? none, at(ev, args, 1), at(ev, args, 2)];
    return { kind: 'slice', lower: b === undefined ? none : a, upper: b ?? a, step: c ?? none };
  },
  'builtins.super': (ev, args, node) => {
    const cls = at(ev, args, 0);
    const self = at(ev, args, 1);
    return cls?.kind === 'class' && self !== undefined
      ? { kind: 'super', self, after: cls }
      : unknown('super() of these arguments', node);
  },
  'math.ceil': rounded('ceil'),
  'math.floor': rounded('floor'),
  'math.prod': mathProduct,
  'numpy.prod': mathProduct,
  'math.sqrt': (ev, args) => squareRoot(ev, at(ev, args, 0) ?? none),
  'math.log': (ev, args) =>
    args.positional.length > 1 ? logarithm(ev, args) : mathFunction(Math.log)(ev, args, NOWHERE),
  'math.log2': mathFunction(Math.log2),
  ...numberFunctions,
  'math.exp': mathFunction(Math.exp),
  'math.gcd': (ev, args) => {
    const [a, b] = [at(ev, args, 0), at(ev, args, 1)].map((value) =>
      value?.kind === 'int' ? constantOf(value.dim) : undefined,
    );
    return a === undefined || b === undefined ? int(sym(freshSym('gcd', 1))) : int(num(gcd(a, b)));
  },
  'functools.partial': partial,
  'functools.reduce': (ev, args, node) => {
    const [fn, list, start] = [args.positional[0]?.value, at(ev, args, 1), args.positional[2]?.value];
    const items = list === undefined ? undefined : iterate(ev, list);
    if (fn === undefined || items === undefined) return unknown('a reduction of unknown values', node);
    const all = start === undefined ? items : [start, ...items];
    return all
      .slice(1)
      .reduce(
        (total, item) =>
          callValue(ev, fn, { positional: [{ value: total }, { value: item }], keywords: new Map() }, node),
        all[0] ?? none,
      );
  },
  'itertools.chain': chain,
  'operator.mul': (ev, args, node) => binaryOperation(ev, '*', at(ev, args, 0) ?? none, at(ev, args, 1) ?? none, node),
  'operator.add': (ev, args, node) => binaryOperation(ev, '+', at(ev, args, 0) ?? none, at(ev, args, 1) ?? none, node),
  'itertools.repeat': (ev, args) => {
    const [value, times] = [at(ev, args, 0) ?? none, at(ev, args, 1)];
    const n = times?.kind === 'int' ? constantOf(times.dim) : undefined;
    return n === undefined || n > MAX_RANGE
      ? ev.machine.newList(undefined, 'list', value)
      : ev.machine.newList(Array.from({ length: Math.max(0, n) }, () => value));
  },
  'copy.deepcopy': (ev, args) => copyGraph(ev, at(ev, args, 0) ?? none, true),
  'copy.copy': (ev, args) => copyGraph(ev, at(ev, args, 0) ?? none, false),
  ...recordFunctions,
  'dataclasses.field': instanceOf('dataclasses.Field'),
  'types.SimpleNamespace': instanceOf('types.SimpleNamespace'),
  'argparse.Namespace': instanceOf('argparse.Namespace'),
  'argparse.ArgumentParser': (ev) => ev.machine.newInstance('argparse.ArgumentParser'),
  ...Object.fromEntries(
    ['_single', '_pair', '_triple', '_quadruple'].map((name, i) => [`torch.nn.modules.utils.${name}`, repeated(i + 1)]),
  ),
  'torch.nn.Parameter': parameter,
  'torch.nn.parameter.Parameter': parameter,
  'torch.nn.Buffer': passThrough,
  'torch.Size': (ev, args, node) => {
    const items = iterate(ev, at(ev, args, 0) ?? tuple([]))?.map((item) => settle(ev, item));
    return items?.every((item) => item.kind === 'int') === true
      ? { kind: 'shape', shape: { lead: items.map((item) => item.dim), tail: [] } }
      : unknown('a size', node);
  },
  'torch.device': (ev, args) => {
    const name = at(ev, args, 0) ?? none;
    return { kind: 'device', device: name.kind === 'str' ? name.value?.split(':')[0] : undefined };
  },
  'torch.is_tensor': (ev, args, node) =>
    isInstanceCall(
      ev,
      {
        positional: [...args.positional.slice(0, 1), { value: { kind: 'external', path: 'torch.Tensor' } }],
        keywords: new Map(),
      },
      node,
    ),
  'torch.autograd.Function.apply': applyFunction,
  'torch.finfo': limitsOf('torch.finfo', () => float(undefined), ['eps', 'tiny', 'smallest_normal', 'resolution']),
  'torch.iinfo': limitsOf('torch.iinfo', () => int(sym(freshSym('limit', -Infinity))), []),
  'torch.compile': (ev, args) => at(ev, args, 0) ?? { kind: 'external', path: 'torch.compile' },
  'torch.jit.script': passThrough,
  'torch.jit.trace': passThrough,
  // What TorchScript has compiled is not run by Python.
  'torch.jit.is_scripting': () => bool(false),
  'torch.jit.annotate': (ev, args, node) => at(ev, args, 1) ?? unknown('torch.jit.annotate without a value', node),
  'torch.fx.wrap': passThrough,
  'torch.nn.DataParallel': passThrough,
  'torch.nn.parallel.DistributedDataParallel': passThrough,
  'torch.nn.utils.spectral_norm': passThrough,
  'torch.nn.utils.parametrizations.spectral_norm': passThrough,
  'torch.nn.utils.parametrizations.weight_norm': passThrough,
  'torch.nn.utils.weight_norm': passThrough,
  'torch.utils.checkpoint.checkpoint': callFirst,
  ...Object.fromEntries(globalHooks.map((path) => [path, hookAll])),
  'torch._assert': nothing,
  'torch.nn.init._calculate_fan_in_and_fan_out': fans,
  'torch.nn.init._calculate_correct_fan': () => int(sym(freshSym('fan', 0))),
  'torch.nn.init.calculate_gain': () => float(undefined),
};

export const builtinFunction = (path: string): Builtin | undefined =>
  Object.hasOwn(BUILTINS, path) ? BUILTINS[path] : path.startsWith('torch.nn.init.') ? passThrough : undefined;
