/** The flow of shapes through a module: its layers in the order of their calls. */
import type { Finding } from '../core/finding';
import { constantOf, showDim, type Dim, type Sym } from '../core/shape/dim';
import type { Facts } from '../core/shape/facts';
import { showShape } from '../core/shape/shape';
import { forwardText } from '../core/infer/signatureText';
import type { Branch, Machine } from '../core/infer/machine';
import type { Program } from '../core/infer/program';
import { stepsOf, type Step } from '../core/infer/trace';
import { settle } from '../core/infer/latent';
import type { Evaluator } from '../core/infer/evaluator';
import type { ClassValue, Value } from '../core/infer/value';
import type { Place } from '../core/text/place';
import { readChosen } from './chosen';
import { isRanked, runModule, type Ended, type Run } from './modules';
import { childrenOf, isModuleInstance, parametersOf, type Counted } from './parameters';
import { isWorking, sumOf, workOf, type Work } from './work';

/** One call of a module, or of a matrix product outside of one. */
export interface FlowRow {
  /** How many calls enclose it. */
  readonly depth: number;
  /** `layer1.0.conv1`, as `named_modules()` has it; of an operator the empty string. */
  readonly name: string;
  /** `Conv2d`, `matmul`. */
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly parameters: Amount;
  readonly flops: Amount;
  /** The call. */
  readonly call: Place;
  /** The call that built the module. */
  readonly built: Place | undefined;
}

/** A number, a formula in the names of sizes, or not known. */
export interface Amount {
  readonly number: number | undefined;
  readonly text: string;
  /** Whether there may be more. */
  readonly open: boolean;
}

export interface FlowInput {
  readonly name: string;
  readonly shape: string;
  /** All sizes as numbers; undefined where one is open, and for what is no tensor. */
  readonly sizes: readonly number[] | undefined;
  readonly dtype: string | undefined;
}

export interface Flow {
  readonly name: string;
  /** The class's name where it is defined. */
  readonly defined: Place;
  readonly inputs: readonly FlowInput[];
  readonly output: string;
  /** What `forward` accepts, with its conditions. */
  readonly accepts: string;
  readonly rows: readonly FlowRow[];
  readonly parameters: Amount;
  readonly flops: Amount;
  /** What was assumed about options where both answers are possible. */
  readonly assumed: readonly string[];
  readonly findings: readonly Finding[];
  /** Why there is nothing to show. */
  readonly problem: string | undefined;
}

/** The flow through a class with what was written in place of defaults; undefined where the file is gone. */
export function flowOf(program: Program, path: string, cls: ClassValue, written: string): Flow | undefined {
  const chosen = readChosen(written, (text) => program.expression(text));
  if (typeof chosen === 'string') return { ...empty, ...named(cls), findings: [], problem: chosen };
  const run = runModule(program, path, cls, chosen);
  return run && flowOfRun(cls, run);
}

/** The flow of one run. */
export function flowOfRun(cls: ClassValue, { evaluator: ev, paths, findings, problem }: Run): Flow {
  const usual = usualPath(paths);
  if (usual === undefined) {
    const reason = problem ?? 'every path through its constructor and forward raises for these arguments';
    return { ...empty, ...named(cls), findings, problem: reason };
  }
  ev.machine.restore(usual.state);
  return { ...new Reading(ev, usual).flow(), ...named(cls), findings, problem: undefined };
}

const named = ({ node }: ClassValue): Pick<Flow, 'name' | 'defined'> => ({
  name: node.name,
  defined: { at: node.at, start: node.nameStart, end: node.nameStart + node.name.length },
});

/** The path that gives a tensor, among those the one that calls most. */
export function usualPath(paths: readonly Branch<Ended>[]): Branch<Ended> | undefined {
  const rank = ({ state, value }: Branch<Ended>): number =>
    stepsOf(state.trace).length + (isRanked(value.value) ? 1_000_000 : 0);
  return [...paths].sort((a, b) => rank(b) - rank(a))[0];
}

const nothing: Amount = { number: 0, text: '', open: false };
const empty: Omit<Flow, 'name' | 'defined' | 'findings' | 'problem'> = {
  inputs: [],
  output: '',
  accepts: '',
  rows: [],
  parameters: nothing,
  flops: nothing,
  assumed: [],
};

interface OpenRow {
  readonly row: Omit<FlowRow, 'output' | 'flops'>;
  readonly index: number;
  readonly listed: boolean;
  readonly attributes: ReadonlyMap<string, Value>;
  readonly work: Work[];
}

class Reading {
  private readonly facts: Facts;
  private readonly machine: Machine;
  private readonly names = new Map<number, string>();
  private readonly rows: (FlowRow | undefined)[] = [];
  private readonly open: OpenRow[] = [];
  private readonly work: Work[] = [];

  constructor(
    private readonly ev: Evaluator,
    private readonly path: Branch<Ended>,
  ) {
    this.machine = ev.machine;
    this.facts = path.state.facts;
  }

