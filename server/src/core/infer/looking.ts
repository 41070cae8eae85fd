/** Runs checks where evaluation meets what they look at, and keeps what tensors are known to be. */
import type * as tree from '../python/tree';
import type { Place } from '../text/place';
import { bindCall, type Arguments, type Bound } from './bind';
import { checksOf, givenBy, loopChecks, thingNamed, type LoopCheck, type Thing } from './check';
import type { Evaluator } from './evaluator';
import type { Construction } from './heap';
import { forgetIndices, indicesGiven } from './indices';
import { settle } from './latent';
import { Leave, type State } from './machine';
import type { Mismatch } from './operator';
import { Scene } from './scene';
import { tensor, unknown, type TensorValue, type Trait, type Value } from './value';

// ---- calls

/**
 * Looks at a call whose arguments are bound. True where PyTorch refuses it: then it has no value.
 */
export function lookAtCall(
  ev: Evaluator,
  name: string,
  bound: Bound,
  node: tree.Expr,
  of: { readonly self?: Value | undefined; readonly built?: Construction | undefined } = {},
): boolean {
  let refused = false;
  for (const check of checksOf(name) ?? []) {
    const scene = new Scene(ev, node, of.self, of.built?.place);
    const found = asked(ev, node, () => check.look(ev.argumentsOf(bound.values, bound.given), scene, ev.solve, name));
    if (found === undefined) continue;
    ev.report.mismatch(ev, found, node, { bound, built: of.built });
    refused ||= found.severity === undefined;
  }
  return refused;
}

/** The same for a call that no operator or layer binds. */
export function lookAtUnbound(ev: Evaluator, name: string, args: Arguments, node: tree.Expr, self?: Value): boolean {
  const params = checksOf(name)?.find((check) => check.params !== undefined)?.params;
  if (params === undefined) return false;
  const bound = bindCall(params(name), args, (value) => ev.itemsOf(value));
  return bound !== undefined && bound !== 'ambiguous' && lookAtCall(ev, name, bound, node, { self });
}

function asked<T>(ev: Evaluator, node: tree.Expr, ask: () => T | undefined): T | undefined {
  const { machine } = ev;
  const outer = machine.place;
  machine.place = node;
  machine.because = [];
  try {
    return ask();
  } catch (error) {
    if (error instanceof Leave) return undefined;
    throw error;
  } finally {
    machine.place = outer;
  }
}

// ---- things

const isMismatch = (made: Readonly<Record<string, Value>> | Mismatch): made is Mismatch =>
  typeof made.kind === 'string';

/** An optimizer, a scheduler: an object whose class the catalogue knows. */
export function makeThing(ev: Evaluator, thing: Thing, name: string, args: Arguments, node: tree.Expr): Value {
  const bound = bindCall(thing.params(name), args, (value) => ev.itemsOf(value));
  if (bound === undefined || bound === 'ambiguous') return unknown(`the arguments of ${name}`, node);
  const places = new Map<string, Place>();
  for (const [param, given] of bound.given) if (given.place !== undefined) places.set(param, given.place);
  const scene = new Scene(ev, node, undefined);
  const made = asked(ev, node, () => thing.make(ev.argumentsOf(bound.values, bound.given), scene, ev.solve, name));
  if (made === undefined) return unknown(`what ${name} was given`, node);
  if (!isMismatch(made)) return ev.machine.newInstance(name, Object.entries(made), { place: node, arguments: places });
  ev.report.mismatch(ev, made, node, { bound, built: undefined });
  return unknown(made.message, node);
}

/** A method of a thing; undefined for any other object. */
export function thingMethod(
  ev: Evaluator,
  self: Value,
  cls: string,
  method: string,
  args: Arguments,
  node: tree.Expr,
): Value | undefined {
  const thing = thingNamed(cls);
  if (thing === undefined) return undefined;
  lookAtUnbound(ev, `${thing.base}.${method}`, args, node, self);
  return unknown(`what ${method}() gives`, node);
}

// ---- loops

const fitting = new WeakMap<tree.Stmt, readonly LoopCheck[]>();

