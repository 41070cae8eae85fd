/**
 * Checkpoints that `torch.save` has written: a zip archive with a pickle of the structure and one entry a storage. The
 * pickle is read, never run; what it would call beyond torch's own rebuilding of tensors is told.
 *
 * Source: torch/serialization.py, torch/_utils.py and torch/_tensor.py of PyTorch 2.13.
 */
import { FileBytes, Unreadable } from './bytes';
import { bytesOf, dtypes } from './dtypes';
import { Dictionary, Global, Made, Persistent, type Pickled, readPickle } from './pickle';
import { type Content, isRowMajor, mostTensors, type StoredTensor, valuesIn, type WeightFile } from './tensors';
import { readZip, startOf, type ZipEntry } from './zip';

const longestPickle = 64 * 1024 * 1024;
/** Structures that are nested deeper are no models. */
const deepest = 200;

/** Storage classes by name; an untyped storage has its dtype beside it. */
const storageTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    DoubleStorage: 'float64',
    FloatStorage: 'float32',
    HalfStorage: 'float16',
    BFloat16Storage: 'bfloat16',
    LongStorage: 'int64',
    IntStorage: 'int32',
    ShortStorage: 'int16',
    CharStorage: 'int8',
    ByteStorage: 'uint8',
    BoolStorage: 'bool',
    ComplexFloatStorage: 'complex64',
    ComplexDoubleStorage: 'complex128',
  }),
);

/** What torch itself puts into a checkpoint; anything else is told of. */
const harmless =
  /^(torch(\.[\w.]+)?\.(_rebuild_\w+|\w*Storage|Size|Tensor|Parameter|device|dtype|(b?float|u?int|complex|bool|bits)\w*)|torch\.nn\.modules\.[\w.]+|torch\.serialization\._get_layout|collections\.(OrderedDict|defaultdict)|builtins\.(dict|list|set|tuple|int|float|bool|str|bytearray|complex|slice)|__torch__\.[\w.]+)$/;

/** @throws Unreadable */
export function readTorch(path: string): WeightFile {
  return FileBytes.with(path, (file) => {
    const entries = readZip(file);
    const pickle = entries.find(({ name }) => /^(?:[^/]+\/)?data\.pkl$/.test(name));
    if (!pickle) throw new Unreadable('is an archive without a checkpoint of PyTorch (data.pkl)');
    if (pickle.size > longestPickle) throw new Unreadable('has a pickle of more than 64 MiB');
    const folder = pickle.name.slice(0, -'data.pkl'.length);
    checkByteOrder(file, entries, folder);
    const structure = readPickle(file.exactly(startOf(file, pickle), pickle.size));
    const storages = new Map(
      entries
        .filter(({ name }) => name.startsWith(`${folder}data/`))
        .map((entry) => [entry.name.slice(folder.length + 'data/'.length), entry]),
    );
    return { path, format: 'torch', ...new Structure(file, storages).read(structure) };
  });
}

function checkByteOrder(file: FileBytes, entries: readonly ZipEntry[], folder: string): void {
  const entry = entries.find(({ name }) => name === `${folder}byteorder`);
  if (entry === undefined) return;
  const order = file.exactly(startOf(file, entry), Math.min(entry.size, 6)).toString('latin1');
  if (order === 'big') throw new Unreadable('was written on a big-endian machine');
}

/** Walks what a pickle would build and takes the tensors out, each under the way that leads to it. */
class Structure {
  private readonly tensors = new Map<string, StoredTensor>();
  private readonly strange = new Set<string>();
  private readonly onTheWay = new Set<Pickled>();
  private visits = 0;

  constructor(
    private readonly file: FileBytes,
    private readonly storages: ReadonlyMap<string, ZipEntry>,
  ) {}

