/**
 * How an operator or a layer is declared: names, signature, and what it does to shapes.
 *
 * An operator never parses arguments, never reports, never knows severity. It asks `call` for its
 * arguments and `solve` about sizes, and answers with one of three: `known` value, `unknown`
 * because of a reason, or `mismatch` in PyTorch's own words.
 */
import type { Fix, Related } from '../finding';
import type { Dim } from '../shape/dim';
import type { DType } from '../shape/dtype';
import type { Shape } from '../shape/shape';
import type { Place } from '../text/place';
import type { TensorValue, Value } from './value';

/**
 * The arguments of one call, bound to the operator's signature with defaults filled in.
 *
 * Each accessor leaves the operator with an `unknown` answer when the argument isn't known well
 * enough, so the text after it deals with known arguments only. None is `null`.
 */
export interface Call {
  /** Whether the caller wrote this argument. */
  given(name: string): boolean;
  /** A tensor. Teaches an untyped value that it is one. */
  tensor(name: string): TensorValue;
  tensorOrNone(name: string): TensorValue | null;
  /** The tensors of a sequence argument (`torch.cat([a, b])`) or of `*args`. */
  tensors(name: string): readonly TensorValue[];
  /** A tensor, or null for a Python number (`x + 1`). */
  tensorOrNumber(name: string): TensorValue | null;
  /** An int; a fresh symbol where its value isn't known. */
  int(name: string): Dim;
  intOrNone(name: string): Dim | null;
  /** An int whose number is needed (an axis, a count of outputs). */
  number(name: string): number;
  numberOrNone(name: string): number | null;
  /** A list of ints of known length; a single int counts as one. */
  ints(name: string): readonly Dim[];
  intsOrNone(name: string): readonly Dim[] | null;
  /** As `ints`, a single int repeated `n` times (kernel_size=3). */
  intsOf(name: string, n: number): readonly Dim[];
  /** Numbers of a list or a single one (`dim=(1, 2)`), null for None. */
  numbers(name: string): readonly number[] | null;
  bool(name: string): boolean;
  string(name: string): string | null;
  float(name: string): number | null;
  /** null for None, undefined where not known. */
  dtype(name: string): DType | null | undefined;
  /** The value as it is. `**name`: the names of the arguments that `**name` collected. */
  value(name: string): Value;
  /** Items of a tuple or list value; undefined where the length isn't known. */
  items(value: Value): readonly Value[] | undefined;
  /** An attribute of a layer that the framework made (the layer that a stack repeats); undefined for any other value. */
  layerAttribute(value: Value, name: string): Value | undefined;
}

/** Asks and teaches the facts of the path that is being evaluated. */
export interface Solve {
  /** Requires a == b. False only where that can't be; otherwise what it teaches is remembered. */
  same(a: Dim, b: Dim, why?: string): boolean;
  /** Requires a >= b; false only where that can't be. */
  atLeast(a: Dim, b: Dim | number, why?: string): boolean;
  /** Requires that k divides a; false only where that can't be. */
  divides(k: Dim, a: Dim, why?: string): boolean;
  /** Asks without teaching. */
  equal(a: Dim, b: Dim): 'yes' | 'no' | 'maybe';
  less(a: Dim, b: Dim): 'yes' | 'no' | 'maybe';
  /** Whether `then` are surely equal if `when` were; teaches nothing. */
  implies(when: readonly [Dim, Dim], then: readonly [Dim, Dim]): boolean;
  /** The number that a size is known to be. */
  number(a: Dim): number | undefined;
  /** The size with everything known about it filled in. */
  dim(a: Dim): Dim;
  /** The tensor's shape with everything known about it filled in. */
  shape(t: TensorValue): Shape;
  /**
   * The dims of a tensor of known rank. Where few ranks are possible the path forks, one each;
   * where the rank is open the operator is left with `unknown`.
   */
  dims(t: TensorValue): readonly Dim[];
  /** Whether the rank is one of these can't be refuted; teaches an open rank that it is one of them. */
  rank(t: TensorValue, ranks: readonly number[]): boolean;
  /** Whether the rank may be at least n; teaches so. */
  minRank(t: TensorValue, n: number): boolean;
  /**
   * The last n dims and what is before them; call `minRank` or `rank` first.
   * Works on shapes of open rank by naming the sizes.
   */
  trailing(t: TensorValue, n: number): { readonly before: Shape; readonly last: readonly Dim[] };
  /** The first n dims and what is after them, as `trailing` does at the other end. */
  leading(t: TensorValue, n: number): { readonly first: readonly Dim[]; readonly after: Shape };
  /** A new size symbol (>= 0 unless said otherwise). */
  fresh(name: string, lower?: number): Dim;
  /** `x` or `(a, b)` or `512`: the size in the user's names, for messages. */
  text(value: Dim | Shape | readonly Dim[]): string;
}

