/** What checks see of the program around a call: the objects there are, and the text. */
import type * as tree from '../python/tree';
import { spanOf, type Place } from '../text/place';
import { constantOf, type Dim } from '../shape/dim';
import { dimsOf } from '../shape/shape';
import { lengthOf } from './builtins/data';
import { layerNamed } from './catalogue';
import { baseOrder, methodOf } from './classes';
import { CHILDREN, itemsOf } from './containers';
import type { Evaluator } from './evaluator';
import type { Construction, HeapObject, Instance } from './heap';
import { settle } from './latent';
import type { Value } from './value';

/** A module or a thing, as far as it is known. */
export interface Known {
  readonly value: Value & { readonly kind: 'ref' };
  /** Full name of a framework's class. */
  readonly cls: string | undefined;
  readonly attributes: ReadonlyMap<string, Value>;
  readonly built: Construction | undefined;
}

/** Modules below one at most that are looked at. */
const MAX_MODULES = 512;

export class Scene {
  constructor(
    private readonly ev: Evaluator,
    /** The call or loop that is looked at. */
    readonly place: Place,
    /** The object whose method is called. */
    readonly self: Value | undefined,
    /** Of a layer that is used: the call that built it. */
    readonly built?: Place,
  ) {}

  private instance(value: Value | undefined): Instance | undefined {
    const object = value?.kind === 'ref' ? this.ev.machine.read(value.id) : undefined;
    return object?.kind === 'instance' && !object.open ? object : undefined;
  }

  /** The object, unless unknown code may have changed it. */
  object(written: Value | undefined): Known | undefined {
    const value = written && settle(this.ev, written);
    const object = this.instance(value);
    if (object === undefined || value?.kind !== 'ref') return undefined;
    const cls = typeof object.cls === 'string' ? object.cls : undefined;
    return { value, cls, attributes: object.attrs, built: object.built };
  }

  /** Remembers a fact about an object, on this path. */
  note(value: Value, name: string, fact: Value): void {
    const own = value.kind === 'ref' ? this.ev.machine.write(value.id) : undefined;
    if (own?.kind === 'instance') own.attrs.set(name, fact);
  }

  /** Entries of a dict whose keys are all known. */
  entry(value: Value, name: string): Value | undefined {
    const object = value.kind === 'ref' ? this.ev.machine.read(value.id) : undefined;
    return object?.kind === 'dict' && !object.open ? object.entries.get(`s${name}`)?.value : undefined;
  }

  /** Size of the first dim of a tensor. */
  rows(written: Value): Dim | undefined {
    const value = settle(this.ev, written);
    if (value.kind !== 'tensor') return undefined;
    const first = dimsOf(this.ev.machine.facts.shape(value.shape))?.[0];
    return first && this.ev.machine.facts.dim(first);
  }

  /** Number of dims of a tensor whose sizes are all positive. */
  rank(written: Value): number | undefined {
    const value = settle(this.ev, written);
    const dims = value.kind === 'tensor' ? dimsOf(this.ev.machine.facts.shape(value.shape)) : undefined;
    return dims?.every((dim) => constantOf(this.ev.machine.facts.dim(dim)) !== 0) === true ? dims.length : undefined;
  }

  /** Keys of a dict that are known texts. */
  keys(written: Value): readonly string[] | undefined {
    const value = settle(this.ev, written);
    const object = value.kind === 'ref' ? this.ev.machine.read(value.id) : undefined;
    if (object?.kind !== 'dict') return undefined;
    return [...object.entries.values()].flatMap(({ key }) =>
      key.kind === 'str' && key.value !== undefined ? [key.value] : [],
    );
  }

  /** Name of the class of an object that is certainly a module of torch and can't be iterated. */
  classOfModule(written: Value): string | undefined {
    const value = settle(this.ev, written);
    const object = value.kind === 'ref' ? this.ev.machine.read(value.id) : undefined;
    if (object?.kind !== 'instance' || !object.attrs.has('training')) return undefined;
    const { cls } = object;
    const order = baseOrder(cls);
    const bases = order.filter((base) => typeof base === 'string');
    if (order.includes(undefined) || bases.some((base) => /(Sequential|List|Dict)$/.test(base))) return undefined;
    if (typeof cls === 'string') return layerNamed(cls) === undefined ? undefined : cls.slice(cls.lastIndexOf('.') + 1);
    if (!bases.includes('torch.nn.Module') && !bases.some((base) => layerNamed(base) !== undefined)) return undefined;
    return methodOf(this.ev, cls, '__iter__') === undefined && methodOf(this.ev, cls, '__getitem__') === undefined
      ? cls.node.name
      : undefined;
  }

  /** The module whose `parameters()` a value is. */
  ownerOfParameters(value: Value): Value | undefined {
    const list = value.kind === 'ref' ? this.ev.machine.read(value.id) : undefined;
    return list?.kind === 'list' && list.of !== undefined ? { kind: 'ref', id: list.of } : undefined;
  }

  /** `len` of a data set. */
  length(dataset: Value): number | undefined {
    const length = lengthOf(this.ev, settle(this.ev, dataset), this.place as tree.Expr);
    return length && constantOf(this.ev.machine.facts.dim(length));
  }

  /** Whether an object's class is, or derives from, a framework's; undefined where it isn't known. */
  isA(written: Value, name: string): boolean | undefined {
    const value = settle(this.ev, written);
    const object = value.kind === 'ref' ? this.ev.machine.read(value.id) : undefined;
    if (object?.kind !== 'instance') return object === undefined ? undefined : false;
    const order = baseOrder(object.cls);
    return order.includes(name) ? true : order.includes(undefined) ? undefined : false;
  }