/** Looks at a loop as it is reached in a state. */
export function lookAtLoop(ev: Evaluator, loop: tree.For | tree.While, state: State): void {
  let checks = fitting.get(loop);
  if (checks === undefined) {
    const text = ev.program.textOf(loop);
    fitting.set(loop, (checks = loopChecks().filter(({ marks }) => marks.test(text))));
  }
  if (checks.length === 0) return;
  ev.machine.restore(state);
  const node = loop.kind === 'for' ? loop.iterable : loop.test;
  for (const check of checks) {
    const found = asked(ev, node, () => check.look(loop, new Scene(ev, loop, undefined)));
    if (found !== undefined) ev.report.mismatch(ev, found, node);
  }
}

// ---- traits

/** The tensor that an operator or layer answered, with what is known of it. */
export function madeBy(
  name: string,
  made: TensorValue,
  bound: Bound,
  node: tree.Expr,
  built: Construction | undefined,
): TensorValue {
  const gives = givenBy(name);
  const indices = indicesGiven(name, made, bound);
  const { shape, dtype, device, parameter } = made;
  const numbers = name.endsWith('.linspace') ? made.numbers : undefined;
  const trait = traitOf(name, gives, bound, node, built);
  return tensor(shape, dtype, { device, parameter, origin: node, trait, indices, numbers });
}

function traitOf(
  name: string,
  gives: ReturnType<typeof givenBy>,
  bound: Bound,
  node: tree.Expr,
  built: Construction | undefined,
): Trait | undefined {
  if (gives === 'nothing') return undefined;
  if (gives !== undefined && gives !== 'kept' && (gives !== 'detached' || isCopy(bound)))
    return { kind: gives, by: name, place: node, built: built?.place };
  const first = firstTensor(bound);
  return first?.trait !== undefined && (gives === 'kept' || isCutOff(first, bound, built)) ? first.trait : undefined;
}

function firstTensor(bound: Bound): TensorValue | undefined {
  const first = bound.values.get('self') ?? bound.values.get('input') ?? bound.values.get('data');
  return first?.kind === 'tensor' ? first : undefined;
}

/** Whether a call takes a tensor and gives one that asks for no gradient: `torch.tensor(loss)`. */
function isCopy(bound: Bound): boolean {
  const asked = bound.values.get('requires_grad');
  return firstTensor(bound) !== undefined && (asked === undefined || (asked.kind === 'bool' && asked.value === false));
}

/** Whether a result has no gradient since nothing that it is computed from has. */
function isCutOff(first: TensorValue, bound: Bound, built: Construction | undefined): boolean {
  if (first.trait?.kind !== 'detached' || built !== undefined) return false;
  for (const value of bound.values.values())
    if (!(value.kind === 'tensor' ? hasNoGradient(value) : PLAIN.has(value.kind))) return false;
  return true;
}

const hasNoGradient = ({ trait, dtype }: TensorValue): boolean =>
  trait?.kind === 'detached' || (dtype !== undefined && !/float|complex/.test(dtype));

/** Values that no gradient comes with. */
const PLAIN = new Set<Value['kind']>(['int', 'bool', 'float', 'str', 'none', 'dtype', 'device', 'ellipsis']);

/** Forgets what was known of a tensor that is changed in place, here and in the calls in progress. */
export function forgetTrait(ev: Evaluator, written: Value): void {
  const value = settle(ev, written);
  forgetIndices(value);
  if (value.kind !== 'tensor' || (value.trait === undefined && value.numbers === undefined)) return;
  const plain: TensorValue = { ...value, trait: undefined, numbers: undefined };
  for (let active: typeof ev.activation | undefined = ev.activation; active !== undefined; active = active.caller) {
    const names = [...(ev.machine.frame(active.frame)?.vars ?? [])].filter(([, held]) => held === value);
    const frame = names.length > 0 ? ev.machine.write(active.frame) : undefined;
    if (frame?.kind === 'frame') for (const [name] of names) frame.vars.set(name, plain);
  }
}
