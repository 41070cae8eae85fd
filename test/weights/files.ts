/** Small weight files, written by hand byte by byte. */

/** A safetensors file of float32 tensors. */
export function safetensors(
  tensors: Readonly<Record<string, readonly number[]>>,
  edit = (header: string) => header,
): Buffer {
  let at = 0;
  const header: Record<string, unknown> = {};
  for (const [name, values] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape: [values.length], data_offsets: [at, at + 4 * values.length] };
    at += 4 * values.length;
  }
  const text = Buffer.from(edit(JSON.stringify(header)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.from(Float32Array.from(Object.values(tensors).flat()).buffer)]);
}

/** A zip archive of uncompressed entries. */
export function zip(entries: Readonly<Record<string, Buffer>>): Buffer {
  const [locals, directory]: Buffer[][] = [[], []];
  let at = 0;
  for (const [name, content] of Object.entries(entries)) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt32LE(content.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt32LE(content.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    locals?.push(local, Buffer.from(name), content);
    directory?.push(entry, Buffer.from(name));
    at += 30 + name.length + content.length;
  }
  const listed = Buffer.concat(directory ?? []);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...(locals ?? []), listed, end]);
}

const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;

/** The opcodes of a float32 tensor of one dim in the storage '0'. */
const tensorOpcodes = (count: number): string =>
  `ctorch._utils\n_rebuild_tensor_v2\n((${text('storage')}ctorch\nFloatStorage\n${text('0')}${text('cpu')}K${String.fromCharCode(count)}tQK\0K${String.fromCharCode(count)}\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR`;

/** A checkpoint `{'weight': tensor}`; `also` are opcodes that put more into the dictionary. */
export function checkpoint(values: readonly number[], also = ''): Buffer {
  const pickle = `\x80\x02}(${text('weight')}${tensorOpcodes(values.length)}${also}u.`;
  return zip({
    'model/data.pkl': Buffer.from(pickle, 'latin1'),
    'model/data/0': Buffer.from(Float32Array.from(values).buffer),
  });
}

/** Opcodes of `'evil': os.system('touch FILE')`. */
export const evilOpcodes = (file: string): string => `${text('evil')}cos\nsystem\n(${text(`touch ${file}`)}tR`;

const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) | 128, ...varint(value >> 7)]);
const field = (number: number, content: Buffer | string): Buffer => {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
};

export interface Initialiser {
  readonly name: string;
  readonly shape: readonly number[];
  readonly raw?: Buffer;
  /** Keys of an external file. */
  readonly external?: Readonly<Record<string, string>>;
}

/** An ONNX model of float32 initialisers. */
export function onnx(initialisers: readonly Initialiser[]): Buffer {
  const tensors = initialisers.map(({ name, shape, raw, external }) =>
    field(
      5,
      Buffer.concat([
        Buffer.from([...shape.flatMap((size) => [8, ...varint(size)]), 16, 1]),
        field(8, name),
        ...(raw ? [field(9, raw)] : []),
        ...Object.entries(external ?? {}).map(([key, value]) =>
          field(13, Buffer.concat([field(1, key), field(2, value)])),
        ),
        Buffer.from(external ? [14 * 8, 1] : []),
      ]),
    ),
  );
  return Buffer.concat([Buffer.from([8, 8]), field(7, Buffer.concat(tensors))]);
}

/** A .npy file of float32. */
export function npy(values: readonly number[]): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${values.length},), }\n`;
  const head = Buffer.from(`\x93NUMPY\x01\0\0\0${header}`, 'latin1');
  head.writeUInt16LE(header.length, 8);
  return Buffer.concat([head, Buffer.from(Float32Array.from(values).buffer)]);
}
