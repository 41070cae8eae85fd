/**
 * Messages with typed arrays as bytes: JSON in which a typed array is `{"$array":[kind, byte offset, length]}`, and
 * the arrays' bytes behind it. One message is one WebSocket message: u32le length of the JSON, the JSON, padding to a
 * multiple of eight, the bytes. Numbers that JSON lacks are `{"$number":"nan"}`, "inf" or "-inf".
 */

// In every program that speaks this protocol; declared here because the protocol belongs to none of them.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (
  label: string,
  options: { readonly fatal: boolean },
) => { decode(bytes: Uint8Array): string };

const kinds = { f64: Float64Array, f32: Float32Array, u32: Uint32Array, u8: Uint8Array } as const;
type Kind = keyof typeof kinds;
type Typed = Float64Array | Float32Array | Uint32Array | Uint8Array;

const lengthBytes = 4;
const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

export function encodeMessage(message: unknown): Uint8Array<ArrayBuffer> {
  const parts: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let size = 0;
  const json = JSON.stringify(message, (_, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value))
      return { $number: Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' };
    const kind = kindOf(value);
    if (kind === undefined) return value;
    const typed = value as Typed;
    const at = size;
    parts.push({ at, bytes: new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength) });
    size = aligned(size + typed.byteLength);
    return { $array: [kind, at, typed.length] };
  });
  const text = new TextEncoder().encode(json);
  const start = aligned(lengthBytes + text.length);
  const whole = new Uint8Array(start + size);
  new DataView(whole.buffer).setUint32(0, text.length, true);
  whole.set(text, lengthBytes);
  for (const { at, bytes } of parts) whole.set(bytes, start + at);
  return whole;
}

/**
 * The message in these bytes; its arrays look into a copy of them.
 * @throws SyntaxError where they are no message
 */
export function decodeMessage(received: Uint8Array): unknown {
  // Arrays of numbers start at multiples of eight of the buffer; received bytes may start anywhere in theirs.
  // Not `slice`: that of Node's Buffer makes no copy.
  const bytes = received.byteOffset % 8 === 0 ? received : new Uint8Array(received);
  if (bytes.length < lengthBytes) throw new SyntaxError('a message is shorter than its head');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (lengthBytes + length > bytes.length) throw new SyntaxError('a message is shorter than its head says');
  const start = bytes.byteOffset + aligned(lengthBytes + length);
  const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(lengthBytes, lengthBytes + length));
  return JSON.parse(json, (_, value: unknown) => revived(value, bytes, start));
}

function revived(value: unknown, bytes: Uint8Array, start: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$number' in value) return value.$number === 'nan' ? NaN : value.$number === 'inf' ? Infinity : -Infinity;
  if (!('$array' in value)) return value;
  const [kind, at, length] = value.$array as [Kind, number, number];
  const end = start + at + length * ((kinds[kind] as typeof Float64Array | undefined) ?? Uint8Array).BYTES_PER_ELEMENT;
  if (!(kind in kinds) || at % 8 !== 0 || at < 0 || !Number.isInteger(length) || end > bytes.byteOffset + bytes.length)
    throw new SyntaxError('an array of a message lies outside it');
  return new kinds[kind](bytes.buffer as ArrayBuffer, start + at, length);
}

function kindOf(value: unknown): Kind | undefined {
  if (value instanceof Float64Array) return 'f64';
  if (value instanceof Float32Array) return 'f32';
  if (value instanceof Uint32Array) return 'u32';
  return value instanceof Uint8Array ? 'u8' : undefined;
}
