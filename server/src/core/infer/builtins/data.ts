/** Data sets and loaders: the batches that iterating gives. */
import type * as tree from '../../python/tree';
import { ceilDiv, constantOf, floorDiv, freshSym, num, sym, type Dim } from '../../shape/dim';
import { dimsOf } from '../../shape/shape';
import type { Arguments } from '../bind';
import { callMethodIfAny } from '../calls';
import { certainError, itemsOf } from '../containers';
import type { Evaluator } from '../evaluator';
import type { Instance } from '../heap';
import { sampled } from '../indices';
import { settle } from '../latent';
import { picturesOf, transformed, type Pictures } from './pictures';
import { bool, int, none, str, tensor, tuple, unknown, type Value } from '../value';
import { knownTruth } from '../compare';

const LOADER = 'torch.utils.data.DataLoader';
const TENSORS = 'torch.utils.data.TensorDataset';
/** Begins the key of the question whether a batch is the last one. */
export const LAST_BATCH = 'last batch';
const SUBSET = 'torch.utils.data.Subset';

type Builtin = (ev: Evaluator, args: Arguments, node: tree.Expr) => Value;

const argument = (args: Arguments, index: number, name: string): Value | undefined =>
  args.positional[index]?.value ?? args.keywords.get(name)?.value;

export const dataFunctions: Readonly<Record<string, Builtin>> = {
  [TENSORS]: (ev, args, node) => {
    const tensors = args.positional.map((given) => settle(ev, given.value));
    const lengths = tensors.map((item) =>
      item.kind === 'tensor' ? dimsOf(ev.machine.facts.shape(item.shape))?.[0] : undefined,
    );
    const [first] = lengths;
    const differs = (size: Dim | undefined): boolean =>
      first !== undefined &&
      size !== undefined &&
      !ev.solve.same(first, size, 'tensors of a data set are of one length');
    // An assertion of its constructor.
    if (lengths.some(differs))
      return certainError(ev, 'assertion-fails', 'AssertionError: Size mismatch between tensors', node);
    return ev.machine.newInstance(TENSORS, [['tensors', tuple(tensors)]]);
  },
  [SUBSET]: (ev, args) =>
    subset(ev, argument(args, 0, 'dataset') ?? none, itemsOf(ev, argument(args, 1, 'indices') ?? none)?.length),
  'torch.utils.data.random_split': (ev, args) => {
    const parts = itemsOf(ev, argument(args, 1, 'lengths') ?? none)?.map((part) => settle(ev, part));
    const dataset = argument(args, 0, 'dataset') ?? none;
    const counts = parts?.map((part) => (part.kind === 'int' ? constantOf(part.dim) : undefined));
    return ev.machine.newList(
      counts?.map((count) => subset(ev, dataset, count, true)),
      'list',
      subset(ev, dataset, undefined, true),
    );
  },
  [LOADER]: (ev, args) =>
    ev.machine.newInstance(LOADER, [
      ['dataset', argument(args, 0, 'dataset') ?? none],
      [
        'batch_size',
        args.openKeywords === true ? unknown('batch_size') : (argument(args, 1, 'batch_size') ?? int(num(1))),
      ],
      [
        'drop_last',
        args.openKeywords === true ? bool(undefined) : (args.keywords.get('drop_last')?.value ?? bool(false)),
      ],
      ['custom', bool(['collate_fn', 'batch_sampler', 'sampler'].some((name) => args.keywords.has(name)))],
    ]),
};

/** @param drawn whether the part is chosen at random */
const subset = (ev: Evaluator, dataset: Value, length: number | undefined, drawn = false): Value =>
  ev.machine.newInstance(SUBSET, [
    ['dataset', dataset],
    ['drawn', bool(drawn)],
    ['length', length === undefined ? unknown('the length of a part of a data set') : int(num(length))],
  ]);

