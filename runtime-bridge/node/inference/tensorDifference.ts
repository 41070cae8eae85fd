/** How far two tensors of numbers are from each other. */
import { elementsOf } from './datatypes';
import { largestPlace, reader, type Tensor } from './tensorValues';

export interface Difference {
  readonly sameShape: boolean;
  /** Largest difference of two numbers; infinite where one is finite and the other is not. */
  readonly maxAbsolute: number;
  /** Largest finite number of the first tensor, without its sign: what a difference is large or small beside. */
  readonly largest: number;
  /** Of the angle between them; 1 where both are zero. */
  readonly cosine: number;
  /** Rows of scores, (rows, classes), whose largest stands in the same place. */
  readonly classes?: { readonly rows: number; readonly same: number };
}

const apart: Difference = { sameShape: false, maxAbsolute: Number.POSITIVE_INFINITY, largest: 0, cosine: 0 };

/** Texts, and what has another shape or is not there, are as far apart as can be. */
export function differenceOf(left: Tensor, right: Tensor | undefined): Difference {
  if (left.shape.join() !== right?.shape.join()) return apart;
  const [a, b] = [reader(left), reader(right)];
  if (a === undefined || b === undefined) return apart;
  const count = elementsOf(left.shape);
  let [maxAbsolute, largest, products, lefts, rights] = [0, 0, 0, 0, 0];
  for (let place = 0; place < count; place++) {
    const [x, y] = [a(place), b(place)];
    const difference = Object.is(x, y) || x === y ? 0 : Math.abs(x - y);
    maxAbsolute = Math.max(maxAbsolute, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    largest = Math.max(largest, Math.abs(x));
    products += x * y;
    lefts += x * x;
    rights += y * y;
  }
  const norms = Math.sqrt(lefts) * Math.sqrt(rights);
  const cosine = norms > 0 ? Math.min(1, products / norms) : lefts === rights ? 1 : 0;
  const [rows = 0, width = 0] = left.shape;
  const isScores = left.shape.length === 2 && width > 1 && left.datatype.name.startsWith('FP');
  const same = isScores
    ? Array.from({ length: rows }, (_, row) => row * width).filter(
        (row) => largestPlace(a, row, width) === largestPlace(b, row, width),
      ).length
    : 0;
  return { sameShape: true, maxAbsolute, largest, cosine, ...(isScores && { classes: { rows, same } }) };
}
