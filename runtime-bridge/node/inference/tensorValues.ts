/** Numbers of tensors: what is told of them, and how two answers compare. */
import type { TensorSummary } from '../../../protocol/src/front';
import { type Datatype, elementsOf } from './datatypes';

export interface Tensor {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Larger tensors are looked at in so many places, evenly spread: a summary must not cost more than the answer. */
const mostLooks = 1 << 16;

/** The element at a place as a number; 64-bit integers are rounded. Undefined for BYTES. */
export function reader({ datatype, data }: Tensor): ((place: number) => number) | undefined {
  if (datatype.bytes === 0) return undefined;
  const isAligned = data.byteOffset % datatype.bytes === 0;
  const bytes = isAligned ? data : Uint8Array.from(data);
  const view = datatype.view(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength / datatype.bytes);
  if (datatype.name === 'FP16') return (place) => halfToNumber(view[place] as number);
  return (place) => Number(view[place]);
}

/** Of the first tensor that holds numbers. */
export function summaryOf(tensors: readonly Tensor[]): TensorSummary | undefined {
  const tensor = tensors.find(({ datatype }) => datatype.bytes > 0);
  const at = tensor && reader(tensor);
  if (!tensor || !at) return undefined;
  const count = elementsOf(tensor.shape);
  const stride = Math.max(1, Math.ceil(count / mostLooks));
  let [sum, squares, finite, nonFinite] = [0, 0, 0, 0];
  for (let place = 0; place < count; place += stride) {
    const value = at(place);
    if (!Number.isFinite(value)) {
      nonFinite += 1;
      continue;
    }
    finite += 1;
    sum += value;
    squares += value * value;
  }
  return { mean: finite === 0 ? 0 : sum / finite, rms: finite === 0 ? 0 : Math.sqrt(squares / finite), nonFinite };
}

export interface Agreement {
  readonly agrees: boolean;
  /** Largest difference; infinite where one is finite and the other is not. */
  readonly maxAbsolute: number;
}

/**
 * Whether two answers say the same: the same class in every row where there are classes (a last dim over 1), else
 * every number within 1e-3 relative and 1e-5 absolute. Undefined where the first output is no tensor of numbers.
 */
export function compareOutputs(left: readonly Tensor[], right: readonly Tensor[]): Agreement | undefined {
  const [a, b] = [left[0], right[0]];
  const [readA, readB] = [a && reader(a), b && reader(b)];
  if (!a || !b || !readA || !readB) return undefined;
  if (a.shape.join() !== b.shape.join()) return { agrees: false, maxAbsolute: Number.POSITIVE_INFINITY };
  const count = elementsOf(a.shape);
  const classes = a.shape.at(-1) ?? 1;
  let [maxAbsolute, isClose] = [0, true];
  for (let place = 0; place < count; place++) {
    const [x, y] = [readA(place), readB(place)];
    const difference = Object.is(x, y) || x === y ? 0 : Math.abs(x - y);
    const finite = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    maxAbsolute = Math.max(maxAbsolute, finite);
    isClose &&= finite <= 1e-5 + 1e-3 * Math.abs(x);
  }
  const agrees = classes > 1 ? sameClasses(readA, readB, count, classes) : isClose;
  return { agrees, maxAbsolute };
}

function sameClasses(
  a: (place: number) => number,
  b: (place: number) => number,
  count: number,
  classes: number,
): boolean {
  for (let row = 0; row < count; row += classes)
    if (largestPlace(a, row, classes) !== largestPlace(b, row, classes)) return false;
  return true;
}

/** Place of a row's largest value; -1 where it holds NaN, which is no class. */
export function largestPlace(at: (place: number) => number, row: number, classes: number): number {
  let best = 0;
  for (let i = 0; i < classes; i++) {
    const value = at(row + i);
    if (Number.isNaN(value)) return -1;
    if (value > at(row + best)) best = i;
  }
  return best;
}

/** IEEE 754 binary16. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