  isList(value: Value): boolean {
    const object = value.kind === 'ref' ? this.ev.machine.read(value.id) : undefined;
    return object?.kind === 'list' && object.form === 'list';
  }

  items(value: Value): readonly Value[] | undefined {
    return itemsOf(this.ev, settle(this.ev, value));
  }

  /** A module and all below it; undefined where something among them isn't known. */
  modules(root: Value): readonly Known[] | undefined {
    const found = new Map<number, Known>();
    const visit = (written: Value): boolean => {
      const value = settle(this.ev, written);
      if (value.kind === 'unknown' || value.kind === 'latent') return false;
      if (value.kind === 'tuple') return value.items.every(visit);
      if (value.kind !== 'ref' || found.has(value.id)) return true;
      const object = this.ev.machine.read(value.id);
      if (object?.kind === 'list') return object.items?.every(visit) ?? false;
      if (object?.kind === 'dict')
        return !object.open && [...object.entries.values()].every((entry) => visit(entry.value));
      if (object?.kind !== 'instance') return false;
      const known = this.object(value);
      if (known === undefined || baseOrder(object.cls).includes(undefined) || found.size > MAX_MODULES) return false;
      // What is no module has no part in what its owner learns; a class of unknown packages may be one.
      if (!object.attrs.has('training'))
        return value !== root && baseOrder(object.cls).every((base) => typeof base !== 'string' || isPlain(base));
      found.set(value.id, known);
      return [...object.attrs].every(([name, item]) => (name.startsWith('<') && name !== CHILDREN) || visit(item));
    };
    return visit(root) ? [...found.values()] : undefined;
  }

  /** What a dotted name stands for, without running anything. */
  lookup(expr: tree.Expr): Value | undefined {
    if (expr.kind === 'name') return settle(this.ev, this.ev.lookup(expr.name, expr));
    if (expr.kind !== 'attribute') return undefined;
    const owner = this.lookup(expr.object);
    const object = owner?.kind === 'ref' ? this.ev.machine.read(owner.id) : undefined;
    const value = object?.kind === 'instance' ? object.attrs.get(expr.name) : undefined;
    return value && settle(this.ev, value);
  }

  /** The same of a dotted name as text. */
  named(path: string): Value | undefined {
    const [first = '', ...rest] = path.split('.');
    let value: Value | undefined = settle(this.ev, this.ev.lookup(first, this.place));
    for (const name of rest) {
      const object: HeapObject | undefined = value?.kind === 'ref' ? this.ev.machine.read(value.id) : undefined;
      value = object?.kind === 'instance' ? object.attrs.get(name) : undefined;
    }
    return value && settle(this.ev, value);
  }

  /** The source of what a value runs when it is called: of a function, a method, or the class of an object. */
  sourceOf(value: Value): string | undefined {
    if (value.kind === 'function') return value.node.kind === 'function' ? value.node.text : '';
    if (value.kind === 'method' && typeof value.target !== 'string') return this.sourceOf(value.target);
    if (value.kind === 'class') return classText(value);
    const object = value.kind === 'ref' ? this.ev.machine.read(value.id) : undefined;
    if (object?.kind === 'instance' && typeof object.cls !== 'string') return classText(object.cls);
    return undefined;
  }

  /** Objects that variables and attributes in reach hold. */
  *inReach(): Generator<Known> {
    for (let active: Evaluator['activation'] | undefined = this.ev.activation; active; active = active.caller) {
      const owner = this.object(active.self);
      for (const frame of [active.frame, active.module.frame])
        for (const value of this.ev.machine.frame(frame)?.vars.values() ?? []) yield* this.known(value);
      for (const value of owner?.attributes.values() ?? []) yield* this.known(value);
    }
  }

  private *known(value: Value): Generator<Known> {
    const known = this.object(value);
    if (known !== undefined) yield known;
  }

  /** Text of the file that the place is in. */
  wholeFile(): string {
    return this.text({ at: { file: this.place.at.file, base: 0 }, start: 0, end: Number.MAX_SAFE_INTEGER });
  }

  /** Text of the function that runs, or of the script's statement that holds the place. */
  surroundings(): string {
    const { function: running, module } = this.ev.activation;
    if (running?.node.kind === 'function') return running.node.text;
    const offset = this.offset(this.place);
    const stmt = module.tree.body.find((part) => spanOf(part).start <= offset && offset < spanOf(part).end);
    return stmt === undefined ? '' : this.text(stmt);
  }

  text(place: Place): string {
    return this.ev.program.textOf(place);
  }

  /** The blanks before a place that begins its line; undefined where it doesn't. */
  indent(place: Place): string | undefined {
    const from = { ...place, start: -place.at.base, end: place.start };
    const before = this.text(from);
    const line = before.slice(before.lastIndexOf('\n') + 1);
    return /^\s*$/.test(line) ? line : undefined;
  }

  /** Start of a place in its file, to compare places of one file. */
  offset(place: Place): number {
    return spanOf(place).start;
  }
}

/** Bases that make no module. */
const isPlain = (base: string): boolean => /^(builtins\.object|typing\.\w+|abc\.ABC)$/.test(base);

const classText = (cls: Value & { readonly kind: 'class' }): string =>
  baseOrder(cls)
    .map((base) => (base !== undefined && typeof base !== 'string' ? base.node.text : ''))
    .join('\n');
