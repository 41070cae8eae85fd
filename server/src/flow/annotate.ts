/** Annotations of a function with the shapes that it takes and gives, in the dialect of its file. */
import type { Edit, Fix } from '../core/finding';
import { callFunction } from '../core/infer/functionCalls';
import { argumentsFor, nameOf, openness } from '../core/infer/defaults';
import { bounded, definitions, start } from '../core/infer/entries';
import type { Evaluator } from '../core/infer/evaluator';
import { settle } from '../core/infer/latent';
import type { Branch } from '../core/infer/machine';
import type { Program } from '../core/infer/program';
import { Report } from '../core/infer/report';
import type { ClassValue, FunctionValue, TensorValue, Value } from '../core/infer/value';
import { methodOf } from '../core/infer/classes';
import type * as tree from '../core/python/tree';
import type { DType } from '../core/shape/dtype';
import { constantOf, showDim, type Dim, type Sym } from '../core/shape/dim';
import type { Facts } from '../core/shape/facts';
import type { Place } from '../core/text/place';
import { dialectOf, elementsOf, type Dialect, type WrittenDim } from './dialects';
import { importEdits, tensorName } from './imports';
import { moduleClasses, runModule, type Ended, type Input } from './modules';

/** A function that can be annotated, and the class that it is the `forward` of. */
interface Target {
  readonly fn: FunctionValue;
  readonly def: tree.FunctionDef;
  readonly cls: ClassValue | undefined;
}

/** What is known of a function when it is called with anything. */
interface Signature {
  readonly ev: Evaluator;
  readonly paths: readonly Branch<Omit<Ended, 'self'>>[];
  /** Its errors by what and where. */
  readonly errors: ReadonlySet<string>;
}

/**
 * Annotations for the function whose signature is at an offset; undefined where there is none, or nothing to say.
 *
 * Only what every path agrees on is written. Parameters that have an annotation of more than `Tensor`, or None as their
 * default, are left as they are.
 */
export function annotationAt(program: Program, path: string, text: string, offset: number): Fix | undefined {
  const target = targetAt(program, path, text, offset);
  if (target === undefined) return undefined;
  const plain = signatureOf(program, path, target, new Map());
  const typed = plain && withTypes(program, path, target, plain);
  if (typed === undefined || typed.paths.length === 0) return undefined;
  const file = program.script(path, false)?.module.tree;
  if (file === undefined) return undefined;
  const dialect = dialectOf(text);
  const writing = new Writing(typed, dialect, tensorName(file));
  const edits = [...parameterEdits(target, writing), ...returnEdits(target, writing, text)];
  if (edits.length === 0) return undefined;
  return {
    title: `Insert shape annotations (${dialect.name})`,
    edits: [...edits, ...importEdits(file, text, writing.needs)],
  };
}

function targetAt(program: Program, path: string, text: string, offset: number): Target | undefined {
  const module = program.script(path, false)?.module;
  if (module === undefined) return undefined;
  const holds = (def: tree.FunctionDef): boolean => {
    const first = def.at.base + def.nameStart;
    const header = headerEnd(text, first);
    return header !== undefined && text.lastIndexOf('\n', first) < offset && offset <= header;
  };
  for (const cls of moduleClasses(program, path)) {
    const def = cls.node.body.find(
      (stmt): stmt is tree.FunctionDef => stmt.kind === 'function' && stmt.name === 'forward',
    );
    if (def === undefined || !holds(def)) continue;
    const run = runModule(program, path, cls, { named: new Map(), inputs: [] });
    const fn = run && methodOf(run.evaluator, cls, 'forward');
    return fn?.node === def ? { fn, def, cls } : undefined;
  }
  const fn = definitions(program, module).find(
    (value): value is FunctionValue => value.kind === 'function' && value.node.kind === 'function' && holds(value.node),
  );
  return fn?.node.kind === 'function' ? { fn, def: fn.node, cls: undefined } : undefined;
}

const ANNOTATE_STEPS = 8_000;

