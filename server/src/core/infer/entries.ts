/**
 * What is evaluated of a file: its script code, every class with its defaults, every function.
 */
import type * as tree from '../python/tree';
import type { Finding } from '../finding';
import { callFunction } from './functionCalls';
import { methodOf } from './classes';
import { argumentsFor, constructorArguments, nameOf, openness } from './defaults';
import { construct, isModule } from './construct';
import { sameList, type Dependencies } from './dependencies';
import { Evaluator } from './evaluator';
import type { Memo } from './memo';
import { sameUses, type Uses } from './mentions';
import { isTooMuch, Machine, type State } from './machine';
import type { Module, Program } from './program';
import { forgetReassigned } from './reassigned';
import { Report, type Recorded } from './report';
import { bool, type ClassValue, type FunctionValue, type Value } from './value';
import type { ExportCall } from './builtins/exports';
import { forwardText } from './signatureText';

/** How much work the entries of a file may cost. */
interface Effort {
  /** One class, or a function without parameters that isn't a script of its own. */
  readonly entry: number;
  /** All entries together; what comes after is not evaluated. */
  readonly file: number;
  /** One function with parameters. */
  readonly function: number;
  /** All of those together: most only pass options on. */
  readonly functions: number;
  /** A function without parameters: `main()`, a test. */
  readonly script: number;
}
/** For findings: at every edit. */
const CHECKING: Effort = { entry: 3_600, file: 16_000, function: 1_500, functions: 1_500, script: 12_000 };
/** For shapes: when somebody asks for them. */
const LOOKING: Effort = { entry: 16_000, file: 80_000, function: 4_000, functions: 8_000, script: 16_000 };
/** For models that functions of the file build of classes that say little by themselves. */
const MODELS: Effort = { entry: 0, file: 6_000, function: 6_000, functions: 6_000, script: 6_000 };
/** What an entry costs up to this doesn't count: a file may have any number of small ones. */
const FREE_STEPS = 300;
/** The slot of entries; modules count from 1. */
const ENTRY_SLOT = 0;

/** What evaluating a file gave. */
export interface FileResult {
  readonly findings: readonly Finding[];
  readonly recorded: readonly Recorded[];
  /** What each `forward` accepts, by its definition. */
  readonly accepts: ReadonlyMap<tree.FunctionDef, string>;
  /** Calls that write model files; several where paths differ. */
  readonly exports: readonly ExportCall[];
}

/** Which parameters of a class are given somewhere. */
export type Mentions = (name: string) => Uses;

/** What is remembered of a class or function with the statements that it was evaluated with. */
interface Entry {
  readonly needs: readonly tree.Stmt[];
  readonly cost: number;
  /** What it might have cost. */
  readonly budget: number;
}
type Evaluated<E extends Entry> = Omit<E, 'needs' | 'budget'>;
/** What is wrong in it. */
interface Checked extends Entry {
  /** For a class that fails with its defaults: what it is given where it is built. */
  readonly uses: Uses | undefined;
  /** Of a function: whether it gives a model that says little by itself. */
  readonly builds: boolean;
  readonly findings: readonly Finding[];
  readonly exports: readonly ExportCall[];
}
/** What is wrong in the model that it builds. */
interface Modelled extends Entry {
  readonly findings: readonly Finding[];
}
/** Its shapes. */
interface Looked extends Entry {
  readonly recorded: readonly Recorded[];
  readonly accepts: ReadonlyMap<tree.FunctionDef, string>;
}

/** Entries of one file, remembered by their definitions. */
export class Entries {
  readonly checked = new Map<object, Checked>();
  readonly models = new Map<object, Modelled>();
  readonly looked = new Map<object, Looked>();
}

type Definition = ClassValue | FunctionValue;

/**
 * Evaluates a file. `usesOf` says which parameters a class is given somewhere: what fails only with the
 * defaults of those is left to the places that give them. Entries whose definitions
 * and everything they mention are unchanged are taken from `entries`.
 */
