/**
 * What an entry found: operators that refused their inputs, with the conditions of the path, and
 * the shapes that expressions had.
 */
import type { Edit, Finding, Fix, Related, Severity } from '../finding';
import type * as tree from '../python/tree';
import { dimsOf, showShape } from '../shape/shape';
import type { Facts } from '../shape/facts';
import type { Sym } from '../shape/dim';
import type { Place } from '../text/place';
import type { Bound } from './bind';
import { LAST_BATCH } from './builtins/data';
import type { ExportCall } from './builtins/exports';
import { covers } from './coverage';
import type { Evaluator } from './evaluator';
import type { Construction } from './heap';
import type { Condition, Conditions, Machine, State } from './machine';
import type { FixIntent, Mismatch } from './operator';
import type { FunctionValue, TensorValue, Value } from './value';

interface Candidate {
  readonly mismatch: Mismatch;
  readonly place: Place;
  readonly related: readonly Related[];
  readonly fixes: readonly Fix[];
  readonly conditions: Conditions;
  readonly part: object | undefined;
}

interface Raised {
  readonly conditions: Conditions;
  readonly part: object | undefined;
}

/** The shape an expression had on one path. */
export interface Recorded {
  readonly expression: tree.Expr | tree.Param;
  readonly name: string | undefined;
  readonly value: Value;
  readonly facts: Facts;
  /** What the path had assumed until then. */
  readonly conditions: Conditions;
  /** The report of the entry that it was seen in. */
  readonly entry: object;
}

interface Context {
  readonly bound: Bound;
  readonly built: Construction | undefined;
}

export class Report {
  private readonly candidates: Candidate[] = [];
  private readonly raisedUnder: Raised[] = [];
  /** Methods of a class run one by one after its constructor: what one raises says nothing of another. */
  private part: object | undefined;
  readonly recorded: Recorded[] = [];
  /** Calls that write model files. */
  readonly exports: ExportCall[] = [];
  /** Functions that were evaluated. */
  readonly functions = new Set<object>();

  constructor(
    private readonly file: string,
    readonly recording: boolean,
  ) {}

  // ---- what the evaluator tells

  runs(fn: FunctionValue): void {
    this.functions.add(fn.node);
  }

  raised(conditions: Conditions): void {
    this.raisedUnder.push({ conditions, part: this.part });
  }

  /** What comes from here on belongs to this method. */
  startPart(part: object): void {
    this.part = part;
  }

  record(expression: tree.Expr | tree.Param, value: Value, { facts, conditions }: Machine, name?: string): void {
    if (expression.at.file === this.file)
      this.recorded.push({ expression, name, value, facts, conditions, entry: this });
  }

  /** Gives what was recorded from the `first` on the rank that all ways in which its path can end have taught. */
  learn(first: number, ends: readonly State[]): void {
    for (let i = first; i < this.recorded.length; i++) {
      const record = this.recorded[i];
      if (record === undefined || rankOf(record) !== undefined) continue;
      const later = ends.filter((end) => goesOn(record.conditions, end)).map((end) => recordedAt(record, end));
      const [known] = later;
      const rank = known && rankOf(known);
      if (known && rank !== undefined && later.every((other) => rankOf(other) === rank)) this.recorded[i] = known;
    }
  }

  mismatch(ev: Evaluator, mismatch: Mismatch, call: tree.Expr, context?: Context): void {
    if (ev.guarded > 0 && mismatch.severity === undefined) return;
    const node = mismatch.place ?? call;
    const stack = callStack(ev, node);
    const place = stack.find((at) => at.file === this.file)?.place;
    if (place === undefined) return;
    this.candidates.push({
      mismatch,
      place,
      related: relatedPlaces(ev, mismatch, node, place, stack, context),
      fixes: [...mismatch.fixes.flatMap((intent) => fixOf(intent, context)), ...(mismatch.edits ?? [])],
      conditions: ev.machine.conditions,
      part: this.part,
    });
  }

  /** How much was said until now. */
  get said(): number {
    return this.candidates.length + this.raisedUnder.length;
  }

  // ---- what it comes to

  /** Findings of the entry: certain ones as errors, those under an option of the user's as warnings. */
  findings(): Finding[] {
    const findings = new Map<string, Finding>();
    for (const part of new Set(this.candidates.map((candidate) => candidate.part))) this.conclude(part, findings);
    return [...findings.values()];
  }