function signatureOf(
  program: Program,
  path: string,
  { fn, def, cls }: Target,
  given: ReadonlyMap<string, Value>,
): Signature | undefined {
  const keys = (findings: readonly { readonly id: string; readonly place: Place; readonly severity: string }[]) =>
    new Set(
      findings
        .filter(({ severity }) => severity === 'error')
        .map(({ id, place }) => `${id} ${place.at.file} ${place.at.base + place.start}`),
    );
  if (cls !== undefined) {
    const run = runModule(program, path, cls, { named: new Map(), inputs: [], given });
    return run && { ev: run.evaluator, paths: run.paths, errors: keys(run.findings) };
  }
  const module = program.script(path, false)?.module;
  if (module === undefined) return undefined;
  const report = new Report(path, false);
  const ev = start(program, module, report, new Map(), ANNOTATE_STEPS);
  let paths: Branch<Omit<Ended, 'self'>>[] = [];
  bounded(() => {
    paths = ev.branches(ev.machine.seal(), () => {
      const inputs: Input[] = argumentsFor(fn, undefined, 'symbolic', false).map(({ name, value }) => ({
        name,
        value: given.get(name) ?? value,
      }));
      const positional = inputs.map(({ value }) => ({ value }));
      const args = { positional, keywords: new Map(), ...openness(fn) };
      return { inputs, value: callFunction(ev, fn, args, nameOf(def), undefined) };
    });
  });
  return { ev, paths, errors: keys(report.findings()) };
}

/** The same with element types where only numbers with a fraction, or only whole ones, do. */
function withTypes(program: Program, path: string, target: Target, plain: Signature): Signature | undefined {
  const [first] = plain.paths;
  if (first === undefined) return undefined;
  plain.ev.machine.restore(first.state);
  const given = new Map<string, Value>();
  let best = plain;
  for (const { name, value } of first.value.inputs) {
    const input = settle(plain.ev, value);
    if (input.kind !== 'tensor' || input.dtype !== undefined) continue;
    const open: TensorValue = { ...input, shape: first.state.facts.shape(input.shape) };
    const as = (dtype: DType): Signature | undefined =>
      signatureOf(program, path, target, new Map([...given, [name, { ...open, dtype }]]));
    const [floats, whole] = [as('float32'), as('int64')];
    const fits = (tried: Signature | undefined): boolean =>
      tried !== undefined && [...tried.errors].every((error) => plain.errors.has(error));
    if (fits(floats) === fits(whole)) continue;
    given.set(name, { ...open, dtype: fits(floats) ? 'float32' : 'int64' });
    best = (fits(floats) ? floats : whole) ?? best;
  }
  return best;
}

// ---- edits

function parameterEdits({ def }: Target, writing: Writing): readonly Edit[] {
  return def.params.flatMap((param): Edit[] => {
    if (param.form === '*' || param.form === '**' || param.default?.kind === 'none') return [];
    if (param.annotation !== undefined && !isPlain(param.annotation)) return [];
    const written = writing.parameter(param.name);
    if (written === undefined) return [];
    if (param.annotation !== undefined) return [{ place: param.annotation, newText: written }];
    const end = param.start + param.name.length;
    return [{ place: { at: param.at, start: end, end }, newText: `: ${written}` }];
  });
}

/** `Tensor`, `torch.Tensor`: an annotation that says nothing of a shape. */
const isPlain = (annotation: tree.Expr): boolean =>
  (annotation.kind === 'name' || annotation.kind === 'attribute') && annotation.name === 'Tensor';

function returnEdits({ def }: Target, writing: Writing, text: string): readonly Edit[] {
  if (def.returns !== undefined && !isPlain(def.returns)) return [];
  const written = writing.result();
  if (written === undefined) return [];
  if (def.returns !== undefined) return [{ place: def.returns, newText: written }];
  const end = parametersEnd(text, def.at.base + def.nameStart);
  if (end === undefined) return [];
  const place = { at: def.at, start: end - def.at.base, end: end - def.at.base };
  return [{ place, newText: ` -> ${written}` }];
}

