/**
 * Optimizers: the numbers that their constructors refuse, and what they are given to optimize.
 *
 * Errors: `invalid-argument`, `optimizer-without-parameters`.
 * Source: the constructors in torch.optim, PyTorch 2.13.
 */
import type { CallCheck, Thing } from '../core/infer/check';
import { mismatch, type Call, type Mismatch } from '../core/infer/operator';
import type { Scene } from '../core/infer/scene';
import { bool, tuple, type Value } from '../core/infer/value';
import type { Fix } from '../core/finding';
import { given, instead, without } from './common/callFixes';
import { argument, broken, isTrue, parts, type Limit } from './common/numbers';
import { hasParameters } from './common/parameters';
import { wholeModule } from './common/wholeModule';

const atLeast =
  (least: number) =>
  (value: number): boolean =>
    value >= least;
const notNegative = (name: string, sentence: string): Limit => ({ argument: name, holds: atLeast(0), sentence });
const lr = notNegative('lr', 'Invalid learning rate: {}');
const eps = notNegative('eps', 'Invalid epsilon value: {}');
const decay = notNegative('weight_decay', 'Invalid weight_decay value: {}');
const momentum = notNegative('momentum', 'Invalid momentum value: {}');
const betas: readonly Limit[] = [0, 1].map((index) => ({
  argument: 'betas',
  index,
  holds: (value) => value >= 0 && value < 1,
  sentence: `Invalid beta parameter at index ${index}: {}`,
}));

interface Declared {
  readonly params: string;
  /** In the order in which the constructor looks. */
  readonly limits: readonly Limit[];
  /** Whether a cyclic schedule can move its momentum. */
  readonly momentum?: true;
}