/** `len` of a data set or a loader; undefined for other objects and where it isn't known. */
export function dataLength(ev: Evaluator, object: Instance, node: tree.Expr): Dim | undefined {
  if (object.cls === TENSORS) {
    const first = itemsOf(ev, object.attrs.get('tensors') ?? none)?.[0];
    return first?.kind === 'tensor' ? dimsOf(ev.machine.facts.shape(first.shape))?.[0] : undefined;
  }
  const length = object.cls === SUBSET ? object.attrs.get('length') : undefined;
  if (length !== undefined) return length.kind === 'int' ? length.dim : undefined;
  if (object.cls !== LOADER) return undefined;
  const size = settle(ev, object.attrs.get('batch_size') ?? none);
  const drops = knownTruth(ev, settle(ev, object.attrs.get('drop_last') ?? none));
  const total = lengthOf(ev, object.attrs.get('dataset') ?? none, node);
  if (total === undefined || size.kind !== 'int' || drops === undefined) return undefined;
  return drops ? floorDiv(total, size.dim) : ceilDiv(total, size.dim);
}

/** One batch of a loader, or one item of a data set. */
export function batchOf(ev: Evaluator, object: Instance, node: tree.Expr): Value | undefined {
  if (object.cls === TENSORS || object.cls === SUBSET) return itemOfData(ev, object, node);
  if (object.cls !== LOADER) return undefined;
  const dataset = object.attrs.get('dataset') ?? none;
  const custom = object.attrs.get('custom');
  if (custom === undefined || knownTruth(ev, custom) !== false)
    return unknown('a batch that is put together by other code', node);
  const size = batchSize(ev, object, lengthOf(ev, dataset, node), node);
  const pictures = size && pictureBatch(ev, dataset, size, node);
  if (pictures !== undefined) return pictures;
  const sample = sampleOf(ev, dataset, node);
  return size === undefined || sample === undefined ? undefined : collate(ev, sample, size, node);
}

/** `len` of a data set; undefined where it isn't known. */
export function lengthOf(ev: Evaluator, dataset: Value, node: tree.Expr): Dim | undefined {
  const object = dataset.kind === 'ref' ? ev.machine.read(dataset.id) : undefined;
  if (object?.kind !== 'instance') return undefined;
  if (typeof object.cls === 'string') return dataLength(ev, object, node);
  const pictures = picturesOf(ev, object, node);
  if (pictures !== undefined) return pictures.length === undefined ? undefined : num(pictures.length);
  const length = callMethodIfAny(ev, dataset, '__len__', [], node);
  return length?.kind === 'int' ? length.dim : undefined;
}

/** Rows of a batch; the last one is smaller where they don't come out even. */
function batchSize(ev: Evaluator, object: Instance, length: Dim | undefined, node: tree.Expr): Dim | undefined {
  const given = settle(ev, object.attrs.get('batch_size') ?? none);
  if (given.kind !== 'int') return given.kind === 'unknown' ? sym(freshSym('batch', 1)) : undefined;
  const drops = knownTruth(ev, settle(ev, object.attrs.get('drop_last') ?? none));
  if (drops === true) return given.dim;
  const [total, size] = [length && constantOf(length), constantOf(given.dim)];
  if (total === undefined || size === undefined || size <= 0) return sym(freshSym('batch', 1));
  const last = total % size;
  if (last === 0 || drops === undefined) return given.dim;
  return ev.machine.ask({ key: `${LAST_BATCH} ${node.at.file} ${node.at.base + node.start}`, kind: 'flag' }, [
    { value: given.dim, label: `a batch is full (${size})`, assume: () => total >= size },
    {
      value: num(last),
      label: `the last batch has ${last} rows: ${total} samples in batches of ${size}, drop_last=False`,
      assume: () => true,
    },
  ]);
}

function sampleOf(ev: Evaluator, dataset: Value, node: tree.Expr): Value | undefined {
  const object = dataset.kind === 'ref' ? ev.machine.read(dataset.id) : undefined;
  if (object?.kind !== 'instance') return undefined;
  return typeof object.cls === 'string'
    ? itemOfData(ev, object, node)
    : callMethodIfAny(ev, dataset, '__getitem__', [int(sym(freshSym('index')))], node);
}

