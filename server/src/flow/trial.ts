/**
 * Small numbers to try a module with: for the arguments of its constructor that have no default, and for the sizes of
 * its inputs. They are found by trying: numbers with which the checker finds no more than it finds for all sizes.
 */
import { configClass } from '../core/infer/defaults';
import { methodOf } from '../core/infer/classes';
import { forwardText } from '../core/infer/signatureText';
import { settle } from '../core/infer/latent';
import type { Program } from '../core/infer/program';
import { tensor, type ClassValue, type FunctionValue, type TensorValue, type Value } from '../core/infer/value';
import { constantOf, evaluate, num, symbolsOf, type Dim, type Sym } from '../core/shape/dim';
import type { DType } from '../core/shape/dtype';
import { shapeOf, type Shape } from '../core/shape/shape';
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
/** Trials that one search may cost, a few milliseconds each. */
const MOST_TRIALS = 60;

/** @returns a sentence where nothing could be chosen: somebody has to say */
export function trialOf(program: Program, path: string, cls: ClassValue, written: string): Trial | string {
  const read = readChosen(written, (text) => program.expression(text));
  return typeof read === 'string' ? read : new Search(program, path, cls, { ...read, exact: true }).find();
}

interface Attempt {
  readonly chosen: Chosen;
  readonly run: Run;
  /** Its errors by what and where. */
  readonly errors: ReadonlySet<string>;
}

/** How many errors an attempt has that the other one has not. */
const strangers = (attempt: Attempt, other: Attempt): number =>
  [...attempt.errors].filter((error) => !other.errors.has(error)).length;

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
    const errors = run.findings
      .filter(({ severity }) => severity === 'error')
      .map(({ id, place }) => `${id} ${place.at.file} ${place.at.base + place.start}`);
    return { chosen, run, errors: new Set(run.paths.length === 0 ? [...errors, 'raises'] : errors) };
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
      if (attempt !== undefined && (best === undefined || attempt.errors.size < best.attempt.errors.size))
        best = { guesses, attempt };
      if (best?.attempt.errors.size === 0) break;
    }
    return best ?? `its constructor needs ${open.map(({ name }) => name).join(', ')}`;
  }

  // ---- the sizes

  private withSizes(open: Attempt): { readonly inputs: readonly TriedInput[]; readonly attempt: Attempt } | string {
    const found = this.inputsOf(open);
    if (typeof found === 'string') return found;
    const own = this.numbersOf(open);
    const tried = new Set<string>();
    for (const rank of RANKS)
      for (const batch of [BATCH, ...own])
        for (const size of [...SIZES, ...own]) {
          const inputs = found.map(({ name, value, facts }) => ({
            name,
            sizes: sizesOf(facts.shape(value.shape), { batch, size, rank }),
            dtype: value.dtype,
          }));
          const key = inputs.map(({ sizes }) => sizes.join()).join(' ');
          if (tried.has(key)) continue;
          if (tried.add(key).size > MOST_TRIALS) return noneFits(open);
          const attempt = this.attempt(withInputs(open.chosen, inputs));
          if (attempt !== undefined && strangers(attempt, open) === 0) return { inputs, attempt };
        }
    return noneFits(open);
  }

  /** Numbers that the module itself holds: its constructor may have been told the sizes. */
  private numbersOf({ run }: Attempt): readonly number[] {
    const usual = usualPath(run.paths);
    if (usual?.value.self.kind !== 'ref') return [];
    run.evaluator.machine.restore(usual.state);
    const object = run.evaluator.machine.read(usual.value.self.id);
    if (object?.kind !== 'instance') return [];
    const numbers = [...object.attrs.values()].flatMap((value) => {
      const number = value.kind === 'int' ? constantOf(value.dim) : undefined;
      return number !== undefined && number > 0 && number <= 4096 ? [number] : [];
    });
    return [...new Set(numbers)].slice(0, 6);
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
      const better = strangers(indices.attempt, attempt) < strangers(floats.attempt, attempt) ? indices : floats;
      if (better.attempt !== undefined && strangers(better.attempt, attempt) === 0)
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

interface Wanted {
  readonly batch: number;
  readonly size: number;
  /** Number of dims where the shape leaves that open. */
  readonly rank: number;
}

/** Numbers for a shape, about as large as wanted; the same name has the same number everywhere in it. */
function sizesOf(shape: Shape, { batch, size, rank }: Wanted): readonly number[] {
  const chosen = new Map<Sym, number>();
  const number = (dim: Dim, wanted: number): number => {
    const known = constantOf(dim);
    if (known !== undefined) return known;
    const open = symbolsOf(dim).filter((symbol) => !chosen.has(symbol));
    // A size that 16 divides is 16 times a symbol: the least number of those that makes it as large as wanted.
    for (let value = 1; value <= wanted; value++) {
      const found = evaluate(dim, (symbol) => chosen.get(symbol) ?? value);
      if (found !== undefined && (found >= wanted || value === wanted || open.length === 0)) {
        for (const symbol of open) chosen.set(symbol, value);
        return Math.max(0, found);
      }
    }
    return wanted;
  };
  const stretch = shape.rest === undefined ? 0 : Math.max(0, rank - shape.lead.length - shape.tail.length);
  const lead = shape.lead.map((dim, i) => number(dim, i === 0 ? batch : size));
  const open = Array.from({ length: stretch }, (_, i) => (lead.length + i === 0 ? batch : size));
  return [...lead, ...open, ...shape.tail.map((dim) => number(dim, size))];
}

function noneFits({ run }: Attempt): string {
  const usual = usualPath(run.paths);
  if (usual === undefined) return 'no sizes could be tried';
  run.evaluator.machine.restore(usual.state);
  const accepts = forwardText(run.evaluator, usual.value.inputs);
  return `none of the usual sizes fits (it accepts ${accepts || 'inputs of which nothing is known'}); choose sizes, for example x=(2, 3, 224, 224)`;
}