const late = 'foreach: bool? = None, maximize: bool = False, differentiable: bool = False';
const keyed = `*, ${late}`;
const optimizers: Readonly<Record<string, Declared>> = {
  ASGD: {
    params: `params: any, lr: any = 0.01, lambd: float = 0.0001, alpha: float = 0.75, t0: float = 1000000.0, weight_decay: float = 0, ${late}, capturable: bool = False`,
    limits: [lr, decay],
  },
  Adadelta: {
    params: `params: any, lr: any = 1.0, rho: float = 0.9, eps: float = 1e-06, weight_decay: float = 0, foreach: bool? = None, *, capturable: bool = False, maximize: bool = False, differentiable: bool = False`,
    limits: [
      lr,
      { argument: 'rho', holds: (value) => value >= 0 && value <= 1, sentence: 'Invalid rho value: {}' },
      eps,
      decay,
    ],
  },
  Adafactor: {
    params:
      'params: any, lr: any = 0.01, beta2_decay: float = -0.8, eps: any = (None, 0.001), d: float = 1.0, weight_decay: float = 0.0, *, foreach: bool? = None, maximize: bool = False',
    limits: [
      notNegative('lr', 'Learning rate should be >= 0 but is: {}'),
      { argument: 'beta2_decay', holds: (value) => value <= 0, sentence: 'beta2_decay should be <= 0 but is: {}' },
      { argument: 'eps', index: 0, holds: atLeast(0), sentence: 'epsilon1 should be >= 0 but is: {}' },
      { argument: 'eps', index: 1, holds: atLeast(0), sentence: 'epsilon2 should be >= 0 but is: {}' },
      { argument: 'd', holds: atLeast(1), sentence: 'Clipping threshold d should be >= 1 but is: {}' },
      notNegative('weight_decay', 'weight_decay should be >= 0 but is: {}'),
    ],
  },
  Adagrad: {
    params: `params: any, lr: any = 0.01, lr_decay: float = 0, weight_decay: float = 0, initial_accumulator_value: float = 0, eps: float = 1e-10, foreach: bool? = None, *, maximize: bool = False, differentiable: bool = False, fused: bool? = None`,
    limits: [
      lr,
      notNegative('lr_decay', 'Invalid lr_decay value: {}'),
      decay,
      notNegative('initial_accumulator_value', 'Invalid initial_accumulator_value value: {}'),
      eps,
    ],
  },
  Adam: {
    params: `params: any, lr: any = 0.001, betas: any = (0.9, 0.999), eps: float = 1e-08, weight_decay: float = 0, amsgrad: bool = False, ${keyed}, capturable: bool = False, fused: bool? = None, decoupled_weight_decay: bool = False`,
    limits: [lr, eps, ...betas, decay],
    momentum: true,
  },
  AdamW: {
    params: `params: any, lr: any = 0.001, betas: any = (0.9, 0.999), eps: float = 1e-08, weight_decay: float = 0.01, amsgrad: bool = False, ${keyed}, capturable: bool = False, fused: bool? = None`,
    limits: [lr, eps, ...betas, decay],
    momentum: true,
  },
  Adamax: {
    params: `params: any, lr: any = 0.002, betas: any = (0.9, 0.999), eps: float = 1e-08, weight_decay: float = 0, foreach: bool? = None, *, maximize: bool = False, differentiable: bool = False, capturable: bool = False`,
    limits: [lr, eps, ...betas, decay],
    momentum: true,
  },
  LBFGS: {
    params:
      'params: any, lr: any = 1, max_iter: int = 20, max_eval: int? = None, tolerance_grad: float = 1e-07, tolerance_change: float = 1e-09, history_size: int = 100, line_search_fn: str? = None',
    limits: [lr],
  },
  Muon: {
    params:
      'params: any, lr: float = 0.001, weight_decay: float = 0.1, momentum: float = 0.95, nesterov: bool = True, ns_coefficients: any = (3.4445, -4.775, 2.0315), eps: float = 1e-07, ns_steps: int = 5, adjust_lr_fn: str? = None',
    limits: [
      notNegative('lr', 'Learning rate should be >= 0 but is: {}'),
      notNegative('momentum', 'momentum should be >= 0 but is: {}'),
      notNegative('weight_decay', 'weight decay should be >= 0 but is: {}'),
    ],
    momentum: true,
  },
  NAdam: {
    params: `params: any, lr: any = 0.002, betas: any = (0.9, 0.999), eps: float = 1e-08, weight_decay: float = 0, momentum_decay: float = 0.004, decoupled_weight_decay: bool = False, ${keyed}, capturable: bool = False`,
    limits: [lr, eps, ...betas, decay, notNegative('momentum_decay', 'Invalid momentum_decay value: {}')],
    momentum: true,
  },
  RAdam: {
    params: `params: any, lr: any = 0.001, betas: any = (0.9, 0.999), eps: float = 1e-08, weight_decay: float = 0, decoupled_weight_decay: bool = False, ${keyed}, capturable: bool = False`,
    limits: [lr, eps, ...betas, decay],
    momentum: true,
  },
  RMSprop: {
    params: `params: any, lr: any = 0.01, alpha: float = 0.99, eps: float = 1e-08, weight_decay: float = 0, momentum: float = 0, centered: bool = False, capturable: bool = False, ${late}`,
    limits: [lr, eps, momentum, decay, notNegative('alpha', 'Invalid alpha value: {}')],
    momentum: true,
  },
  Rprop: {
    params: `params: any, lr: any = 0.01, etas: any = (0.5, 1.2), step_sizes: any = (1e-06, 50), *, capturable: bool = False, ${late}`,
    limits: [lr],
  },
  SGD: {
    params: `params: any, lr: any = 0.001, momentum: float = 0, dampening: float = 0, weight_decay: any = 0, nesterov: bool = False, *, maximize: bool = False, foreach: bool? = None, differentiable: bool = False, fused: bool? = None`,
    limits: [lr, momentum, decay],
    momentum: true,
  },
  SparseAdam: {
    params: 'params: any, lr: any = 0.001, betas: any = (0.9, 0.999), eps: float = 1e-08, maximize: bool = False',
    limits: [{ ...lr, holds: (value) => value > 0 }, { ...eps, holds: (value) => value > 0 }, ...betas],
    momentum: true,
  },
};

const PREFIX = 'torch.optim.';
const declared = (name: string): Declared => optimizers[name.slice(PREFIX.length)] as Declared;
/** Whether a full name is an optimizer of torch's own. */
export const isOptimizer = (name: string): boolean =>
  name.startsWith(PREFIX) && Object.hasOwn(optimizers, name.slice(PREFIX.length));
/** Whether a cyclic schedule can move the momentum of this optimizer. */
export const hasMomentum = (name: string): boolean => declared(name).momentum === true;

