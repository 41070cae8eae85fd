/**
 * What a front and the process of a version say to each other: frames over a pipe, little-endian, tensors as raw bytes.
 *
 * `process.send` copies a tensor several times and stalls for milliseconds; here it is written once and read once.
 *
 * u32 length of the frame, itself included | u32 request | u8 kind | u8 whether the bytes lie in the slot | u16 tensors |
 * u16 wanted outputs | u16 the request's slot of the shared memory counted from 1, 0 for none | f64 nanoseconds of computing
 * per tensor: u16 place in the signature | u8 datatype | u8 rank | u32 bytes | u32 size of each dim
 * per wanted output: u16 place in the signature
 * zeros up to a multiple of 8, then the tensors' bytes, each up to a multiple of 8, here or in the slot
 */
import type { Socket } from 'node:net';
import { codeOf, type Datatype, datatypes } from './datatypes';
import type { Scratch, Slot } from './scratch';

export const frameKinds = { run: 1, result: 2, failure: 3, ready: 4, unusable: 5, vitals: 6 } as const;
export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds];

/** A tensor on its way; `index` is its place among the signature's inputs or outputs. */
export interface WireTensor {
  readonly index: number;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Row-major; BYTES elements as u32 length and bytes. In a frame that was read it begins at a multiple of 8. */
  readonly data: Uint8Array;
}

export interface Frame {
  readonly kind: FrameKind;
  readonly request: number;
  readonly tensors: readonly WireTensor[];
  /** Outputs that are asked for; none for all. */
  readonly outputs: readonly number[];
  readonly nanoseconds: number;
  /** Where its tensors may lie, and those of its answer. */
  readonly slot: Slot | undefined;
  /** What stands after the head in frames without tensors: a text. */
  readonly text: string;
}

/** Frames are counted in 32 bits; ONNX Runtime's tensors end there too. */
export const maxFrameBytes = 0x7fff_ffff;

/** Below it one copy costs less than one more write. */
const joinBelow = 1 << 14;
const headBytes = 24;
const padding = new Uint8Array(8);
const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** The pieces of a frame, in order, without a copy of the bytes of large tensors. */
export function framePieces(frame: Partial<Frame> & Pick<Frame, 'kind'>, scratch?: Scratch): Uint8Array[] {
  const { tensors = [], outputs = [], text = '', slot } = frame;
  let described = 2 * outputs.length;
  let dataBytes = 0;
  for (const { shape, data } of tensors) {
    described += 8 + 4 * shape.length;
    dataBytes += aligned(data.length);
  }
  const headLength = aligned(headBytes + described);
  if (dataBytes < joinBelow) {
    const words = Buffer.from(text);
    const whole = Buffer.alloc(headLength + dataBytes + words.length);
    writeHead(whole, frame, whole.length, false);
    let at = headLength;
    for (const { data } of tensors) {
      whole.set(data, at);
      at += aligned(data.length);
    }
    whole.set(words, at);
    return [whole];
  }
  const data = tensors.flatMap((tensor) => paddedPieces(tensor.data));
  const isShared = slot !== undefined && scratch?.write(slot, data, dataBytes) === true;
  const head = Buffer.alloc(headLength);
  writeHead(head, frame, headLength + (isShared ? 0 : dataBytes), isShared);
  return [head, ...(isShared ? [] : data)];
}

/** Writes a frame at once. */
export function sendFrame(pipe: Socket, frame: Parameters<typeof framePieces>[0], scratch?: Scratch): void {
  const pieces = framePieces(frame, scratch);
  if (pieces.length > 1) pipe.cork();
  for (const piece of pieces) pipe.write(piece);
  if (pieces.length > 1) pipe.uncork();
}

function writeHead(head: Buffer, frame: Parameters<typeof framePieces>[0], total: number, isShared: boolean): void {
  const { kind, request = 0, tensors = [], outputs = [], nanoseconds = 0, slot } = frame;
  head.writeUInt32LE(total, 0);
  head.writeUInt32LE(request, 4);
  head.writeUInt8(kind, 8);
  head.writeUInt8(Number(isShared), 9);
  head.writeUInt16LE(tensors.length, 10);
  head.writeUInt16LE(outputs.length, 12);
  head.writeUInt16LE(slot === undefined ? 0 : slot + 1, 14);
  head.writeDoubleLE(nanoseconds, 16);
  let at = headBytes;
  for (const { index, datatype, shape, data } of tensors) {
    head.writeUInt16LE(index, at);
    head.writeUInt8(codeOf(datatype), at + 2);
    head.writeUInt8(shape.length, at + 3);
    head.writeUInt32LE(data.length, at + 4);
    at += 8;
    for (const size of shape) at = head.writeUInt32LE(size, at);
  }
  for (const output of outputs) at = head.writeUInt16LE(output, at);
}

