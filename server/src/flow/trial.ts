/**
 * Small numbers to try a module with: for the arguments of its constructor that have no default, and for the sizes of
 * its inputs. They are found by trying: numbers with which the checker finds no more than it finds for all sizes.
 */
import { configClass } from '../core/infer/entries';
import { methodOf } from '../core/infer/classes';
import { settle } from '../core/infer/latent';
import type { Program } from '../core/infer/program';
import { tensor, type ClassValue, type FunctionValue, type TensorValue, type Value } from '../core/infer/value';
import { constantOf, evaluate, num, type Dim, type Sym } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { shapeOf } from '../core/shape/shape';
import type { Expr, Param } from '../core/python/tree';
import { readChosen } from './chosen';
import { flowOfRun, usualPath, type Flow } from './flow';
import { defaultOf, runModule, type Chosen, type Run } from './modules';

export interface TriedInput {
  readonly name: string;
  readonly sizes: readonly number[];
  /** Undefined: any floating-point type will do. */
  readonly dtype: DType | undefined;
}

export interface Trial {
  readonly inputs: readonly TriedInput[];
  /** Arguments of the constructor that have no default, as Python. */
  readonly guesses: Readonly<Record<string, string>>;
  /** What the checker makes of exactly these numbers. */
  readonly flow: Flow;
}

/** Sizes that are tried for all that is open but the first, the batch. */
const SIZES = [32, 64, 224, 16, 8, 28, 128, 256, 299, 512];
const BATCH = 2;
/** Numbers that are tried for constructor arguments whose names say nothing. */
const NUMBERS = [16, 64, 8, 3, 32];
/** Numbers of dims that are tried where any will do. */
const RANKS = [2, 3, 4, 1];

/** @returns a sentence where nothing could be chosen: somebody has to say */
export function trialOf(program: Program, path: string, cls: ClassValue, written: string): Trial | string {
  const read = readChosen(written, (text) => program.expression(text));
  return typeof read === 'string' ? read : new Search(program, path, cls, { ...read, exact: true }).find();
}

interface Attempt {
  readonly chosen: Chosen;
  readonly run: Run;
  readonly errors: number;
}

class Search {
  constructor(
    private readonly program: Program,
    private readonly path: string,
    private readonly cls: ClassValue,
    private readonly chosen: Chosen,
  ) {}

  find(): Trial | string {
    const built = this.withGuesses();
    if (typeof built === 'string') return built;
    const { guesses, attempt } = built;
    if (attempt.run.problem !== undefined) return attempt.run.problem;
    const sized = this.withSizes(attempt);
    if (typeof sized === 'string') return sized;
    const { inputs, attempt: last } = this.withTypes(sized);
    return { inputs, guesses, flow: flowOfRun(this.cls, last.run) };
  }

  private attempt(chosen: Chosen): Attempt | undefined {
    const run = runModule(this.program, this.path, this.cls, chosen);
    if (run === undefined) return undefined;
    const errors = run.findings.filter(({ severity }) => severity === 'error').length;
    return { chosen, run, errors: errors + (run.paths.length === 0 ? 1 : 0) };
  }

  // ---- the constructor

  private withGuesses(): { readonly guesses: Record<string, string>; readonly attempt: Attempt } | string {
    const first = this.attempt(this.chosen);
    if (first === undefined) return 'the file is gone';
    const { evaluator: ev } = first.run;
    const init = methodOf(ev, this.cls, '__init__');
    const open = (init?.node.params.slice(1) ?? []).filter(
      (param) =>
        param.form !== '*' && param.form !== '**' && !hasDefault(init, param) && !this.chosen.named.has(param.name),
    );
    if (open.length === 0) return { guesses: {}, attempt: first };
    let best: { guesses: Record<string, string>; attempt: Attempt } | undefined;
    for (const number of NUMBERS) {
      const guesses = Object.fromEntries(
        open.map((param) => {
          const config = configClass(ev, param);
          return [param.name, config === undefined ? guess(param.name, number) : `${config.node.name}()`];
        }),
      );
      const exprs = Object.entries(guesses).flatMap(([name, text]): [string, Expr][] => {
        const expr = this.program.expression(text);
        return expr === undefined ? [] : [[name, expr]];
      });
      const attempt = this.attempt({ ...this.chosen, named: new Map([...this.chosen.named, ...exprs]) });
      if (attempt !== undefined && (best === undefined || attempt.errors < best.attempt.errors))
        best = { guesses, attempt };
      if (best?.attempt.errors === 0) break;
    }
    return best ?? `its constructor needs ${open.map(({ name }) => name).join(', ')}`;
  }

  // ---- the sizes