export function evaluateFile(
  program: Program,
  path: string,
  entries: Entries,
  options: { readonly recording: boolean; readonly usesOf: Mentions; readonly cancelled: () => boolean },
): FileResult | undefined {
  const script = program.script(path, options.recording);
  if (script === undefined) return undefined;
  const { module, dependencies, steps, main } = script;
  const { usesOf, cancelled } = options;
  const memo: Memo = new Map();
  const checked = evaluateEntries(entries.checked, CHECKING, {
    values: definitions(program, module),
    dependencies,
    cancelled,
    isValid: ({ uses }, value) =>
      uses === undefined || (value.kind === 'class' && sameUses(uses, usesOf(value.node.name))),
    evaluate: (value, budget) => check(program, module, value, usesOf, memo, budget),
  });
  const models = evaluateEntries(entries.models, MODELS, {
    values: definitions(program, module).filter(({ node }) => entries.checked.get(node)?.builds === true),
    dependencies,
    cancelled,
    isValid: () => true,
    evaluate: (value, budget) => {
      const report = new Report(path, false);
      const cost = value.kind === 'function' ? modelEntry(program, module, report, value, memo, budget) : 0;
      return { findings: report.findings(), cost };
    },
  });
  const seen: Memo = new Map();
  const looked = options.recording
    ? evaluateEntries(entries.looked, LOOKING, {
        values: definitions(program, module),
        dependencies,
        cancelled,
        isValid: () => true,
        evaluate: (value, budget) => look(program, module, value, seen, budget),
      })
    : [];
  if (checked === undefined || models === undefined || looked === undefined) return undefined;
  return {
    findings: foldCauses([...checked, ...models, ...steps, main].flatMap((part) => part.findings)),
    recorded: options.recording ? [...looked, ...steps, main].flatMap((part) => part.recorded) : [],
    accepts: new Map(looked.flatMap((entry) => [...entry.accepts])),
    exports: [...checked, ...steps, main].flatMap((part) => part.exports),
  };
}

interface Work<E extends Entry> {
  readonly values: readonly Definition[];
  readonly dependencies: Dependencies;
  readonly cancelled: () => boolean;
  readonly isValid: (last: E, value: Definition) => boolean;
  readonly evaluate: (value: Definition, budget: number) => Evaluated<E>;
}

/** The entries as far as the effort reaches; undefined where it was cancelled. */
function evaluateEntries<E extends Entry>(known: Map<object, E>, effort: Effort, work: Work<E>): E[] | undefined {
  const kept = new Map<object, E>();
  let spent = 0;
  let spentOnFunctions = 0;
  for (const value of work.values) {
    if (work.cancelled()) return undefined;
    const partly = value.kind === 'function' && !isWhole(value);
    if (spent > effort.file || (partly && spentOnFunctions > effort.functions)) continue;
    const { node } = value;
    const needs = work.dependencies.of([node]);
    const last = known.get(node);
    const budget = partly
      ? Math.min(effort.function, effort.functions - spentOnFunctions + FREE_STEPS)
      : effort[value.kind === 'class' ? 'entry' : 'script'];
    const valid =
      last !== undefined &&
      (last.budget === budget || last.cost <= Math.min(last.budget, budget)) &&
      sameList(last.needs, needs) &&
      work.isValid(last, value);
    const entry = valid ? last : ({ needs, budget, ...work.evaluate(value, budget) } as E);
    known.set(node, entry);
    kept.set(node, entry);
    const counted = Math.max(0, entry.cost - FREE_STEPS);
    spent += counted;
    if (partly) spentOnFunctions += counted;
  }
  for (const node of known.keys()) if (!kept.has(node)) known.delete(node);
  return [...kept.values()];
}

/** Evaluates an entry for what is wrong in it. */
function check(
  program: Program,
  module: Module,
  value: Definition,
  usesOf: Mentions,
  memo: Memo,
  budget: number,
): Evaluated<Checked> {
  const report = new Report(module.path, false);
  if (value.kind === 'function') {
    const { cost, builds } = functionEntry(program, module, report, value, memo, budget);
    return { uses: undefined, builds, findings: report.findings(), exports: report.exports, cost };
  }
  let cost = classEntry(program, module, report, value, 'defaults', memo, budget);
  let findings = report.findings();
  let uses: Uses | undefined;
  if (findings.length > 0) {
    uses = usesOf(value.node.name);
    if (uses.positional > 0 || uses.keywords.size > 0) {
      // Only what fails whatever the options are is this class's own fault.
      const symbolic = new Report(module.path, false);
      cost += classEntry(program, module, symbolic, value, uses, memo, budget);
      findings = symbolic.findings();
    }
  }
  return { uses, builds: false, findings, exports: report.exports, cost };
}

/** Evaluates an entry for its shapes: what it finds wrong is not told, `check` says that. */
function look(program: Program, module: Module, value: Definition, memo: Memo, budget: number): Evaluated<Looked> {
  const report = new Report(module.path, true);
  const accepts = new Map<tree.FunctionDef, string>();
  const cost =
    value.kind === 'function'
      ? functionEntry(program, module, report, value, memo, budget).cost
      : classEntry(program, module, report, value, 'defaults', memo, budget, accepts);
  return { recorded: report.recorded, accepts, cost };
}