export interface Known {
  readonly kind: 'known';
  readonly value: Value;
}
export interface NotKnown {
  readonly kind: 'unknown';
  readonly reason: string;
}
/** What would mend it: a value for an argument of the call, or of the call that built the layer. */
export interface FixIntent {
  readonly title: string;
  /** `layer`: an argument of the constructor; `call`: an argument of this call. */
  readonly where: 'layer' | 'call';
  readonly argument: string;
  readonly newText: string;
  /** Whether the text comes after the argument in place of taking its place: `x` becomes `x.flatten(1)`. */
  readonly appended?: true;
}
export interface Mismatch {
  readonly kind: 'mismatch';
  readonly id: string;
  /** PyTorch's sentence with the sizes filled in. */
  readonly message: string;
  /** Where the sizes come from, in words; places are added by the engine. */
  readonly notes: readonly string[];
  readonly fixes: readonly FixIntent[];
  /** The argument to underline; the whole call otherwise. */
  readonly argument?: string | undefined;
  /** Of code that PyTorch accepts: how much it matters. What has one doesn't end the path. */
  readonly severity?: 'warning' | 'information' | undefined;
  /** What to underline in place of the call. */
  readonly place?: Place | undefined;
  readonly related?: readonly Related[] | undefined;
  readonly edits?: readonly Fix[] | undefined;
}
export type Outcome = Known | NotKnown | Mismatch;

export const known = (value: Value): Known => ({ kind: 'known', value });
export const notKnown = (reason: string): NotKnown => ({ kind: 'unknown', reason });
export const mismatch = (
  id: string,
  message: string,
  more: {
    readonly notes?: readonly string[];
    readonly fixes?: readonly FixIntent[];
    readonly argument?: string;
    readonly related?: readonly Related[];
  } = {},
): Mismatch => ({
  kind: 'mismatch',
  id,
  message,
  notes: more.notes ?? [],
  fixes: more.fixes ?? [],
  argument: more.argument,
  related: more.related,
});

/** Signatures, one a PyTorch overload, in the notation of signatures.generated.ts. The first that binds is taken. */
export type Signatures = readonly string[];

/** Documentation of one finding id; `docs/rules/` and `tensorwright explain` are made from it. */
export interface RuleText {
  readonly id: string;
  readonly summary: string;
  readonly why: string;
  readonly bad: string;
  readonly good: string;
  /** Whether PyTorch runs the bad example without a word. */
  readonly runs?: true;
  /** What the examples are written in; Python where absent. */
  readonly language?: 'python' | 'pbtxt' | 'yaml';
}

export interface Operator {
  readonly kind: 'operator';
  /** The file's name. */
  readonly id: string;
  /** Names per framework: 'torch.matmul', 'torch.Tensor.matmul'. */
  readonly names: readonly string[];
  readonly params: (name: string) => Signatures;
  readonly infer: (call: Call, solve: Solve, name: string) => Outcome;
}

/** What a layer's constructor makes: attributes beyond its arguments, and parameters with their shapes. */
export interface Built {
  readonly kind: 'built';
  /** Parameters and buffers: shape, dtype float32 unless said; null where the layer has None there. */
  readonly tensors?: Readonly<Record<string, TensorValue | null>>;
  /** Attributes whose value is not simply the constructor's argument of the same name. */
  readonly attributes?: Readonly<Record<string, Value>>;
}

/**
 * A module class of the framework. After `build`, its arguments and `Built` are attributes of the
 * instance; `forward` reads them through `self` with the accessors of `Call`.
 */
export interface Layer {
  readonly kind: 'layer';
  readonly id: string;
  readonly names: readonly string[];
  /** Constructor signature. */
  readonly params: (name: string) => Signatures;
  /** Signature of `forward`. */
  readonly inputs: Signatures;
  readonly build: (call: Call, solve: Solve, name: string) => Built | NotKnown | Mismatch;
  readonly forward: (self: Call, call: Call, solve: Solve, name: string) => Outcome;
}

export type Declaration = Operator | Layer;

export const operator = (declaration: Omit<Operator, 'kind'>): Operator => ({ kind: 'operator', ...declaration });
export const layer = (declaration: Omit<Layer, 'kind'>): Layer => ({ kind: 'layer', ...declaration });
export const built = (more: Omit<Built, 'kind'> = {}): Built => ({ kind: 'built', ...more });