const refuses = (message: string, name: string, edits: readonly Fix[]): Mismatch => ({
  ...mismatch('invalid-argument', message, { argument: name }),
  edits,
});

/** What the constructor looks at before it looks at the parameters. */
function arguments_(call: Call, scene: Scene, name: string): Mismatch | undefined {
  const { params, limits } = declared(name);
  const found = broken(call, limits);
  if (found !== undefined)
    return refuses(found.message, found.argument, instead(scene, params, found.argument, found.holds));
  return name.endsWith('.SGD')
    ? nesterov(call, scene)
    : name.endsWith('.Rprop')
      ? etas(call, scene, params)
      : undefined;
}

function nesterov(call: Call, scene: Scene): Mismatch | undefined {
  const [speed, dampening] = [argument(call, 'momentum'), argument(call, 'dampening')];
  if (!isTrue(call, 'nesterov')) return undefined;
  if ((speed === undefined || speed.value > 0) && (dampening === undefined || dampening.value === 0)) return undefined;
  const values = {
    ...(speed !== undefined && speed.value <= 0 ? { momentum: '0.9' } : {}),
    ...(dampening !== undefined && dampening.value !== 0 ? { dampening: '0' } : {}),
  };
  const told = 'Nesterov momentum requires a momentum and zero dampening';
  return refuses(told, 'nesterov', given(scene, values));
}

function etas(call: Call, scene: Scene, params: string): Mismatch | undefined {
  const [low, high] = parts(call, 'etas');
  if (low === undefined || high === undefined) return undefined;
  return low.value > 0 && low.value < 1 && high.value > 1
    ? undefined
    : refuses(
        `Invalid eta values: ${low.shown}, ${high.shown}`,
        'etas',
        instead(scene, params, 'etas', () => false),
      );
}

/** The modules whose parameters an optimizer was given; undefined where it was given something else too. */
function modulesOf(scene: Scene, params: Value): readonly Value[] | undefined {
  const owner = scene.ownerOfParameters(params);
  if (owner !== undefined) return [owner];
  const groups = scene.items(params)?.map((group) => {
    const inner = scene.entry(group, 'params');
    return inner && scene.ownerOfParameters(inner);
  });
  return groups?.every((group) => group !== undefined) === true ? groups : undefined;
}

/** Attribute of an optimizer: the modules whose parameters it has. */
export const OPTIMIZED = '<optimized>';
/** Attribute of an optimizer: whether it has stepped. */
export const STEPPED = '<stepped>';

const make: Thing = {
  kind: 'thing',
  id: 'optimizer',
  names: Object.keys(optimizers).map((name) => `torch.optim.${name}`),
  base: 'torch.optim.Optimizer',
  params: (name) => [declared(name).params],
  make(call, scene, _solve, name): Readonly<Record<string, Value>> | Mismatch {
    const refused = arguments_(call, scene, name);
    if (refused !== undefined) return refused;
    const params = call.value('params');
    const whole = wholeModule(scene, params, 'params');
    if (whole !== undefined) return whole;
    if (isTrue(call, 'foreach') && isTrue(call, 'fused') && name !== `${PREFIX}Adagrad`)
      return refuses('`fused` and `foreach` cannot be `True` together.', 'fused', without(scene, ['foreach']));
    const modules = modulesOf(scene, params);
    if (isEmpty(scene, params))
      return mismatch('optimizer-without-parameters', 'optimizer got an empty parameter list');
    return modules === undefined ? {} : { [OPTIMIZED]: tuple(modules) };
  },
};

/** Whether there is certainly nothing to optimize; groups of nothing are allowed. */
function isEmpty(scene: Scene, params: Value): boolean {
  const owner = scene.ownerOfParameters(params);
  return owner === undefined ? scene.items(params)?.length === 0 : hasParameters(scene, owner) === false;
}

const step: CallCheck = {
  kind: 'call',
  id: 'optimizer',
  names: ['torch.optim.Optimizer.step'],
  params: () => ['closure: any = None'],
  look(_call, scene) {
    if (scene.self !== undefined) scene.note(scene.self, STEPPED, bool(true));
    return undefined;
  },
};

export const optimizer: readonly (Thing | CallCheck)[] = [make, step];
