/**
 * Learning-rate schedulers: the arguments that their constructors refuse, and a first step before the optimizer's.
 *
 * Errors: `invalid-argument`, `scheduler-before-optimizer`.
 * Source: torch.optim.lr_scheduler, PyTorch 2.13.
 */
import type { CallCheck, Thing } from '../core/infer/check';
import { mismatch, type Call, type Mismatch } from '../core/infer/operator';
import type { Scene } from '../core/infer/scene';
import { bool, type Value } from '../core/infer/value';
import { advice } from './common/advice';
import { given, instead } from './common/callFixes';
import { argument, broken, isGivenValue, isNone, numberOf, type Limit } from './common/numbers';
import { hasMomentum, isOptimizer, STEPPED } from './optimizer';

interface Declared {
  readonly params: string;
  readonly limits?: readonly Limit[];
  readonly refuses?: (call: Call, scene: Scene) => string | undefined;
}

const within =
  (low: number, high: number) =>
  (value: number): boolean =>
    value >= low && value <= high;
const between = (name: string, holds: Limit['holds'], sentence: string): Limit => ({ argument: name, holds, sentence });

const schedulers: Readonly<Record<string, Declared>> = {
  ConstantLR: {
    params: 'optimizer: any, factor: float = 0.3333333333333333, total_iters: int = 5, last_epoch: int = -1',
    limits: [between('factor', within(0, 1), 'Constant multiplicative factor expected to be between 0 and 1.')],
  },
  CosineAnnealingLR: { params: 'optimizer: any, T_max: any, eta_min: float = 0.0, last_epoch: int = -1' },
  CosineAnnealingWarmRestarts: {
    params: 'optimizer: any, T_0: any, T_mult: any = 1, eta_min: float = 0.0, last_epoch: int = -1',
    refuses(call) {
      const [first, factor] = [call.value('T_0'), call.value('T_mult')];
      const [start, times] = [numberOf(first), numberOf(factor)];
      if (start !== undefined && (start.value <= 0 || first.kind !== 'int'))
        return `Expected positive integer T_0, but got ${start.shown}`;
      return times !== undefined && (times.value < 1 || factor.kind !== 'int')
        ? `Expected integer T_mult >= 1, but got ${times.shown}`
        : undefined;
    },
  },
  CyclicLR: {
    params:
      "optimizer: any, base_lr: any, max_lr: any, step_size_up: any = 2000, step_size_down: any = None, mode: str = 'triangular', gamma: float = 1.0, scale_fn: any = None, scale_mode: str = 'cycle', cycle_momentum: bool = True, base_momentum: any = 0.8, max_momentum: any = 0.9, last_epoch: int = -1",
    refuses(call, scene) {
      const mode = call.value('mode');
      if (mode.kind === 'str' && mode.value !== undefined && isNone(call, 'scale_fn'))
        if (!['triangular', 'triangular2', 'exp_range'].includes(mode.value))
          return 'mode is invalid and scale_fn is None';
      return withoutMomentum(call, scene);
    },
  },
  ExponentialLR: { params: 'optimizer: any, gamma: float, last_epoch: int = -1' },
  LambdaLR: { params: 'optimizer: any, lr_lambda: any, last_epoch: int = -1' },
  LinearLR: {
    params:
      'optimizer: any, start_factor: float = 0.3333333333333333, end_factor: float = 1.0, total_iters: int = 5, last_epoch: int = -1',
    limits: [
      between(
        'start_factor',
        (value) => value > 0 && value <= 1,
        'Starting multiplicative factor expected to be greater than 0 and less or equal to 1.',
      ),
      between('end_factor', within(0, 1), 'Ending multiplicative factor expected to be between 0 and 1.'),
    ],
  },
  MultiStepLR: {
    params: 'optimizer: any, milestones: any, gamma: float = 0.1, last_epoch: int = -1',
    refuses: (call) => (call.value('milestones').kind === 'int' ? "'int' object is not iterable" : undefined),
  },
  MultiplicativeLR: { params: 'optimizer: any, lr_lambda: any, last_epoch: int = -1' },
  OneCycleLR: {
    params:
      "optimizer: any, max_lr: any, total_steps: any = None, epochs: any = None, steps_per_epoch: any = None, pct_start: any = 0.3, anneal_strategy: str = 'cos', cycle_momentum: bool = True, base_momentum: any = 0.85, max_momentum: any = 0.95, div_factor: float = 25.0, final_div_factor: float = 10000.0, three_phase: bool = False, last_epoch: int = -1",
    refuses: (call, scene) => cycleLength(call) ?? cycleForm(call) ?? withoutMomentum(call, scene),
  },
  PolynomialLR: { params: 'optimizer: any, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1' },
  ReduceLROnPlateau: {
    params:
      "optimizer: any, mode: str = 'min', factor: float = 0.1, patience: int = 10, threshold: float = 0.0001, threshold_mode: str = 'rel', cooldown: int = 0, min_lr: any = 0, eps: float = 1e-08",
    limits: [between('factor', (value) => value < 1, 'Factor should be < 1.0.')],
    refuses: (call) =>
      unknownMode(call, 'mode', ['min', 'max'], (mode) => `mode ${mode} is unknown!`) ??
      unknownMode(call, 'threshold_mode', ['rel', 'abs'], (mode) => `threshold mode ${mode} is unknown!`),
  },
  SequentialLR: {
    params: 'optimizer: any, schedulers: any, milestones: any, last_epoch: int = -1',
    refuses(call, scene) {
      const [parts, marks] = ['schedulers', 'milestones'].map((name) => scene.items(call.value(name))?.length);
      if (parts === 0) return 'SequentialLR expects at least one scheduler, but got no scheduler.';
      if (parts === undefined || marks === undefined || marks === parts - 1) return undefined;
      return (
        'Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, ' +
        `but got number of schedulers ${parts} and the number of milestones to be equal to ${marks}`
      );
    },
  },
  StepLR: { params: 'optimizer: any, step_size: any, gamma: float = 0.1, last_epoch: int = -1' },
};