  flow(): Omit<Flow, 'name' | 'defined' | 'findings' | 'problem'> {
    const { self, inputs, value } = this.path.value;
    if (self.kind === 'ref') this.nameModules(self.id, '');
    for (const step of stepsOf(this.path.state.trace)) this.take(step);
    return {
      inputs: inputs.map(({ name, value: given }) => this.input(name, given)).filter((each) => each !== undefined),
      output: this.shown(value),
      accepts: forwardText(this.ev, inputs),
      rows: this.rows.filter((row) => row !== undefined),
      parameters: self.kind === 'ref' ? this.counted(parametersOf(this.machine, this.facts, self.id)) : nothing,
      flops: this.total(this.work),
      assumed: [...this.path.state.conditions.values()]
        .filter(({ kind, of }) => kind === 'flag' && of > 1)
        .map(({ label }) => label),
    };
  }

  private nameModules(id: number, name: string): void {
    const object = this.machine.read(id);
    if (object?.kind !== 'instance' || this.names.has(id)) return;
    this.names.set(id, name);
    for (const [own, child] of childrenOf(this.machine, object))
      this.nameModules(child, name === '' ? own : `${name}.${own}`);
  }

  private take(step: Step): void {
    if (step.kind === 'enter') this.enter(step);
    else if (step.kind === 'leave') this.leave(step.value);
    else this.operator(step);
  }

  private enter({ module, node, inputs }: Step & { kind: 'enter' }): void {
    const object = this.machine.read(module);
    const instance = object?.kind === 'instance' && isModuleInstance(object) ? object : undefined;
    const type = instance === undefined ? '' : shortName(instance.cls);
    const row = {
      depth: this.open.filter(({ listed }) => listed).length,
      name: this.names.get(module) ?? '',
      type,
      inputs: inputs.map((value) => this.shown(value)).filter((text) => text !== ''),
      parameters: instance === undefined ? nothing : this.counted(parametersOf(this.machine, this.facts, module)),
      call: node,
      built: instance?.built?.place,
    };
    this.open.push({
      row,
      index: this.rows.length,
      listed: instance !== undefined,
      attributes: instance?.attrs ?? new Map(),
      work: [],
    });
    this.rows.push(undefined);
  }

  private leave(value: Value): void {
    const done = this.open.at(-1);
    // What a layer refuses was not computed.
    if (done?.listed === true && value.kind === 'unknown' && isWorking(done.row.type)) this.worked('unknown');
    this.open.pop();
    if (done?.listed !== true) return;
    this.rows[done.index] = { ...done.row, output: this.shown(value) || '?', flops: this.total(done.work) };
  }

  private operator({ name, node, values, value }: Step & { kind: 'operator' }): void {
    const layer = this.open.at(-1);
    const inLayer = layer?.listed === true && name.startsWith('torch.nn.') && !name.includes('.functional.');
    const attributes = inLayer ? layer.attributes : new Map<string, Value>();
    const work = workOf(name, { values, attributes, value, facts: this.facts });
    if (work === undefined) return;
    this.worked(work);
    if (inLayer) return;
    this.rows.push({
      depth: this.open.filter(({ listed }) => listed).length,
      name: '',
      type: name.slice(name.lastIndexOf('.') + 1),
      inputs: [...values.values()].filter(({ kind }) => kind === 'tensor').map((each) => this.shown(each)),
      output: this.shown(value),
      parameters: nothing,
      flops: this.total([work]),
      call: node,
      built: undefined,
    });
  }

  /** Counts for all modules in progress. */
  private worked(work: Work): void {
    for (const { work: list } of this.open) list.push(work);
    this.work.push(work);
  }

  // ---- as text

  private input(name: string, given: Value): FlowInput | undefined {
    const value = settle(this.ev, given);
    if (value.kind !== 'tensor') return undefined;
    const shape = this.facts.shape(value.shape);
    const sizes = shape.rest === undefined ? shape.lead.map(constantOf) : [undefined];
    return {
      name,
      shape: this.shown(value),
      sizes: sizes.every((size) => size !== undefined) ? sizes : undefined,
      dtype: value.dtype,
    };
  }

  private shown(written: Value): string {
    const value = settle(this.ev, written);
    if (value.kind === 'tensor') return showShape(this.facts.shape(value.shape), (s) => this.facts.nameOf(s));
    if (value.kind === 'unknown' || value.kind === 'latent') return '?';
    const items = value.kind === 'tuple' ? value.items : value.kind === 'ref' ? this.ev.itemsOf(value) : undefined;
    if (items === undefined) return '';
    const texts = items.map((item) => this.shown(item)).filter((text) => text !== '');
    return texts.length === 0 ? '' : `[${texts.join(', ')}]`;
  }

  private counted({ parameters, open }: Counted): Amount {
    return { ...this.amount(parameters), open };
  }

  private total(work: readonly Work[]): Amount {
    const dims = work.filter((each) => each !== 'unknown');
    return { ...this.amount(sumOf(dims)), open: dims.length < work.length };
  }

  private amount(dim: Dim): Omit<Amount, 'open'> {
    const simple = this.facts.dim(dim);
    return { number: constantOf(simple), text: showDim(simple, (s: Sym) => this.facts.nameOf(s)) };
  }
}

const shortName = (cls: ClassValue | string): string =>
  typeof cls === 'string' ? cls.slice(cls.lastIndexOf('.') + 1) : cls.node.name;