/** One cause is one finding: the same refusal at the same place met through another entry is left out. */
function foldCauses(findings: readonly Finding[]): Finding[] {
  const rank = { error: 0, warning: 1, information: 2, hint: 3 };
  const byPlace = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.id} ${finding.place.at.base + finding.place.start} ${finding.place.end}`;
    const earlier = byPlace.get(key);
    if (earlier === undefined || rank[finding.severity] < rank[earlier.severity]) byPlace.set(key, finding);
  }
  return [...byPlace.values()].sort(
    (a, b) =>
      rank[a.severity] - rank[b.severity] || a.place.at.base + a.place.start - (b.place.at.base + b.place.start),
  );
}

/** Classes and functions of the module's own text, in order. */
export function definitions(program: Program, module: Module): (ClassValue | FunctionValue)[] {
  const machine = new Machine(program, ENTRY_SLOT, 0);
  const frame = machine.frame(module.frame);
  const values: (ClassValue | FunctionValue)[] = [];
  // Classes first: they are what a file is about, and what an edit is mostly in.
  for (const value of [...(frame?.vars.values() ?? [])].sort(
    (a, b) => Number(a.kind !== 'class') - Number(b.kind !== 'class'),
  )) {
    if (
      (value.kind === 'class' && value.file === module.path) ||
      (value.kind === 'function' && value.file === module.path && value.node.kind === 'function')
    )
      values.push(value);
  }
  return values;
}

export function start(program: Program, module: Module, report: Report, memo: Memo, budget: number): Evaluator {
  const machine = new Machine(program, ENTRY_SLOT, budget);
  if (module.final !== undefined) machine.facts = module.final.facts;
  const ev = new Evaluator(program, machine, report, module, module.frame);
  ev.training = bool(undefined, { kind: 'flag', key: 'self.training' });
  ev.memo = memo;
  return ev;
}

/** Runs what may cost too much; what was found until then stands. Says whether it came to its end. */
export function bounded(body: () => void): boolean {
  try {
    body();
    return true;
  } catch (error) {
    if (!isTooMuch(error)) throw error;
    return false;
  }
}

/** @param accepts given where shapes are asked for: is told what each `forward` accepts */
function classEntry(
  program: Program,
  module: Module,
  report: Report,
  cls: ClassValue,
  parameters: 'defaults' | Uses,
  memo: Memo,
  budget: number,
  accepts?: Map<tree.FunctionDef, string>,
): number {
  const ev = start(program, module, report, memo, budget);
  ev.machine.samples = accepts !== undefined;
  const node = nameOf(cls.node);
  let built: Built[] = [];
  bounded(() => {
    built = ev.branches(ev.machine.seal(), () => construct(ev, cls, constructorArguments(ev, cls, parameters), node));
  });
  // What `forward` has called was looked at with what it is called with.
  for (const method of methods(ev, cls)) if (!report.functions.has(method.node)) use(ev, cls, method, built, accepts);
  return ev.machine.steps;
}

interface Built {
  readonly state: State;
  readonly value: Value;
}

/** Calls a method of what was built, in each way that it was. */
function use(
  ev: Evaluator,
  cls: ClassValue,
  method: FunctionValue,
  built: readonly Built[],
  accepts?: Map<tree.FunctionDef, string>,
): void {
  const { report } = ev;
  const hint = isModule(cls) ? 'tensor' : undefined;
  report.startPart(method.node);
  let shown = false;
  for (const { state, value: self } of built) {
    bounded(() => {
      const before = report.recorded.length;
      const ended = ev.branches(state, () => {
        forgetReassigned(ev, self, cls, accepts !== undefined);
        const args = argumentsFor(method, hint, 'defaults', true);
        callFunction(
          ev,
          method,
          {
            positional: [{ value: self }, ...args.map(({ value }) => ({ value }))],
            keywords: new Map(),
            ...openness(method),
          },
          nameOf(method.node as tree.FunctionDef),
          self,
        );
        return args;
      });
      report.learn(
        before,
        ended.map((end) => end.state),
      );
      const first = ended[0];
      if (accepts && !shown && first && method.node.kind === 'function' && method.node.name === 'forward') {
        shown = true;
        ev.machine.restore(first.state);
        accepts.set(method.node, forwardText(ev, first.value));
      }
    });
  }
}

/**
 * A model that a function of the file builds (`def resnet18(): return ResNet(BasicBlock, [2, 2, 2, 2])`): its `forward`,
 * with the numbers that only the function gives.
 */
function modelEntry(
  program: Program,
  module: Module,
  report: Report,
  fn: FunctionValue,
  memo: Memo,
  budget: number,
): number {
  const ev = start(program, module, report, memo, budget);
  let made: Built[] = [];
  bounded(() => {
    made = ev.branches(ev.machine.seal(), () => callEntry(ev, fn));
  });
  const models = new Map<ClassValue, Built[]>();
  for (const end of made) {
    const cls = openModel(ev, module, end);
    if (cls === undefined) return ev.machine.steps;
    models.set(cls, [...(models.get(cls) ?? []), end]);
  }
  for (const [cls, built] of models) {
    const forward = methodOf(ev, cls, 'forward');
    if (forward !== undefined && !report.functions.has(forward.node)) use(ev, cls, forward, built);
  }
  return ev.machine.steps;
}

/** The class of what was made where it is a module of the file that can't be built without arguments. */
function openModel(ev: Evaluator, module: Module, { state, value }: Built): ClassValue | undefined {
  ev.machine.restore(state);
  const own = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  const cls = own?.kind === 'instance' && typeof own.cls !== 'string' ? own.cls : undefined;
  return cls?.file === module.path && needsArguments(ev, cls) ? cls : undefined;
}

/** Whether the constructor was called of such a class, where it is no part of another one. */
function beginsModel(ev: Evaluator, program: Program, module: Module, report: Report): boolean {
  const classes = definitions(program, module).filter((value) => value.kind === 'class');
  return classes.some((cls) => {
    const init = methodOf(ev, cls, '__init__');
    return (
      init !== undefined &&
      report.functions.has(init.node) &&
      needsArguments(ev, cls) &&
      !classes.some((other) => other !== cls && new RegExp(`\\b${cls.node.name}\\b`).test(program.textOf(other.node)))
    );
  });
}

/** Whether a module can't be built without arguments, so that by itself little is known of it. */
function needsArguments(ev: Evaluator, cls: ClassValue): boolean {
  const init = isModule(cls) ? methodOf(ev, cls, '__init__') : undefined;
  return (
    init?.node.params.slice(1).some(({ form }, i) => !form.startsWith('*') && init.defaults[i + 1] === undefined) ===
    true
  );
}

/** Methods that are evaluated: those of the class's own text, and a `forward` that it inherits. */
function methods(ev: Evaluator, cls: ClassValue): FunctionValue[] {
  const own = ev.machine.frame(cls.namespace);
  const all = [...(own?.vars.values() ?? [])].filter(
    (value): value is FunctionValue =>
      value.kind === 'function' &&
      value.node.kind === 'function' &&
      value.binding === undefined &&
      value.node.name !== '__init__' &&
      !/^__\w+__$/.test(value.node.name.replace('__call__', '')),
  );
  // What the class is for comes first: the rest is looked at as far as the budget reaches.
  return all.sort((a, b) => Number(a.node.name !== 'forward') - Number(b.node.name !== 'forward'));
}

/** Whether a function needs no arguments: a piece of script. */
const isWhole = (fn: FunctionValue): boolean => fn.node.params.length === 0;

function functionEntry(
  program: Program,
  module: Module,
  report: Report,
  fn: FunctionValue,
  memo: Memo,
  budget: number,
): { readonly cost: number; readonly builds: boolean } {
  const ev = start(program, module, report, memo, budget);
  let builds = false;
  // What a function builds itself is in training until it says otherwise.
  ev.training = bool(true);
  const whole = bounded(() => {
    const ended = ev.branches(ev.machine.seal(), () => callEntry(ev, fn));
    report.learn(
      0,
      ended.map((end) => end.state),
    );
    builds = ended.length > 0 && ended.every((end) => openModel(ev, module, end) !== undefined);
  });
  // One that is long to build says so by what it has begun.
  return { cost: ev.machine.steps, builds: whole ? builds : beginsModel(ev, program, module, report) };
}

/** Calls a function with any arguments. */
function callEntry(ev: Evaluator, fn: FunctionValue): Value {
  const args = argumentsFor(fn, undefined, 'symbolic', false);
  return callFunction(
    ev,
    fn,
    { positional: args.map(({ value }) => ({ value })), keywords: new Map(), ...openness(fn) },
    nameOf(fn.node as tree.FunctionDef),
    undefined,
  );
}