/** How many steps a cycle has; torch wants it in one of two ways. */
function cycleLength(call: Call): string | undefined {
  const notPositive = (name: string): string | undefined => {
    const value = call.value(name);
    const number = numberOf(value);
    return number !== undefined && (number.value <= 0 || value.kind !== 'int')
      ? `Expected positive integer ${name}, but got ${number.shown}`
      : undefined;
  };
  if (isGivenValue(call, 'total_steps')) return notPositive('total_steps');
  if (!isNone(call, 'total_steps')) return undefined;
  if (isGivenValue(call, 'epochs') && isGivenValue(call, 'steps_per_epoch'))
    return notPositive('epochs') ?? notPositive('steps_per_epoch');
  return isNone(call, 'epochs') || isNone(call, 'steps_per_epoch')
    ? 'You must define either total_steps OR (epochs AND steps_per_epoch)'
    : undefined;
}

function cycleForm(call: Call): string | undefined {
  const share = argument(call, 'pct_start');
  if (share !== undefined && (share.value < 0 || share.value > 1 || call.value('pct_start').kind !== 'float'))
    return `Expected float between 0 and 1 pct_start, but got ${share.shown}`;
  return unknownMode(
    call,
    'anneal_strategy',
    ['cos', 'linear'],
    (mode) => `anneal_strategy must be one of 'cos' or 'linear', instead got ${mode}`,
  );
}

function unknownMode(
  call: Call,
  name: string,
  known: readonly string[],
  sentence: (mode: string) => string,
): string | undefined {
  const mode = call.value(name);
  return mode.kind === 'str' && mode.value !== undefined && !known.includes(mode.value)
    ? sentence(mode.value)
    : undefined;
}

const NO_MOMENTUM = 'optimizer must support momentum or beta1 with `cycle_momentum` option enabled';

function withoutMomentum(call: Call, scene: Scene): string | undefined {
  const cycles = call.value('cycle_momentum');
  const cls = scene.object(call.value('optimizer'))?.cls;
  if (cycles.kind !== 'bool' || cycles.value !== true || cls === undefined) return undefined;
  return isOptimizer(cls) && !hasMomentum(cls) ? NO_MOMENTUM : undefined;
}

const declared = (name: string): Declared => schedulers[name.slice('torch.optim.lr_scheduler.'.length)] as Declared;
const SCHEDULED = '<scheduled>';

function refusal(call: Call, scene: Scene, name: string): Mismatch | undefined {
  const { params, limits, refuses } = declared(name);
  const cls = scene.classOfModule(call.value('optimizer'));
  if (cls !== undefined) return mismatch('invalid-argument', `${cls} is not an Optimizer`, { argument: 'optimizer' });
  const limit = broken(call, limits ?? []);
  if (limit !== undefined)
    return {
      ...mismatch('invalid-argument', limit.message),
      edits: instead(scene, params, limit.argument, limit.holds),
    };
  const message = refuses?.(call, scene);
  if (message === undefined) return undefined;
  const edits = message === NO_MOMENTUM ? given(scene, { cycle_momentum: 'False' }) : [];
  return { ...mismatch('invalid-argument', message), edits };
}

const make = (names: readonly string[], base: string): Thing => ({
  kind: 'thing',
  id: 'scheduler',
  names: names.map((name) => `torch.optim.lr_scheduler.${name}`),
  base,
  params: (name) => [declared(name).params],
  make: (call, scene, _solve, name): Readonly<Record<string, Value>> | Mismatch =>
    refusal(call, scene, name) ?? { [SCHEDULED]: call.value('optimizer') },
});

const WATCHED = 'torch.optim.lr_scheduler.LRScheduler';
/** Follows a measure, not a count of steps: it may come whenever it likes. */
const FREE = 'torch.optim.lr_scheduler.ReduceLROnPlateau';

const step: CallCheck = {
  kind: 'call',
  id: 'scheduler',
  names: [`${WATCHED}.step`],
  params: () => ['epoch: any = None'],
  look(_call, scene) {
    const scheduler = scene.object(scene.self);
    if (scheduler === undefined || scheduler.attributes.has(STEPPED)) return undefined;
    scene.note(scheduler.value, STEPPED, bool(true));
    const optimizer = scene.object(scheduler.attributes.get(SCHEDULED));
    if (optimizer?.cls === undefined || !isOptimizer(optimizer.cls) || optimizer.attributes.has(STEPPED))
      return undefined;
    return advice(
      'scheduler-before-optimizer',
      'warning',
      'Detected call of `lr_scheduler.step()` before `optimizer.step()`: the first value of the learning rate is skipped',
      {
        related:
          optimizer.built === undefined
            ? []
            : [{ place: optimizer.built.place, message: 'the optimizer is made here' }],
      },
    );
  },
};

export const scheduler: readonly (Thing | CallCheck)[] = [
  make(
    Object.keys(schedulers).filter((name) => `torch.optim.lr_scheduler.${name}` !== FREE),
    WATCHED,
  ),
  make(['ReduceLROnPlateau'], FREE),
  step,
];
