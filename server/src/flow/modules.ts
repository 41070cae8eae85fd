/** The module classes of a file, and running one of them with chosen arguments and inputs. */
import type { Arguments, Given } from '../core/infer/bind';
import { callFunction } from '../core/infer/functionCalls';
import { methodOf } from '../core/infer/classes';
import { construct, isModule } from '../core/infer/construct';
import { argumentsFor, constructorArguments, nameOf, openness } from '../core/infer/defaults';
import { bounded, definitions, start } from '../core/infer/entries';
import type { Evaluator } from '../core/infer/evaluator';
import type { Branch } from '../core/infer/machine';
import type { Program } from '../core/infer/program';
import { Report } from '../core/infer/report';
import { bool, tensor, type ClassValue, type FunctionValue, type Value } from '../core/infer/value';
import type * as tree from '../core/python/tree';
import { dimsOf, shapeOf } from '../core/shape/shape';
import type { Dim } from '../core/shape/dim';
import type { Finding } from '../core/finding';

/** Work that one run may cost: it is asked for, and nobody types meanwhile. */
const RUN_STEPS = 60_000;

/** The module classes of a file that have a `forward`, in the order of the file. */
export function moduleClasses(program: Program, path: string): readonly ClassValue[] {
  const module = program.script(path, false)?.module;
  if (module === undefined) return [];
  return definitions(program, module)
    .filter((value): value is ClassValue => value.kind === 'class' && isModule(value))
    .sort((a, b) => a.node.at.base + a.node.start - (b.node.at.base + b.node.start));
}

/** What somebody wrote in place of the defaults: `x=(2, 3, 224, 224), classes=10`. */
export interface Chosen {
  /** By name: of a parameter of `forward`, or of the constructor. */
  readonly named: ReadonlyMap<string, tree.Expr>;
  /** Of `forward`, in order. */
  readonly inputs: readonly tree.Expr[];
  /** Inputs of `forward` that are decided, by name. */
  readonly given?: ReadonlyMap<string, Value>;
  /** Whether parameters of `forward` have their defaults; otherwise those with None or a flag are left open. */
  readonly exact?: boolean;
}

/** An argument of `forward` as a path has it. */
export interface Input {
  readonly name: string;
  readonly value: Value;
}

export interface Ended {
  readonly self: Value;
  readonly inputs: readonly Input[];
  readonly value: Value;
}

export interface Run {
  readonly evaluator: Evaluator;
  /** One for each way in which undecided questions can be answered; empty where every one raises. */
  readonly paths: readonly Branch<Ended>[];
  readonly findings: readonly Finding[];
  /** Why it could not be run; then there are no paths. */
  readonly problem?: string;
}

/** Builds a module and calls its `forward`, as in evaluation, with what was chosen. */
export function runModule(program: Program, path: string, cls: ClassValue, chosen: Chosen): Run | undefined {
  const module = program.script(path, false)?.module;
  if (module === undefined) return undefined;
  const report = new Report(path, false);
  const ev = start(program, module, report, new Map(), RUN_STEPS);
  ev.training = bool(false);
  const forward = methodOf(ev, cls, 'forward');
  const init = methodOf(ev, cls, '__init__');
  const none = (problem: string): Run => ({ evaluator: ev, paths: [], findings: [], problem });
  if (forward === undefined) return none(`${cls.node.name} has no forward in the sources that are read`);
  const known = { forward: namesOf(forward), init: init === undefined ? [] : namesOf(init) };
  const stranger = [...chosen.named.keys()].find((name) => !known.forward.includes(name) && !known.init.includes(name));
  if (stranger !== undefined) return none(noSuchParameter(cls.node.name, stranger, known));
  if (chosen.inputs.length > known.forward.length)
    return none(
      `forward takes ${known.forward.length} inputs (${known.forward.join(', ')}), not ${chosen.inputs.length}`,
    );
  const paths: Branch<Ended>[] = [];
  bounded(() => {
    const built = ev.branches(ev.machine.seal(), () =>
      construct(ev, cls, overridden(ev, cls, chosen, known.init, known.forward), nameOf(cls.node)),
    );
    ev.tracing = true;
    for (const { state, value: self } of built)
      paths.push(...ev.branches(state, () => callForward(ev, forward, self, chosen)));
  });
  return { evaluator: ev, paths, findings: report.findings() };
}

const namesOf = (fn: FunctionValue): readonly string[] =>
  fn.node.params
    .slice(1)
    .filter(({ form }) => form !== '*' && form !== '**')
    .map(({ name }) => name);

function noSuchParameter(
  name: string,
  stranger: string,
  known: { readonly forward: readonly string[]; readonly init: readonly string[] },
): string {
  const list = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : names.join(', '));
  return `${name} has no '${stranger}': its forward takes ${list(known.forward)}, its constructor ${list(known.init)}`;
}

/** The constructor's arguments: what was chosen, else the defaults. */
function overridden(
  ev: Evaluator,
  cls: ClassValue,
  chosen: Chosen,
  init: readonly string[],
  forward: readonly string[],
): Arguments {
  const args = constructorArguments(ev, cls, 'defaults');
  const keywords = new Map<string, Given>(args.keywords);
  for (const [name, expr] of chosen.named)
    if (init.includes(name) && !forward.includes(name)) keywords.set(name, { value: ev.evaluate(expr) });
  return { ...args, keywords };
}

function callForward(ev: Evaluator, forward: FunctionValue, self: Value, chosen: Chosen): Ended {
  const inputs = argumentsFor(forward, 'tensor', 'defaults', true).map(({ name, value }, i) => {
    const expr = chosen.inputs[i] ?? chosen.named.get(name);
    if (expr !== undefined) return { name, value: asInput(ev, ev.evaluate(expr)) };
    const own = chosen.exact === true ? defaultOf(forward, name) : undefined;
    return { name, value: chosen.given?.get(name) ?? own ?? value };
  });
  const args: Arguments = {
    positional: [{ value: self }, ...inputs.map(({ value }) => ({ value }))],
    keywords: new Map(),
    ...openness(forward),
  };
  const value = callFunction(ev, forward, args, nameOf(forward.node as tree.FunctionDef), self);
  return { self, inputs, value };
}

/** The default of a parameter; undefined where it has none. */
export function defaultOf(fn: FunctionValue, name: string): Value | undefined {
  return fn.defaults[fn.node.params.findIndex((param) => param.name === name)];
}

/** Sizes in brackets are a tensor of those sizes; everything else is what it is. */
function asInput(ev: Evaluator, value: Value): Value {
  const items = value.kind === 'tuple' || value.kind === 'ref' ? ev.itemsOf(value) : undefined;
  const dims = items?.flatMap((item): Dim[] => (item.kind === 'int' ? [item.dim] : []));
  if (items === undefined || dims === undefined || items.length === 0 || dims.length !== items.length) return value;
  return tensor(shapeOf(dims), undefined);
}

/** Whether every size of a tensor is known. */
export const isRanked = (value: Value): boolean => value.kind === 'tensor' && dimsOf(value.shape) !== undefined;
