/** The arguments of one operator call, as operators ask for them. */
import { freshSym, num, sym, type Dim } from '../shape/dim';
import { constantOf } from '../shape/dim';
import { dimsOf } from '../shape/shape';
import type { DType } from '../shape/dtype';
import type { Call } from './operator';
import { Leave, type Machine } from './machine';
import type { LatentValue, TensorValue, Value } from './value';

/** What `Arguments` needs of the evaluator. */
export interface ValueAccess {
  readonly machine: Machine;
  /** Items of a list, tuple, shape or similar; undefined where the number isn't known. */
  itemsOf(value: Value): readonly Value[] | undefined;
  /** A value seen as tensor; teaches latent ones. */
  asTensor(value: Value): TensorValue | undefined;
  /** A latent argument that was found to be something. */
  settle(value: Value): Value;
  /** A latent argument as the int that it must be; teaches so. */
  asSize(value: LatentValue): Dim | undefined;
  /** Whether an argument that may be left out is None: both, on a path each. */
  isNone(value: LatentValue): boolean;
}

export class BoundCall implements Call {
  constructor(
    private readonly access: ValueAccess,
    private readonly get: (name: string) => Value | undefined,
    private readonly wasGiven: (name: string) => boolean,
  ) {}

  given(name: string): boolean {
    return this.wasGiven(name);
  }

  value(name: string): Value {
    const value = this.get(name);
    if (value === undefined) throw new Leave(`${name} is not known`);
    return this.access.settle(value);
  }

  tensor(name: string): TensorValue {
    const value = this.value(name);
    if (value.kind === 'none') throw new Leave(`${name} is None`);
    return this.asTensor(value, name);
  }

  tensorOrNone(name: string): TensorValue | null {
    const value = this.value(name);
    return value.kind === 'none' || (value.kind === 'latent' && this.access.isNone(value))
      ? null
      : this.asTensor(value, name);
  }

  private asTensor(value: Value, name: string): TensorValue {
    const tensor = this.access.asTensor(value);
    if (tensor === undefined)
      throw new Leave(value.kind === 'unknown' ? value.reason : `${name} is not known to be a tensor`);
    return tensor;
  }

  tensors(name: string): readonly TensorValue[] {
    const value = this.value(name);
    const items = this.access.itemsOf(value);
    if (items === undefined)
      throw new Leave(value.kind === 'unknown' ? value.reason : `the number of ${name} is not known`);
    // torch.meshgrid(a, b) and torch.meshgrid([a, b]) are the same.
    const only = items.length === 1 ? items[0] : undefined;
    const inner = only && only.kind !== 'tensor' && only.kind !== 'latent' ? this.access.itemsOf(only) : undefined;
    return (inner ?? items).map((item) => this.asTensor(this.access.settle(item), name));
  }

  tensorOrNumber(name: string): TensorValue | null {
    const value = this.value(name);
    if (value.kind === 'int' || value.kind === 'float' || value.kind === 'bool') return null;
    return this.asTensor(value, name);
  }

  int(name: string): Dim {
    const value = this.value(name);
    if (value.kind === 'none') throw new Leave(`${name} is None`);
    return this.size(value, name);
  }

  private size(value: Value, name: string): Dim {
    return (value.kind === 'latent' ? this.access.asSize(value) : undefined) ?? this.asInt(value, name);
  }

  intOrNone(name: string): Dim | null {
    const value = this.value(name);
    return value.kind === 'none' ? null : this.asInt(value, name);
  }

  private asInt(value: Value, name: string): Dim {
    switch (value.kind) {
      case 'int':
        return this.access.machine.facts.dim(value.dim);
      case 'bool':
        if (value.value !== undefined) return num(value.value ? 1 : 0);
        break;
      case 'unknown':
      case 'tensor':
      case 'latent':
        return sym(freshSym(name, -Infinity));
      default:
        break;
    }
    throw new Leave(`${name} is not an int`);
  }

  number(name: string): number {
    const value = this.numberOrNone(name);
    if (value === null) throw new Leave(`${name} is None`);
    return value;
  }

  numberOrNone(name: string): number | null {
    const dim = this.intOrNone(name);
    return dim === null ? null : this.constant(dim, name);
  }

  private constant(dim: Dim, name: string): number {
    const value = constantOf(dim);
    if (value === undefined) throw new Leave(`${name} is not a known number`);
    return value;
  }

  ints(name: string): readonly Dim[] {
    const value = this.intsOrNone(name);
    if (value === null) throw new Leave(`${name} is None`);
    return value;
  }

  intsOrNone(name: string): readonly Dim[] | null {
    const value = this.value(name);
    if (value.kind === 'none') return null;
    if (value.kind === 'int' || value.kind === 'bool') return [this.asInt(value, name)];
    if (value.kind === 'shape') {
      const dims = dimsOf(this.access.machine.facts.shape(value.shape));
      if (dims !== undefined) return dims;
    }
    const items = this.access.itemsOf(value);
    if (items === undefined)
      throw new Leave(value.kind === 'unknown' ? value.reason : `the length of ${name} is not known`);
    return items.map((item) => this.size(this.access.settle(item), name));
  }

  intsOf(name: string, n: number): readonly Dim[] {
    const value = this.ints(name);
    const first = value[0];
    if (value.length === 1 && first !== undefined) return new Array<Dim>(n).fill(first);
    if (value.length !== n) throw new Leave(`${name} does not have ${n} entries`);
    return value;
  }

  numbers(name: string): readonly number[] | null {
    const value = this.intsOrNone(name);
    return value === null ? null : value.map((dim) => this.constant(dim, name));
  }

  bool(name: string): boolean {
    const value = this.value(name);
    if (value.kind === 'bool' && value.value !== undefined) return value.value;
    if (value.kind === 'int') return this.constant(this.access.machine.facts.dim(value.dim), name) !== 0;
    throw new Leave(`${name} is not known to be True or False`);
  }

  string(name: string): string | null {
    const value = this.value(name);
    if (value.kind === 'none') return null;
    if (value.kind === 'str' && value.value !== undefined) return value.value;
    throw new Leave(`${name} is not a known text`);
  }

  float(name: string): number | null {
    const value = this.value(name);
    if (value.kind === 'none') return null;
    if (value.kind === 'float' && value.value !== undefined) return value.value;
    if (value.kind === 'int') return this.constant(this.access.machine.facts.dim(value.dim), name);
    throw new Leave(`${name} is not a known number`);
  }

  dtype(name: string): DType | null | undefined {
    const value = this.value(name);
    return value.kind === 'none' ? null : value.kind === 'dtype' ? value.dtype : undefined;
  }

  items(value: Value): readonly Value[] | undefined {
    return this.access.itemsOf(this.access.settle(value));
  }

  layerAttribute(value: Value, name: string): Value | undefined {
    const object = value.kind === 'ref' ? this.access.machine.read(value.id) : undefined;
    return object?.kind === 'instance' && typeof object.cls === 'string' && !object.open
      ? object.attrs.get(name)
      : undefined;
  }
}