  /** What one part, or what comes before all parts, has to say. */
  private conclude(part: object | undefined, findings: Map<string, Finding>): void {
    // A path that ends before the parts begin reaches none of them.
    const refuted = this.candidates.filter(({ mismatch }) => mismatch.severity === undefined);
    const everything = [...refuted, ...this.raisedUnder]
      .filter((ended) => ended.part === part || ended.part === undefined)
      .map(({ conditions }) => conditions);
    const candidates = this.candidates.filter((candidate) => candidate.part === part);
    const certain = covers(everything);
    // Where every rank of an input is refuted, the usual one (asked first) speaks for all.
    const failing = candidates.filter(({ mismatch }) => mismatch.severity === undefined);
    const usual = failing.filter(({ conditions }) =>
      [...conditions.values()].every((condition) => condition.kind !== 'rank' || condition.answer === 0),
    );
    const advised = candidates.filter(({ mismatch }) => mismatch.severity !== undefined);
    for (const candidate of [...(usual.length > 0 ? usual : failing), ...advised]) {
      const { place, mismatch } = candidate;
      const verdict =
        mismatch.severity !== undefined
          ? judgeAdvice(candidate, candidates)
          : certain
            ? { severity: 'error' as Severity, flags: [] }
            : judge(candidate.conditions, everything);
      // An assertion about options is the author's word on which go together.
      if (verdict === undefined || (mismatch.id === 'assertion-fails' && verdict.flags.length > 0)) continue;
      const key = `${mismatch.id} ${place.at.base + place.start} ${place.end}`;
      const earlier = findings.get(key);
      if (earlier !== undefined && !isWorse(verdict.severity, earlier.severity)) continue;
      const when = verdict.flags.length > 0 ? ` (when ${verdict.flags.map((flag) => flag.label).join(' and ')})` : '';
      findings.set(key, {
        id: mismatch.id,
        severity: verdict.severity,
        ...(mismatch.severity === undefined ? { raises: true } : {}),
        message: mismatch.message + when,
        place,
        related: candidate.related,
        // What cures the last batch breaks the others.
        fixes: verdict.flags.some((flag) => flag.key.startsWith(LAST_BATCH)) ? [] : candidate.fixes,
      });
    }
  }
}

/** The number of dims of a tensor; undefined where it isn't known, NaN for what can't be a tensor. */
function rankOf({ value, facts }: Recorded): number | undefined {
  if (value.kind === 'latent') return undefined;
  return value.kind === 'tensor' ? dimsOf(facts.shape(value.shape))?.length : NaN;
}

/** Whether a path that had assumed this may have ended so. */
const goesOn = (conditions: Conditions, end: State): boolean =>
  [...conditions].every(([key, { answer }]) => end.conditions.get(key)?.answer === answer);

const recordedAt = (record: Recorded, { facts, latents }: State): Recorded => ({
  ...record,
  facts,
  value: (record.value.kind === 'latent' ? latents.get(record.value.id) : undefined) ?? record.value,
});

const RANKS: Readonly<Record<Severity, number>> = { error: 0, warning: 1, information: 2, hint: 3 };
const isWorse = (a: Severity, b: Severity): boolean => RANKS[a] < RANKS[b];

/** Advice about code that runs is certain where all paths that lead to the code agree, or an option decides. */
function judgeAdvice(candidate: Candidate, all: readonly Candidate[]): ReturnType<typeof judge> {
  const { mismatch, conditions } = candidate;
  const same = all.filter((other) => other.mismatch.id === mismatch.id && other.place === candidate.place);
  const verdict = judge(
    conditions,
    same.map((other) => other.conditions),
  );
  return verdict && { ...verdict, severity: mismatch.severity ?? verdict.severity };
}

/**
 * Whether a refutation is certain. Conditions on the rank of an input are the input's own: if every
 * rank is refuted there is none that works. Options of the user's make it a warning that names them.
 */
function judge(
  conditions: Conditions,
  everything: readonly Conditions[],
): { readonly severity: Severity; readonly flags: readonly Condition[] } | undefined {
  const own = [...conditions.values()];
  const flags = own.filter((condition) => condition.kind === 'flag');
  if (own.some((condition) => condition.kind === 'unknown' || condition.kind === 'size')) return undefined;
  const under = everything
    .filter((other) =>
      flags.every((flag) => other.get(flag.key) === undefined || other.get(flag.key)?.answer === flag.answer),
    )
    .map((other) => new Map([...other].filter(([key]) => !flags.some((flag) => flag.key === key))));
  if (!covers(under)) return undefined;
  return flags.length === 0 ? { severity: 'error', flags } : { severity: 'warning', flags };
}

