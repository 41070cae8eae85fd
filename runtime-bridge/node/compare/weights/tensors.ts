/** What every reader of weights answers with: the tensors of a file and where their values lie, none of them loaded. */

/** Where a tensor's values lie, little-endian. */
export type Content =
  | { readonly kind: 'file'; readonly path: string; readonly start: number; readonly bytes: number }
  | { readonly kind: 'memory'; readonly values: Uint8Array }
  /** They can't be read; `reason` is a clause. */
  | { readonly kind: 'none'; readonly reason: string };

export interface StoredTensor {
  readonly name: string;
  /** PyTorch's name: 'float32', 'bfloat16', 'float8_e4m3fn', 'int64'. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly content: Content;
  /** In elements; absent where they lie in row-major order without gaps. */
  readonly strides?: readonly number[];
}

export type WeightFormat = 'safetensors' | 'onnx' | 'torch' | 'numpy';

export interface WeightFile {
  readonly path: string;
  readonly format: WeightFormat;
  /** In the file's order; names occur once. */
  readonly tensors: readonly StoredTensor[];
  /** Sentences on what else a reader should know: parts left out, names that loading it would call. */
  readonly notes: readonly string[];
}

/** Why a file has no weights that can be read, as a clause. */
export interface NoWeights {
  readonly reason: string;
}

/** Longer lists are no models; a hostile header must not fill the memory. */
export const mostTensors = 1_000_000;

/** How many values a shape has; undefined where that is no number that can be counted with. */
export function valuesIn(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    count *= size;
  }
  return Number.isSafeInteger(count) ? count : undefined;
}

/** Row-major strides of a shape, in elements. */
export function rowMajor(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= Math.max(shape[axis] ?? 1, 1);
  }
  return strides;
}

/** Whether values lie in row-major order; sizes of 1 may have any stride. */
export function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const plain = rowMajor(shape);
  return shape.includes(0) || shape.every((size, axis) => size === 1 || strides[axis] === plain[axis]);
}
