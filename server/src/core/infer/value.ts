/**
 * Abstract values of Python expressions.
 *
 * Tensors, numbers and texts are plain immutable data. Everything with identity (lists, dicts,
 * instances, function frames) is a reference into the heap (heap.ts), so that sharing and mutation
 * mean what they mean in Python.
 */
import type { AxisSplit } from '../shape/axis';
import type { Dim } from '../shape/dim';
import type { DType } from '../shape/dtype';
import type { Shape } from '../shape/shape';
import type { Place } from '../text/place';
import type { ClassDef, FunctionDef, Lambda } from '../python/tree';

export type Value =
  | TensorValue
  | IntValue
  | BoolValue
  | FloatValue
  | StrValue
  | NoneValue
  | EllipsisValue
  | SliceValue
  | DTypeValue
  | DeviceValue
  | ShapeValue
  | TupleValue
  | PartsValue
  | ReferenceValue
  | ClassValue
  | FunctionValue
  | MethodValue
  | PartialValue
  | ExternalValue
  | ModuleValue
  | SuperValue
  | LatentValue
  | UnknownValue;

/** What a tensor is known to be besides its shape and dtype. */
export type TraitKind =
  /** What a linear layer or convolution gives: any numbers. */
  | 'scores'
  | 'softmax'
  | 'log_softmax'
  | 'sigmoid'
  /** Cut off from what it was computed from: no gradient goes back through it. */
  | 'detached';
/** Where a trait comes from. Paths that differ only in it are one path, without it. */
export interface Trait {
  readonly kind: TraitKind;
  /** Full name of the operator or layer that gave it. */
  readonly by: string;
  /** The call that gave it. */
  readonly place: Place;
  /** Of a layer: the call that built it. */
  readonly built?: Place | undefined;
}
/** Whole numbers that a tensor holds. */
export interface Indices {
  /** The least of them and the greatest. */
  readonly low: Dim;
  readonly high: Dim;
  /** How many were drawn at random between the two; undefined: both are among them. */
  readonly drawn?: Dim | undefined;
}
export interface TensorValue {
  readonly kind: 'tensor';
  readonly shape: Shape;
  /** undefined: not known. */
  readonly dtype: DType | undefined;
  /** Device type; undefined: not known. */
  readonly device?: string | undefined;
  /** Whether it is an nn.Parameter. */
  readonly parameter?: boolean | undefined;
  /** Where it was made; not part of its identity. */
  readonly origin?: Place | undefined;
  readonly trait?: Trait | undefined;
  /** What it holds, where it is indices; ask `indicesOf` (indices.ts). */
  readonly indices?: Indices | undefined;
  /** The numbers in a tensor of one dim or none, where they are known: `torch.linspace(0, rate, depth)`. */
  readonly numbers?: readonly number[] | undefined;
}
/** An int (sizes, indices): a number, or symbolic. */
export interface IntValue {
  readonly kind: 'int';
  readonly dim: Dim;
}
/** A test that was not decided; when it is, the answer teaches. */
export type Test =
  | { readonly kind: 'flag'; readonly key: string }
  | { readonly kind: 'compare'; readonly op: '==' | '<'; readonly left: Dim; readonly right: Dim }
  | { readonly kind: 'none'; readonly latent: number; readonly name: string }
  | { readonly kind: 'rank'; readonly shape: Shape; readonly rank: number };