/** Where the brackets of the parameters close, from a function's name on. */
function parametersEnd(text: string, from: number): number | undefined {
  let depth = 0;
  const pieces = /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*|[()[\]{}]/g;
  pieces.lastIndex = from;
  for (let found = pieces.exec(text); found !== null; found = pieces.exec(text)) {
    if (/^[([{]/.test(found[0])) depth += 1;
    else if (/^[)\]}]$/.test(found[0]) && --depth === 0) return found.index + 1;
  }
  return undefined;
}

/** The end of the signature: the colon before the body. */
function headerEnd(text: string, from: number): number | undefined {
  const end = parametersEnd(text, from);
  const colon = end === undefined ? -1 : text.indexOf(':', end);
  return colon < 0 ? undefined : colon;
}

/** Writes values of all paths as annotations; names are bound from left to right, as dialects check them. */
class Writing {
  readonly needs: (readonly [string, string])[] = [];
  private readonly bound = new Set<string>();

  constructor(
    private readonly signature: Signature,
    private readonly dialect: Dialect,
    private readonly tensor: string,
  ) {}

  parameter(name: string): string | undefined {
    const values = this.signature.paths.map(({ state, value }) => ({
      facts: state.facts,
      value: this.settled(state, value.inputs.find((input) => input.name === name)?.value),
    }));
    return this.agreed(values);
  }

  result(): string | undefined {
    const values = this.signature.paths.map(({ state, value }) => ({
      facts: state.facts,
      value: this.settled(state, value.value),
    }));
    return this.agreed(values);
  }

  private settled(state: Branch<unknown>['state'], value: Value | undefined): Value | undefined {
    this.signature.ev.machine.restore(state);
    return value && settle(this.signature.ev, value);
  }

  private agreed(values: readonly { readonly facts: Facts; readonly value: Value | undefined }[]): string | undefined {
    const texts = values.map(({ facts, value }) => {
      const bound = new Set(this.bound);
      return { text: this.written(facts, value, bound), bound };
    });
    const [first] = texts;
    if (first?.text === undefined || texts.some(({ text }) => text !== first.text)) return undefined;
    for (const name of first.bound) this.bound.add(name);
    for (const { value } of values.slice(0, 1)) this.need(value);
    return first.text;
  }

  private need(value: Value | undefined): void {
    if (value?.kind === 'tuple') value.items.forEach((item) => this.need(item));
    else if (value?.kind === 'tensor')
      this.needs.push(...this.dialect.needs(value.dtype === undefined ? undefined : elementsOf(value.dtype)));
  }

  private written(facts: Facts, value: Value | undefined, bound: Set<string>): string | undefined {
    if (value?.kind === 'tuple') {
      const items = value.items.map((item) => this.written(facts, item, bound));
      return items.length > 0 && items.every((item) => item !== undefined) ? `tuple[${items.join(', ')}]` : undefined;
    }
    if (value?.kind !== 'tensor') return undefined;
    const shape = facts.shape(value.shape);
    const rest: WrittenDim[] = shape.rest === undefined ? [] : [{ kind: 'variadic', text: shape.rest.name }];
    if (rest.length > 0 && shape.lead.length + shape.tail.length === 0) return undefined;
    const one = (dim: Dim): WrittenDim => writtenDim(facts, dim, bound);
    const dims = [...shape.lead.map(one), ...rest, ...shape.tail.map(one)];
    const elements = value.dtype === undefined ? undefined : elementsOf(value.dtype);
    return this.dialect.write(dims, elements, this.tensor);
  }
}

function writtenDim(facts: Facts, dim: Dim, bound: Set<string>): WrittenDim {
  const simple = facts.dim(dim);
  const number = constantOf(simple);
  if (number !== undefined) return { kind: 'int', text: String(number) };
  const text = showDim(simple, (s: Sym) => facts.nameOf(s)).replace(/\s+/g, '');
  if (/^[A-Za-z]\w*$/.test(text)) {
    bound.add(text);
    return { kind: 'name', text };
  }
  const names = text.match(/[A-Za-z_]\w*/g) ?? [];
  const readable = /^[\w+\-*/%()]+$/.test(text) && names.every((name) => bound.has(name));
  return readable ? { kind: 'expression', text } : { kind: 'any' };
}