  read(structure: Pickled): Pick<WeightFile, 'tensors' | 'notes'> {
    this.visit(structure, '');
    const names = [...this.strange].sort();
    const shown = names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '');
    const notes =
      names.length === 0 ? [] : [`Loading it without weights_only would call ${shown}. Nothing was called here.`];
    return { tensors: [...this.tensors.values()], notes };
  }

  private visit(value: Pickled, way: string): void {
    if (value instanceof Global) return this.noteStrange(value);
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array || value instanceof Persistent)
      return;
    // Shared parts are met once by every way that leads to them, and a ring only once.
    if (this.onTheWay.has(value) || this.onTheWay.size > deepest || ++this.visits > 4 * mostTensors) return;
    this.onTheWay.add(value);
    if (Array.isArray(value)) value.forEach((item, i) => this.visit(item, joined(way, i)));
    else if (value instanceof Dictionary) this.visitItems(value.items, way);
    else this.visitMade(value, way);
    this.onTheWay.delete(value);
  }

  private visitItems(items: readonly (readonly [Pickled, Pickled])[], way: string): void {
    for (const [key, item] of items)
      if (typeof key === 'string' || typeof key === 'number') this.visit(item, joined(way, key));
  }

  private visitMade(made: Made, way: string): void {
    const tensor = tensorOf(made);
    if (tensor) {
      if (this.tensors.size >= mostTensors) throw new Unreadable('has too many tensors');
      const name = way === '' ? 'tensor' : way;
      this.tensors.set(name, { name, ...this.stored(tensor) });
      return;
    }
    if (made.callee instanceof Global) this.noteStrange(made.callee);
    else this.visit(made.callee, way);
    made.args.forEach((item) => this.visit(item, way));
    this.visitItems(made.items, way);
    made.appended.forEach((item, i) => this.visit(item, joined(way, i)));
    this.visit(made.state, way);
  }

  private noteStrange({ name }: Global): void {
    if (!harmless.test(name) && this.strange.size < 1000) this.strange.add(name.slice(0, 100));
  }

  private stored({ storage, dtype, offset, shape, strides }: Rebuilt): Omit<StoredTensor, 'name'> {
    const type = dtypes.get(dtype);
    const count = valuesIn(shape);
    if (!type || count === undefined) return { dtype, shape, content: none('is of a kind that is not read') };
    const entry = this.storages.get(storage);
    if (!entry)
      return { dtype, shape, content: none(`lies in the storage ${storage.slice(0, 40)}, which is not there`) };
    // From its first value to its last.
    const span = count === 0 ? 0 : 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), 0);
    const [start, bytes] = [bytesOf(type, offset), bytesOf(type, span)];
    if (!Number.isSafeInteger(span) || start + bytes > entry.size)
      return { dtype, shape, content: none('reaches beyond its storage') };
    const content = { kind: 'file', path: this.file.path, start: startOf(this.file, entry) + start, bytes } as const;
    return { dtype, shape, content, ...(isRowMajor(shape, strides) ? {} : { strides }) };
  }
}

const joined = (way: string, part: string | number): string => {
  // What a pickled module keeps its parts in is no part of their names.
  if (part === '_parameters' || part === '_buffers' || part === '_modules') return way;
  return way === '' ? String(part) : `${way}.${part}`;
};

const none = (reason: string): Content => ({ kind: 'none', reason });

interface Rebuilt {
  /** Key of the storage's entry. */
  readonly storage: string;
  readonly dtype: string;
  /** In values. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** The tensor that a call of torch's own functions would make; undefined where it is another call. */
function tensorOf({ callee, args }: Made, depth = 0): Rebuilt | undefined {
  if (!(callee instanceof Global) || depth > 4) return undefined;
  switch (callee.name) {
    case 'torch._utils._rebuild_parameter':
    case 'torch._utils._rebuild_parameter_with_state':
      return args[0] instanceof Made ? tensorOf(args[0], depth + 1) : undefined;
    case 'torch._tensor._rebuild_from_type_v2':
      return args[0] instanceof Global && Array.isArray(args[2])
        ? tensorOf(new Made(args[0], args[2]), depth + 1)
        : undefined;
    case 'torch._utils._rebuild_tensor':
    case 'torch._utils._rebuild_tensor_v2':
      return rebuilt(args, undefined);
    case 'torch._utils._rebuild_tensor_v3':
      return args[6] instanceof Global ? rebuilt(args, args[6].name.replace(/^torch\./, '')) : undefined;
    default:
      return undefined;
  }
}

function rebuilt(args: readonly Pickled[], named: string | undefined): Rebuilt | undefined {
  const [storage, offset, size, stride] = args;
  if (!(storage instanceof Persistent) || !Array.isArray(storage.id)) return undefined;
  const [kind, type, key] = storage.id;
  if (kind !== 'storage' || !(type instanceof Global) || typeof key !== 'string') return undefined;
  const [shape, strides] = [sizesOf(size), sizesOf(stride)];
  if (shape === undefined || shape.length !== strides?.length || !isSize(offset)) return undefined;
  const dtype = named ?? storageTypes.get(type.name.slice(type.name.lastIndexOf('.') + 1)) ?? type.name;
  return { storage: key, dtype, offset, shape, strides };
}

const isSize = (value: Pickled | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function sizesOf(value: Pickled | undefined): readonly number[] | undefined {
  // torch.Size is called with a tuple.
  const list = value instanceof Made ? value.args[0] : value;
  return Array.isArray(list) && list.length <= 64 && list.every(isSize) ? list : undefined;
}