function paddedPieces(data: Uint8Array): Uint8Array[] {
  const odd = data.length % 8;
  return odd === 0 ? [data] : [data, padding.subarray(odd)];
}

/** @param bytes a whole frame at the start of its own buffer */
export function readFrame(bytes: Buffer, scratch?: Scratch): Frame {
  const tensorCount = bytes.readUInt16LE(10);
  const outputCount = bytes.readUInt16LE(12);
  const slotCode = bytes.readUInt16LE(14);
  const slot = slotCode === 0 ? undefined : slotCode - 1;
  const described: (Omit<WireTensor, 'data'> & { readonly length: number })[] = [];
  let dataBytes = 0;
  let at = headBytes;
  for (let i = 0; i < tensorCount; i++) {
    const index = bytes.readUInt16LE(at);
    const datatype = datatypes[bytes.readUInt8(at + 2)] as Datatype;
    const rank = bytes.readUInt8(at + 3);
    const length = bytes.readUInt32LE(at + 4);
    const shape: number[] = [];
    at += 8;
    for (const end = at + 4 * rank; at < end; at += 4) shape.push(bytes.readUInt32LE(at));
    described.push({ index, datatype, shape, length });
    dataBytes += aligned(length);
  }
  const outputs: number[] = [];
  for (const end = at + 2 * outputCount; at < end; at += 2) outputs.push(bytes.readUInt16LE(at));
  at = aligned(at);
  const text = tensorCount === 0 ? bytes.toString('utf8', at) : '';
  let all = bytes;
  if (bytes.readUInt8(9) === 1 && slot !== undefined && scratch !== undefined) {
    all = scratch.read(slot, dataBytes);
    at = 0;
  }
  const tensors: WireTensor[] = [];
  for (const { index, datatype, shape, length } of described) {
    tensors.push({ index, datatype, shape, data: all.subarray(at, at + length) });
    at += aligned(length);
  }
  const kind = bytes.readUInt8(8) as FrameKind;
  return { kind, request: bytes.readUInt32LE(4), tensors, outputs, nanoseconds: bytes.readDoubleLE(16), text, slot };
}

/** Puts frames together from the pieces in which a pipe hands them over; each gets a buffer of its own. */
export class FrameReader {
  private readonly head = Buffer.alloc(4);
  private headFilled = 0;
  private frame: Buffer | undefined;
  private filled = 0;

  constructor(
    private readonly onFrame: (frame: Frame) => void,
    private readonly scratch?: Scratch,
  ) {}

  /** Where the next bytes of a large frame belong: who can read there spares a copy; tell it with `advance`. */
  get room(): Buffer | undefined {
    return this.frame?.subarray(this.filled);
  }

  /** So many bytes were read into `room`. */
  advance(bytes: number): void {
    const { frame } = this;
    if (frame === undefined) return;
    this.filled += bytes;
    if (this.filled < frame.length) return;
    this.frame = undefined;
    this.onFrame(readFrame(frame, this.scratch));
  }

  /** @throws RangeError where the other side writes something that is no frame */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.frame === undefined) at += this.begin(chunk, at);
      if (this.frame === undefined) continue;
      const taken = chunk.copy(this.frame, this.filled, at);
      at += taken;
      this.advance(taken);
    }
  }

  private begin(chunk: Buffer, at: number): number {
    if (this.headFilled === 0 && at + 4 <= chunk.length) {
      this.open(chunk.readUInt32LE(at));
      return 0;
    }
    const taken = chunk.copy(this.head, this.headFilled, at, at + 4 - this.headFilled);
    this.headFilled += taken;
    if (this.headFilled < 4) return taken;
    this.headFilled = 0;
    this.open(this.head.readUInt32LE(0));
    this.frame?.set(this.head);
    this.filled = 4;
    return taken;
  }

  private open(length: number): void {
    if (length < headBytes || length > maxFrameBytes) throw new RangeError(`a frame of ${length} bytes`);
    this.frame = Buffer.allocUnsafeSlow(length);
    this.filled = 0;
  }
}