/** A data set of torchvision's that a data set is, or is a part of. */
interface PictureSet {
  readonly set: Instance;
  readonly pictures: Pictures;
  /** Whether its parts were chosen at random, so that all labels are among them. */
  readonly isMixed: boolean;
}

function pictureSet(ev: Evaluator, written: Value, node: tree.Expr): PictureSet | undefined {
  const value = settle(ev, written);
  const set = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  if (set?.kind !== 'instance') return undefined;
  if (set.cls !== SUBSET) {
    const pictures = picturesOf(ev, set, node);
    return pictures && { set, pictures, isMixed: true };
  }
  const whole = pictureSet(ev, set.attrs.get('dataset') ?? none, node);
  const isDrawn = knownTruth(ev, set.attrs.get('drawn') ?? none) === true;
  return whole && { ...whole, isMixed: whole.isMixed && isDrawn };
}

/** A batch of pictures and their labels. */
function pictureBatch(ev: Evaluator, dataset: Value, size: Dim, node: tree.Expr): Value | undefined {
  const found = pictureSet(ev, dataset, node);
  if (found === undefined) return undefined;
  const { set, pictures, isMixed } = found;
  const { channels = 0, height = 0, width = 0, dtype } = transformed(ev, set, pictures.picture, node) ?? {};
  const images =
    dtype === undefined
      ? unknown('what the transforms make of a picture', node)
      : tensor({ lead: [size, num(channels), num(height), num(width)], tail: [] }, dtype);
  if (settle(ev, set.attrs.get('target_transform') ?? unknown('target_transform')).kind !== 'none')
    return tuple([images, unknown('a target that is made of the label', node)]);
  const drawn = pictures.length === undefined || !isMixed ? undefined : num(pictures.length);
  const indices = drawn && { low: num(0), high: num(pictures.classes - 1), drawn };
  const origin = set.built?.place ?? node;
  return tuple([images, tensor({ lead: [size], tail: [] }, 'int64', { indices, origin })]);
}

/** One item of a data set of torch's own; undefined for other objects. */
export function itemOfData(ev: Evaluator, object: Instance, node: tree.Expr): Value | undefined {
  if (object.cls === SUBSET) return sampleOf(ev, object.attrs.get('dataset') ?? none, node);
  if (object.cls !== TENSORS) return undefined;
  const tensors = itemsOf(ev, object.attrs.get('tensors') ?? none);
  return tensors && tuple(tensors.map((item) => row(ev, item, node)));
}

function row(ev: Evaluator, value: Value, node: tree.Expr): Value {
  const dims = value.kind === 'tensor' ? dimsOf(ev.machine.facts.shape(value.shape)) : undefined;
  if (value.kind !== 'tensor' || dims === undefined || dims.length === 0)
    return unknown('a row of this data set', node);
  return sampled(tensor({ lead: dims.slice(1), tail: [] }, value.dtype), value);
}

/** What torch's default collation makes of `size` samples. */
function collate(ev: Evaluator, sample: Value, size: Dim, node: tree.Expr): Value {
  const value = settle(ev, sample);
  switch (value.kind) {
    case 'tensor': {
      const shape = ev.machine.facts.shape(value.shape);
      return sampled(tensor({ ...shape, lead: [size, ...shape.lead] }, value.dtype), value);
    }
    case 'int':
      return tensor({ lead: [size], tail: [] }, 'int64');
    case 'float':
      return tensor({ lead: [size], tail: [] }, 'float64');
    case 'str':
      return ev.machine.newList(undefined, 'list', str(undefined));
    case 'tuple':
      return tuple(value.items.map((item) => collate(ev, item, size, node)));
    case 'ref': {
      const object = ev.machine.read(value.id);
      if (object?.kind === 'list' && object.items !== undefined)
        return ev.machine.newList(object.items.map((item) => collate(ev, item, size, node)));
      if (object?.kind !== 'dict') return unknown('what a batch of these samples is', node);
      const entries = [...object.entries].map(
        ([name, entry]) => [name, { key: entry.key, value: collate(ev, entry.value, size, node) }] as const,
      );
      return ev.machine.newDict(entries, object.open);
    }
    default:
      return unknown('what a batch of these samples is', node);
  }
}