/** `value` undefined: either; `test` says what was asked, so that the same test answers the same later. */
export interface BoolValue {
  readonly kind: 'bool';
  readonly value: boolean | undefined;
  readonly test?: Test | undefined;
  /** Whether this is the opposite of `test`. */
  readonly negated?: boolean;
}
/** A float: a number, or an exact ratio of sizes (`dim / 2`), or not known. */
export interface FloatValue {
  readonly kind: 'float';
  readonly value: number | undefined;
  readonly ratio?: { readonly over: Dim; readonly under: Dim };
}
export interface StrValue {
  readonly kind: 'str';
  readonly value: string | undefined;
}
export interface NoneValue {
  readonly kind: 'none';
}
export interface EllipsisValue {
  readonly kind: 'ellipsis';
}
export interface SliceValue {
  readonly kind: 'slice';
  readonly lower: Value;
  readonly upper: Value;
  readonly step: Value;
}
export interface DTypeValue {
  readonly kind: 'dtype';
  readonly dtype: DType;
}
export interface DeviceValue {
  readonly kind: 'device';
  readonly device: string | undefined;
}
/** torch.Size of a tensor; behaves as a tuple of ints whose length may be open. */
export interface ShapeValue {
  readonly kind: 'shape';
  readonly shape: Shape;
}
export interface TupleValue {
  readonly kind: 'tuple';
  readonly items: readonly Value[];
  /** Field names of a named tuple (`out.values`). */
  readonly names?: readonly string[];
}
/** The tuple of a tensor's parts along an axis where their number isn't known: unpacking it says the number. */
export interface PartsValue {
  readonly kind: 'parts';
  readonly of: TensorValue;
  readonly cut: AxisSplit;
  /** The size of each part but the last, which has the rest; undefined: one each, without the axis. */
  readonly size: Dim | undefined;
}
/** A list, dict, set or instance in the heap. */
export interface ReferenceValue {
  readonly kind: 'ref';
  readonly id: number;
}
/** A class of analysed source. */
export interface ClassValue {
  readonly kind: 'class';
  readonly node: ClassDef;
  /** Heap id of the frame the class statement ran in. */
  readonly frame: number;
  readonly bases: readonly Value[];
  /** Heap id of the namespace object. */
  readonly namespace: number;
  readonly file: string;
}
export interface FunctionValue {
  readonly kind: 'function';
  readonly node: FunctionDef | (Lambda & { readonly name?: undefined });
  readonly frame: number;
  readonly defaults: readonly (Value | undefined)[];
  readonly file: string;
  /** The class whose body defines it, for `super()`. */
  readonly owner?: ClassValue | undefined;
  readonly binding?: 'static' | 'class' | 'property';
  /** Of a property that can be assigned. */
  readonly setter?: FunctionValue | undefined;
}
export interface MethodValue {
  readonly kind: 'method';
  readonly self: Value;
  /** A function of source, or the name of a built-in method (`append`, `view`). */
  readonly target: FunctionValue | string;
}
export interface PartialValue {
  readonly kind: 'partial';
  readonly callee: Value;
  readonly args: readonly Value[];
  readonly keywords: readonly (readonly [string, Value])[];
}
/** A name of a known framework or of the standard library: 'torch.nn.Linear', 'builtins.range'. */
export interface ExternalValue {
  readonly kind: 'external';
  readonly path: string;
}
/** A module of analysed source. */
export interface ModuleValue {
  readonly kind: 'module';
  readonly file: string;
  readonly name: string;
}
export interface SuperValue {
  readonly kind: 'super';
  readonly self: Value;
  readonly after: ClassValue;
}
/** An argument nobody has said anything about yet; a use may teach what it is (facts keep it). */
export interface LatentValue {
  readonly kind: 'latent';
  readonly id: number;
  readonly name: string;
  /** What it most likely is, where arithmetic alone doesn't tell. */
  readonly hint: 'tensor' | 'number' | undefined;
}
/** Nothing is known, and why. Absorbs every operation on it. */
export interface UnknownValue {
  readonly kind: 'unknown';
  readonly reason: string;
  readonly place?: Place | undefined;
}

export const none: NoneValue = { kind: 'none' };
export const unknown = (reason: string, place?: Place): UnknownValue => ({ kind: 'unknown', reason, place });
export const int = (dim: Dim): IntValue => ({ kind: 'int', dim });
export const bool = (value: boolean | undefined, test?: Test, negated = false): BoolValue =>
  test === undefined ? { kind: 'bool', value } : { kind: 'bool', value, test, negated };
export const str = (value: string | undefined): StrValue => ({ kind: 'str', value });
export const float = (value: number | undefined): FloatValue => ({ kind: 'float', value });
export const tuple = (items: readonly Value[], names?: readonly string[]): TupleValue =>
  names === undefined ? { kind: 'tuple', items } : { kind: 'tuple', items, names };
/** Names every property: objects of one form are read and made faster. */
export const tensor = (shape: Shape, dtype: DType | undefined, more: Partial<TensorValue> = {}): TensorValue => ({
  kind: 'tensor',
  shape,
  dtype,
  device: more.device,
  parameter: more.parameter,
  origin: more.origin,
  trait: more.trait,
  indices: more.indices,
  numbers: more.numbers,
});