interface StackEntry {
  readonly file: string;
  readonly place: Place;
}

/** Places of the calls in progress, innermost first. */
function callStack(ev: Evaluator, node: Place): StackEntry[] {
  const stack: StackEntry[] = [{ file: node.at.file, place: node }];
  for (let active: typeof ev.activation | undefined = ev.activation; active !== undefined; active = active.caller)
    if (active.calledAt !== undefined) stack.push({ file: active.calledAt.at.file, place: active.calledAt });
  return stack;
}

const samePlace = (a: Place, b: Place): boolean => a.at === b.at && a.start === b.start && a.end === b.end;

function relatedPlaces(
  ev: Evaluator,
  mismatch: Mismatch,
  node: Place,
  place: Place,
  stack: readonly StackEntry[],
  context: Context | undefined,
): Related[] {
  const related: Related[] = [];
  const add = (at: Place | undefined, message: string): void => {
    if (
      at === undefined ||
      samePlace(at, place) ||
      related.some((other) => samePlace(other.place, at) && other.message === message)
    )
      return;
    if (related.length < 6) related.push({ place: at, message });
  };
  if (!samePlace(node, place)) add(node, mismatch.message);
  for (const { place: at, message } of mismatch.related ?? []) add(at, message);
  // Advice says itself what it is about; the sizes don't matter to it.
  if (mismatch.severity !== undefined) context = undefined;
  if (context?.built !== undefined)
    add(context.built.place, `the layer is built here: ${shorten(ev.program.textOf(context.built.place))}`);
  for (const [name, given] of context?.bound.given ?? []) {
    const value = given.value;
    if (value.kind === 'tensor' && value.origin !== undefined)
      add(value.origin, `${argumentName(ev, given.place, name)} is ${shapeText(ev, value)} here`);
  }
  for (const cause of ev.machine.because) add(cause.place, cause.text);
  for (const note of mismatch.notes) add(node, note);
  for (const { place: at } of stack.slice(1)) if (at.start !== at.end) add(at, 'called from here');
  return related;
}

const shorten = (text: string): string => {
  const flat = text.replace(/\s+/g, ' ');
  return flat.length > 60 ? `${flat.slice(0, 57)}...` : flat;
};

const argumentName = (ev: Evaluator, place: Place | undefined, name: string): string => {
  const written = place === undefined ? '' : ev.program.textOf(place);
  return /^[\w.]{1,30}$/.test(written) ? written : name === 'self' ? 'the tensor' : name;
};

const shapeText = (ev: Evaluator, value: TensorValue): string => {
  const { facts } = ev.machine;
  return showShape(facts.shape(value.shape), (s: Sym) => facts.nameOf(s));
};

/** An edit of the argument that the intent names, where it is written as a number. */
function fixOf(intent: FixIntent, context: Context | undefined): Fix[] {
  const at =
    intent.where === 'layer'
      ? context?.built?.arguments.get(intent.argument)
      : context?.bound.given.get(intent.argument)?.place;
  if (at !== undefined && intent.appended === true && isPrimary(at))
    return [{ title: intent.title, edits: [{ place: { ...placeOf(at), start: at.end }, newText: intent.newText }] }];
  if (at === undefined || intent.appended === true || !isLiteral(at)) return [];
  const edit: Edit = { place: at, newText: intent.newText };
  return [{ title: intent.title, edits: [edit] }];
}

const placeOf = ({ at, start, end }: Place): Place => ({ at, start, end });

/** Whether a method can be called on the text of an argument as it is. */
const isPrimary = (place: Place): boolean =>
  'kind' in place && ['name', 'attribute', 'call', 'subscript'].includes((place as tree.Expr).kind);

/** Whether an argument is written out in numbers (`512`, `64 * 8 * 8`, `(3, 3)`): then a number may take its place. */
const isLiteral = (place: Place): boolean => 'kind' in place && isNumbers(place as tree.Expr);

function isNumbers(expr: tree.Expr): boolean {
  switch (expr.kind) {
    case 'int':
      return true;
    case 'unary':
      return isNumbers(expr.operand);
    case 'binary':
      return isNumbers(expr.left) && isNumbers(expr.right);
    case 'tuple':
    case 'list':
      return expr.items.every(isNumbers);
    default:
      return false;
  }
}
