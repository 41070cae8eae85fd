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
  /** Values of each that are NaN or infinite. */
  readonly nonFinite: readonly [left: number, right: number];
  /** Rows of scores, (rows, classes), whose largest stands in the same place. */
  readonly classes?: { readonly rows: number; readonly same: number };
}

const none: Difference = { sameShape: true, maxAbsolute: 0, largest: 0, cosine: 1, nonFinite: [0, 0] };
const apart: Difference = { ...none, sameShape: false, maxAbsolute: Number.POSITIVE_INFINITY, cosine: 0 };

/** What has another shape or is not there is as far apart as can be, and so are texts that are not the same. */
export function differenceOf(left: Tensor, right: Tensor | undefined): Difference {
  if (left.shape.join() !== right?.shape.join()) return apart;
  const [a, b] = [reader(left), reader(right)];
  if (a === undefined || b === undefined) {
    if (a !== b) return apart;
    return Buffer.compare(left.data, right.data) === 0 ? none : { ...apart, sameShape: true };
  }
  const count = elementsOf(left.shape);
  let [maxAbsolute, largest, products, lefts, rights] = [0, 0, 0, 0, 0];
  const nonFinite: [number, number] = [0, 0];
  for (let place = 0; place < count; place++) {
    const [x, y] = [a(place), b(place)];
    const difference = Object.is(x, y) || x === y ? 0 : Math.abs(x - y);
    maxAbsolute = Math.max(maxAbsolute, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    if (!Number.isFinite(x)) nonFinite[0] += 1;
    if (!Number.isFinite(y)) nonFinite[1] += 1;
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
  return { sameShape: true, maxAbsolute, largest, cosine, nonFinite, ...(isScores && { classes: { rows, same } }) };
}

/**
 * The largest difference beside the largest value of a tensor that passes: the relative tolerance of PyTorch's own
 * check of exported models (torch.onnx.verification, VerificationOptions.rtol).
 */
export const TOLERANCE = 1e-3;

export const isClose = ({ maxAbsolute, largest, sameShape }: Difference): boolean =>
  sameShape && maxAbsolute <= TOLERANCE * Math.max(largest, Number.MIN_VALUE);

/** The worst of several; agreements are counted together. */
export function worstOf(differences: readonly Difference[]): Difference {
  const sum = (of: (each: Difference) => number): number => differences.reduce((all, each) => all + of(each), 0);
  const most = (of: (each: Difference) => number): number =>
    differences.reduce((high, each) => Math.max(high, of(each)), 0);
  const rows = sum(({ classes }) => classes?.rows ?? 0);
  return {
    sameShape: differences.every(({ sameShape }) => sameShape),
    maxAbsolute: most(({ maxAbsolute }) => maxAbsolute),
    largest: most(({ largest }) => largest),
    cosine: differences.reduce((least, { cosine }) => Math.min(least, cosine), 1),
    nonFinite: [sum(({ nonFinite }) => nonFinite[0]), sum(({ nonFinite }) => nonFinite[1])],
    ...(rows > 0 && { classes: { rows, same: sum(({ classes }) => classes?.same ?? 0) } }),
  };
}
