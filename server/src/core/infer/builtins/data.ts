/** Data sets and loaders: the batches that iterating gives. */
import type * as tree from '../../python/tree';
import { constantOf, freshSym, num, sym, type Dim } from '../../shape/dim';
import { dimsOf } from '../../shape/shape';
import type { Arguments } from '../bind';
import { callMethodIfAny } from '../calls';
import { itemsOf } from '../containers';
import type { Evaluator } from '../evaluator';
import type { Instance } from '../heap';
import { settle } from '../latent';
import { bool, int, none, tensor, tuple, unknown, type Value } from '../value';
import { knownTruth } from '../compare';

const LOADER = 'torch.utils.data.DataLoader';
const TENSORS = 'torch.utils.data.TensorDataset';

type Builtin = (ev: Evaluator, args: Arguments, node: tree.Expr) => Value;

const argument = (args: Arguments, index: number, name: string): Value | undefined => args.positional[index]?.value ?? args.keywords.get(name)?.value;

export const dataFunctions: Readonly<Record<string, Builtin>> = {
  [TENSORS]: (ev, args) => ev.machine.newInstance(TENSORS, [['tensors', tuple(args.positional.map((given) => settle(ev, given.value)))]]),
  [LOADER]: (ev, args) =>
    ev.machine.newInstance(LOADER, [
      ['dataset', argument(args, 0, 'dataset') ?? none],
      ['batch_size', args.openKeywords === true ? unknown('batch_size') : (argument(args, 1, 'batch_size') ?? int(num(1)))],
      ['drop_last', args.openKeywords === true ? bool(undefined) : (args.keywords.get('drop_last')?.value ?? bool(false))],
      ['custom', bool(['collate_fn', 'batch_sampler', 'sampler'].some((name) => args.keywords.has(name)))],
    ]),
};

/** One batch of a loader, or one item of a data set of tensors. */
export function batchOf(ev: Evaluator, object: Instance, node: tree.Expr): Value | undefined {
  if (object.cls !== LOADER) return undefined;
  const dataset = object.attrs.get('dataset') ?? none;
  const custom = object.attrs.get('custom');
  if (custom === undefined || knownTruth(ev, custom) !== false) return unknown('a batch that is put together by other code', node);
  const size = batchSize(ev, object, lengthOf(ev, dataset), node);
  const sample = sampleOf(ev, dataset, node);
  return size === undefined || sample === undefined ? undefined : collate(ev, sample, size, node);
}

function lengthOf(ev: Evaluator, dataset: Value): Dim | undefined {
  const object = dataset.kind === 'ref' ? ev.machine.read(dataset.id) : undefined;
  if (object?.kind !== 'instance' || object.cls !== TENSORS) return undefined;
  const first = itemsOf(ev, object.attrs.get('tensors') ?? none)?.[0];
  const dims = first?.kind === 'tensor' ? dimsOf(ev.machine.facts.shape(first.shape)) : undefined;
  return dims?.[0];
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
  return ev.machine.ask({ key: `last batch ${node.at.file} ${node.at.base + node.start}`, kind: 'flag' }, [
    { value: given.dim, label: `a batch is full (${size})`, assume: () => total >= size },
    { value: num(last), label: `the last batch has ${last} rows: ${total} samples in batches of ${size}, drop_last=False`, assume: () => true },
  ]);
}

function sampleOf(ev: Evaluator, dataset: Value, node: tree.Expr): Value | undefined {
  const object = dataset.kind === 'ref' ? ev.machine.read(dataset.id) : undefined;
  if (object?.kind !== 'instance') return undefined;
  if (object.cls === TENSORS) {
    const tensors = itemsOf(ev, object.attrs.get('tensors') ?? none);
    return tensors && tuple(tensors.map((item) => row(ev, item, node)));
  }
  return callMethodIfAny(ev, dataset, '__getitem__', [int(sym(freshSym('index')))], node);
}

function row(ev: Evaluator, value: Value, node: tree.Expr): Value {
  const dims = value.kind === 'tensor' ? dimsOf(ev.machine.facts.shape(value.shape)) : undefined;
  if (value.kind !== 'tensor' || dims === undefined || dims.length === 0) return unknown('a row of this data set', node);
  return tensor({ lead: dims.slice(1), tail: [] }, value.dtype);
}

/** What torch's default collation makes of `size` samples. */
function collate(ev: Evaluator, sample: Value, size: Dim, node: tree.Expr): Value {
  const value = settle(ev, sample);
  switch (value.kind) {
    case 'tensor': {
      const shape = ev.machine.facts.shape(value.shape);
      return tensor({ ...shape, lead: [size, ...shape.lead] }, value.dtype);
    }
    case 'int':
      return tensor({ lead: [size], tail: [] }, 'int64');
    case 'float':
      return tensor({ lead: [size], tail: [] }, 'float64');
    case 'tuple':
      return tuple(value.items.map((item) => collate(ev, item, size, node)));
    default:
      return unknown('what a batch of these samples is', node);
  }
}
