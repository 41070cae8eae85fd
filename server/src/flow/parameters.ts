/** How many parameters a module has: its own, and those of the modules that are registered in it, each counted once. */
import type { Machine } from '../core/infer/machine';
import type { Instance } from '../core/infer/heap';
import { CHILDREN } from '../core/infer/containers';
import { isModule } from '../core/infer/construct';
import { layerNamed } from '../core/infer/catalogue';
import { isModuleContainer } from '../core/infer/builtins/modules';
import type { TensorValue, Value } from '../core/infer/value';
import type { Facts } from '../core/shape/facts';
import { num, product, add, type Dim } from '../core/shape/dim';
import { dimsOf } from '../core/shape/shape';

export interface Counted {
  readonly parameters: Dim;
  /** Whether there may be more: a part is not known. */
  readonly open: boolean;
}

/** Layers that hold modules of their own, of which only the sizes are kept. */
const FURNISHED = /^torch\.nn\.(Transformer\w*|AdaptiveLogSoftmaxWithLoss)$/;

export const isModuleInstance = ({ cls }: Instance): boolean =>
  typeof cls === 'string' ? layerNamed(cls) !== undefined || isModuleContainer(cls) : isModule(cls);

/** Modules that are registered in a module, with the names that they have there. */
export function childrenOf(machine: Machine, object: Instance): readonly (readonly [string, number])[] {
  const found: [string, number][] = [];
  for (const [name, value] of object.attrs) {
    if (value.kind !== 'ref') continue;
    const held = machine.read(value.id);
    if (name === CHILDREN) {
      if (held?.kind === 'list')
        held.items?.forEach((item, i) => item.kind === 'ref' && found.push([String(i), item.id]));
      else if (held?.kind === 'dict')
        for (const [key, entry] of held.entries)
          if (entry.value.kind === 'ref') found.push([key.slice(1), entry.value.id]);
    } else if (held?.kind === 'instance' && isModuleInstance(held)) found.push([name, value.id]);
  }
  return found.filter(([, id]) => {
    const held = machine.read(id);
    return held?.kind === 'instance' && isModuleInstance(held);
  });
}

/** Counts the parameters of a module and of everything below it. */
export function parametersOf(machine: Machine, facts: Facts, id: number): Counted {
  const count = new Count(machine, facts);
  count.module(id);
  return { parameters: count.total, open: count.open };
}

class Count {
  total: Dim = num(0);
  open = false;
  private readonly modules = new Set<number>();
  private readonly tensors = new Map<TensorValue, Instance>();

  constructor(
    private readonly machine: Machine,
    private readonly facts: Facts,
  ) {}

  module(id: number): void {
    const object = this.machine.read(id);
    if (this.modules.has(id) || object?.kind !== 'instance') return;
    this.modules.add(id);
    if (object.open || (typeof object.cls === 'string' && FURNISHED.test(object.cls))) this.open = true;
    if (object.cls === 'torch.nn.MultiheadAttention') this.outProjection(object);
    for (const value of this.held(object)) this.value(value, object);
    for (const [, child] of childrenOf(this.machine, object)) this.module(child);
  }

  /** The linear layer at the end of an attention, which is a module of its own that nothing here holds. */
  private outProjection({ attrs }: Instance): void {
    const [width, bias] = [attrs.get('embed_dim'), attrs.get('bias')];
    if (width?.kind !== 'int' || bias?.kind !== 'bool' || bias.value === undefined) {
      this.open = true;
      return;
    }
    const weight = product([width.dim, width.dim]);
    this.total = add(this.total, bias.value ? add(weight, width.dim) : weight);
  }

  /** Values that may be parameters. */
  private held(object: Instance): readonly Value[] {
    const children = object.attrs.get(CHILDREN);
    const inner = children?.kind === 'ref' ? this.machine.read(children.id) : undefined;
    if (inner?.kind === 'list' && inner.items === undefined) this.open = true;
    if (inner?.kind === 'dict' && inner.open) this.open = true;
    const items =
      inner?.kind === 'list'
        ? (inner.items ?? [])
        : inner?.kind === 'dict'
          ? [...inner.entries.values()].map(({ value }) => value)
          : [];
    return [...object.attrs.values(), ...items];
  }

  private value(value: Value, owner: Instance): void {
    if (value.kind === 'unknown') this.open = true;
    if (value.kind !== 'tensor' || value.parameter !== true) return;
    const other = this.tensors.get(value);
    if (other !== undefined && !isCopy(other, owner)) return;
    this.tensors.set(value, owner);
    const dims = dimsOf(this.facts.shape(value.shape));
    if (dims === undefined) this.open = true;
    else this.total = add(this.total, product(dims));
  }
}

/** Instances of one construction share all their values; a parameter that was tied is the only one that is shared. */
const isCopy = (a: Instance, b: Instance): boolean =>
  a.cls === b.cls &&
  a.attrs.size === b.attrs.size &&
  [...a.attrs].every(([name, value]) => sameKind(value, b.attrs.get(name)));

const sameKind = (a: Value, b: Value | undefined): boolean => a === b || (a.kind === 'ref' && b?.kind === 'ref');
