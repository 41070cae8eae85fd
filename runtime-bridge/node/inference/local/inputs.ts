/** Inputs for one model: from files, and made up by its signature where no file is given. */
import { readFileSync, statSync } from 'node:fs';
import { joinBytes } from '../byteStrings';
import { type Datatype, datatypeOf, elementsOf } from '../datatypes';
import type { WireTensor } from '../frames';
import { bytesOfJson } from '../oip/elements';
import { type Json, readJson } from '../oip/json';
import type { Signature, SignatureTensor } from '../signature';
import { readNpy } from './npy';

const mostBytes = 1 << 30;

/** Wrong use: told in one line. */
export class InputProblem extends Error {}

/**
 * One tensor for each input of the model.
 *
 * @param files path by the input's name; with one input the name may be ''
 * @param seed of the numbers that are made up; the same seed gives the same
 * @throws InputProblem where a name is none of the model's, a file can't be read, or does not fit
 */
export function inputsFor({ inputs }: Signature, files: ReadonlyMap<string, string>, seed: number): WireTensor[] {
  const only = inputs.length === 1 ? inputs[0]?.name : undefined;
  const byName = new Map([...files].map(([name, path]) => [name === '' ? (only ?? '') : name, path]));
  const names = inputs.map(({ name }) => name);
  for (const name of byName.keys())
    if (!names.includes(name))
      throw new InputProblem(
        name === ''
          ? `the model has ${inputs.length} inputs: say which, as in --input ${names[0] ?? 'x'}=FILE`
          : `the model has no input '${name}'; it has ${names.join(', ')}`,
      );
  const next = chance(seed);
  return inputs.map((input, index) => {
    const datatype = datatypeOf(input.datatype) as Datatype;
    const path = byName.get(input.name);
    const tensor = path === undefined ? madeUp(input, datatype, next) : fromFile(input, datatype, path);
    return { index, datatype, ...tensor };
  });
}

type Content = Pick<WireTensor, 'shape' | 'data'>;

function fromFile(input: SignatureTensor, datatype: Datatype, path: string): Content {
  const wrong = (reason: string): InputProblem => new InputProblem(`${path} for input '${input.name}': ${reason}`);
  try {
    if (statSync(path).size > mostBytes) throw wrong(`it is larger than ${mostBytes} bytes`);
    const file = readFileSync(path);
    const content = path.endsWith('.npy') ? fromNpy(file, datatype) : fromJson(file, input, datatype);
    const fits = (shape: readonly number[]): boolean =>
      shape.length === input.shape.length && input.shape.every((size, i) => size < 0 || size === shape[i]);
    // A single example for a model that takes a batch is a batch of one.
    const shape = fits(content.shape) ? content.shape : [1, ...content.shape];
    if (!fits(shape))
      throw wrong(`its shape is (${content.shape.join(', ')}), the model takes (${shownShape(input.shape)})`);
    return { shape, data: content.data };
  } catch (error) {
    throw error instanceof InputProblem ? error : wrong(error instanceof Error ? error.message : String(error));
  }
}

export const shownShape = (shape: readonly number[]): string => shape.map((size) => (size < 0 ? '?' : size)).join(', ');

function fromNpy(file: Buffer, datatype: Datatype): Content {
  const array = readNpy(file);
  if (array.datatype !== datatype)
    throw new Error(`it holds ${array.datatype.name}, the model takes ${datatype.name}; save it with .astype`);
  return array;
}

function fromJson(file: Buffer, { name }: SignatureTensor, datatype: Datatype): Content {
  const value = readJson(file.toString('utf8'));
  const shape: number[] = [];
  for (
    let each: Json | undefined = value;
    Array.isArray(each) && shape.length < 32;
    each = (each as readonly Json[])[0]
  )
    shape.push((each as readonly Json[]).length);
  return { shape, data: bytesOfJson(value, datatype, shape, { input: name, model: 'the model', id: '' }) };
}

/** Open sizes become 1; floats are normal, integers 0 to 9, texts empty. */
function madeUp({ shape: declared }: SignatureTensor, datatype: Datatype, next: () => number): Content {
  const shape = declared.map((size) => (size < 0 ? 1 : size));
  const count = elementsOf(shape);
  if (count * Math.max(datatype.bytes, 4) > mostBytes)
    throw new InputProblem(`an input of ${count} elements is too large to make up`);
  if (datatype.bytes === 0) return { shape, data: joinBytes(Array.from({ length: count }, () => new Uint8Array())) };
  const view = datatype.view(new ArrayBuffer(count * datatype.bytes), 0, count);
  for (let i = 0; i < count; i++) {
    if (datatype.name === 'FP16') view[i] = halfBits(normal(next));
    else if (datatype.name.startsWith('FP')) view[i] = normal(next);
    else if (datatype.name === 'BOOL') view[i] = next() < 0.5 ? 0 : 1;
    else view[i] = datatype.bytes === 8 ? BigInt(Math.floor(next() * 10)) : Math.floor(next() * 10);
  }
  return { shape, data: new Uint8Array(view.buffer) };
}

/** Box and Muller's transform. */
const normal = (next: () => number): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** Bits of a binary16 near a value of ordinary size, cut off. */
function halfBits(value: number): number {
  const [size, sign] = [Math.abs(value), value < 0 ? 0x8000 : 0];
  if (size < 2 ** -14) return sign;
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | Math.floor((size / 2 ** exponent - 1) * 1024);
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}
