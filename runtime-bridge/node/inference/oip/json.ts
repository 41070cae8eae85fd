/** Reading the JSON of requests, in the words of Triton's own reader where it refuses. */
import { ProtocolError } from './errors';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Marks an integer that a JavaScript number would round; a JSON text can't hold it in a string unescaped. */
const exactMark = '\u0000';
const longInteger = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/**
 * The value of a JSON text. Integers of 16 digits and more keep all of them: `integerOf` reads them.
 *
 * @throws ProtocolError where it is no JSON
 */
export function readJson(text: string): Json {
  // One look for a run of digits spares the many requests without any a second walk through the text.
  const exact = /\d{16}/.test(text)
    ? text.replace(longInteger, (token) => (token.startsWith('"') ? token : `"\\u0000${token}"`))
    : text;
  try {
    return JSON.parse(exact) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProtocolError(400, `failed to parse the request JSON buffer: ${reason}`);
  }
}

/** The integer that a value stands for; undefined where it is none. */
export function integerOf(value: Json | undefined): number | bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  return typeof value === 'string' && value.startsWith(exactMark) ? BigInt(value.slice(1)) : undefined;
}

/** The number that a value stands for; undefined where it is none. */
export function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : typeof value === 'string' ? optionalNumber(integerOf(value)) : undefined;
}
const optionalNumber = (integer: number | bigint | undefined): number | undefined =>
  integer === undefined ? undefined : Number(integer);

export const isText = (value: Json | undefined): value is string =>
  typeof value === 'string' && !value.startsWith(exactMark);

type Members = Readonly<Record<string, Json | undefined>>;

const unparsed = (name: string, reason: string): ProtocolError =>
  new ProtocolError(400, `Unable to parse '${name}': ${reason}`);

/** The members of an object; none for what is no object. */
export const membersOf = (value: Json | undefined): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};

export function textMember(from: Members, name: string): string {
  const value = from[name];
  if (value === undefined) throw unparsed(name, `attempt to access non-existing object member '${name}'`);
  if (!isText(value)) throw unparsed(name, 'attempt to access JSON non-string as string');
  return value;
}

export function listMember(from: Members, name: string): readonly Json[] {
  const value = from[name];
  if (value === undefined) throw unparsed(name, `attempt to access non-existing object member '${name}'`);
  if (!Array.isArray(value)) throw unparsed(name, 'attempt to access JSON non-array as array');
  return value as readonly Json[];
}

/** A whole number from 0 to 2^53. */
export function sizeOf(value: Json | undefined, name: string): number {
  const size = integerOf(value);
  if (typeof size !== 'number' || size < 0)
    throw unparsed(name, 'attempt to access JSON non-unsigned-integer as unsigned-integer');
  return size;
}
