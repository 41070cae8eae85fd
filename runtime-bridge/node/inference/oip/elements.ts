/** A tensor's JSON `data` as bytes, and bytes as JSON: every number exactly as it is. */
import { joinBytes, splitBytes } from '../byteStrings';
import { type Datatype, elementsOf } from '../datatypes';
import { prefixed, ProtocolError } from './errors';
import { integerOf, isText, type Json, numberOf } from './json';

interface Place {
  readonly input: string;
  readonly model: string;
  readonly id: string;
}

const unparsed = (reason: string): ProtocolError => new ProtocolError(400, `Unable to parse 'data': ${reason}`);
const otherShape = (): ProtocolError => unparsed("Shape does not match true shape of 'data' field");

/**
 * @param data nested or flat lists in row-major order
 * @throws ProtocolError where an element is of another kind or out of the type's range, or their number is wrong
 */
export function bytesOfJson(data: Json, datatype: Datatype, shape: readonly number[], place: Place): Uint8Array {
  if (!Array.isArray(data)) throw unparsed('attempt to access JSON non-array as array');
  if (datatype.name === 'FP16')
    throw new ProtocolError(
      400,
      `receiving FP16 data via JSON is not supported. Please use the binary data format for input ${place.input}`,
    );
  const flat = flattened(data as readonly Json[]);
  const count = elementsOf(shape);
  if (datatype.name === 'BYTES') return bytesOfTexts(flat, count, place);
  if (flat.length !== count) throw otherShape();
  const bytes = new ArrayBuffer(count * datatype.bytes);
  const view = datatype.view(bytes, 0, count);
  const element = elementReader(datatype, place.input);
  for (let i = 0; i < count; i++) view[i] = element(flat[i] as Json);
  return new Uint8Array(bytes);
}

/** A tensor has at most so many dims; deeper nesting is somebody's attack. */
const mostNesting = 32;

function flattened(data: readonly Json[]): readonly Json[] {
  let flat = data;
  for (let depth = 0; flat.some((each) => Array.isArray(each)); depth++) {
    if (depth === mostNesting) throw unparsed(`lists are nested deeper than ${mostNesting}`);
    flat = flat.flatMap((each): readonly Json[] => (Array.isArray(each) ? (each as readonly Json[]) : [each]));
  }
  return flat;
}

function bytesOfTexts(flat: readonly Json[], count: number, { input, model, id }: Place): Uint8Array {
  const texts = flat.map((each) => {
    if (!isText(each))
      throw new ProtocolError(400, 'Unable to parse JSON bytes array: attempt to access JSON non-string as string');
    return Buffer.from(each);
  });
  if (texts.length !== count)
    throw new ProtocolError(
      400,
      prefixed(
        id,
        `expected ${count} string elements for inference input '${input}' for model '${model}', got ${texts.length}`,
      ),
    );
  return joinBytes(texts);
}

function elementReader({ name, bytes }: Datatype, input: string): (value: Json) => number | bigint {
  if (name === 'BOOL')
    return (value) => {
      if (typeof value !== 'boolean') throw unparsed('attempt to access JSON non-boolean as boolean');
      return value ? 1 : 0;
    };
  if (name.startsWith('FP'))
    return (value) => {
      const number = numberOf(value);
      if (number === undefined) throw unparsed('attempt to access JSON non-number as double');
      return number;
    };
  const isSigned = name.startsWith('INT');
  const bits = BigInt(bytes * 8);
  const [least, most] = isSigned ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  const kind = isSigned ? 'signed-integer' : 'unsigned-integer';
  return (value) => {
    const integer = integerOf(value);
    if (integer === undefined) throw unparsed(`attempt to access JSON non-${kind} as ${kind}`);
    // Triton cuts off what does not fit and computes on something else; wrong numbers are refused here.
    if (integer < least || integer > most)
      throw unparsed(`${integer} of input '${input}' is out of the range of ${name}, ${least} to ${most}`);
    return bytes === 8 ? BigInt(integer) : Number(integer);
  };
}

/** A tensor's elements as the members of a flat JSON list, as Triton's writer prints them. */
export function jsonOfBytes(datatype: Datatype, shape: readonly number[], data: Uint8Array): string {
  const count = elementsOf(shape);
  if (datatype.name === 'BYTES')
    return (splitBytes(data, count) ?? []).map((bytes) => JSON.stringify(Buffer.from(bytes).toString())).join();
  const isAligned = data.byteOffset % datatype.bytes === 0;
  const bytes = isAligned ? data : Uint8Array.from(data);
  const view = datatype.view(bytes.buffer as ArrayBuffer, bytes.byteOffset, count);
  if (datatype.name === 'BOOL') return Array.from(view as Uint8Array, (value) => value !== 0).join();
  if (datatype.name.startsWith('FP')) return Array.from(view as Float32Array, printDouble).join();
  return view.join();
}

/** Shortest digits that give the number again, with a point or an exponent: 2.0, 1e30, 1.5e-7. */
export function printDouble(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return `${Object.is(value, -0) ? '-0' : value}.0`;
  return String(value).replace('e+', 'e');
}