  private withSizes(open: Attempt): { readonly inputs: readonly TriedInput[]; readonly attempt: Attempt } | string {
    const found = this.inputsOf(open);
    if (typeof found === 'string') return found;
    let best: { inputs: readonly TriedInput[]; attempt: Attempt } | undefined;
    for (const rank of RANKS)
      for (const size of SIZES) {
        const inputs = found.map(({ name, value, facts }) => ({
          name,
          sizes: sizesOf(facts.shape(value.shape), size, rank),
          dtype: value.dtype,
        }));
        if (best !== undefined && sameSizes(best.inputs, inputs)) continue;
        const attempt = this.attempt(withInputs(open.chosen, inputs));
        if (attempt === undefined) return 'the file is gone';
        if (best === undefined || attempt.errors < best.attempt.errors) best = { inputs, attempt };
        if (best.attempt.errors <= open.errors) return best;
      }
    return best ?? 'no sizes could be tried';
  }

  /** The tensors that `forward` takes, as far as they are known for all sizes. */
  private inputsOf(open: Attempt) {
    const { run } = open;
    const forward = methodOf(run.evaluator, this.cls, 'forward');
    const usual = usualPath(run.paths);
    if (usual === undefined || forward === undefined)
      return 'its constructor or its forward raises whatever the sizes are, so that there is no size to try; choose the arguments';
    run.evaluator.machine.restore(usual.state);
    const inputs: { name: string; value: TensorValue; facts: typeof usual.state.facts }[] = [];
    for (const { name, value } of usual.value.inputs) {
      const settled = settle(run.evaluator, value);
      if (settled.kind === 'tensor') inputs.push({ name, value: settled, facts: usual.state.facts });
      else if (settled.kind === 'latent' && defaultOf(forward, name) === undefined)
        return `nothing says what '${name}' is; choose its sizes, for example ${name}=(2, 16)`;
    }
    return inputs;
  }

  // ---- the element types

  /** Indices are found by what the checker says of numbers with a fraction in their place. */
  private withTypes(sized: { readonly inputs: readonly TriedInput[]; readonly attempt: Attempt }): typeof sized {
    let { inputs, attempt } = sized;
    for (const { name, dtype } of sized.inputs) {
      if (dtype !== undefined) continue;
      const as = (type: DType) => {
        const typed = inputs.map((each) => (each.name === name ? { ...each, dtype: type } : each));
        return { inputs: typed, attempt: this.attempt(withInputs(attempt.chosen, typed)) };
      };
      const [floats, indices] = [as('float32'), as('int64')];
      if (floats.attempt === undefined || indices.attempt === undefined) continue;
      const better = indices.attempt.errors < floats.attempt.errors ? indices : floats;
      if (better.attempt !== undefined && better.attempt.errors <= attempt.errors)
        ({ inputs, attempt } = { inputs: better.inputs, attempt: better.attempt });
    }
    return { inputs, attempt };
  }
}

const hasDefault = (fn: FunctionValue | undefined, param: Param): boolean =>
  fn !== undefined && defaultOf(fn, param.name) !== undefined;

function withInputs(chosen: Chosen, inputs: readonly TriedInput[]): Chosen {
  const given = inputs.map(({ name, sizes, dtype }): [string, Value] => [
    name,
    tensor(shapeOf(sizes.map((size) => num(size))), dtype),
  ]);
  const names = new Set(inputs.map(({ name }) => name));
  const named = new Map([...chosen.named].filter(([name]) => !names.has(name)));
  return { ...chosen, inputs: [], named, given: new Map(given) };
}

/** What a name suggests; where it suggests nothing, the number. */
function guess(name: string, number: number): string {
  if (/drop|prob|rate|^p$|momentum|eps/i.test(name)) return '0.1';
  if (/^(is|use|has|with|bias|affine|pretrained)/i.test(name)) return 'True';
  if (/head/i.test(name)) return '4';
  if (/kernel/i.test(name)) return '3';
  if (/stride|dilation|groups|depth|layers|blocks|expansion|padding|level/i.test(name)) return '1';
  return String(number);
}

/** @param rank number of dims where the shape leaves that open */
function sizesOf(
  shape: { readonly lead: readonly Dim[]; readonly rest?: object; readonly tail: readonly Dim[] },
  size: number,
  rank: number,
): readonly number[] {
  const stretch = shape.rest === undefined ? 0 : Math.max(0, rank - shape.lead.length - shape.tail.length);
  const symbols: Sym[] = [];
  const valueOf = (symbol: Sym, first: boolean): number => {
    if (!symbols.includes(symbol)) symbols.push(symbol);
    return first && symbols[0] === symbol ? BATCH : size;
  };
  const open = Array.from({ length: stretch }, (_, i) => (shape.lead.length + i === 0 ? BATCH : size));
  const known = (dim: Dim, position: number): number =>
    constantOf(dim) ?? evaluate(dim, (symbol) => valueOf(symbol, position === 0)) ?? size;
  return [...shape.lead.map(known), ...open, ...shape.tail.map((dim) => known(dim, 1))];
}

const sameSizes = (a: readonly TriedInput[], b: readonly TriedInput[]): boolean =>
  a.every(({ sizes }, i) => sizes.join() === b[i]?.sizes.join());
