/** Element types in the words of PyTorch's messages, and the checks that layers share. */
import type { TensorValue } from '../../core/infer/value';
import { constantOf } from '../../core/shape/dim';
import type { DType } from '../../core/shape/dtype';
import { giveUp, refuse } from './answer';

interface Words {
  /** c10::ScalarType's name. */
  readonly scalar: string;
  /** C++'s name, as in "Input type (double)". */
  readonly cpp: string;
}

const words: Readonly<Record<DType, Words>> = {
  bool: { scalar: 'Bool', cpp: 'bool' },
  uint8: { scalar: 'Byte', cpp: 'unsigned char' },
  int8: { scalar: 'Char', cpp: 'signed char' },
  int16: { scalar: 'Short', cpp: 'short int' },
  int32: { scalar: 'Int', cpp: 'int' },
  int64: { scalar: 'Long', cpp: 'long int' },
  uint16: { scalar: 'UInt16', cpp: 'short unsigned int' },
  uint32: { scalar: 'UInt32', cpp: 'unsigned int' },
  uint64: { scalar: 'UInt64', cpp: 'long unsigned int' },
  float16: { scalar: 'Half', cpp: 'c10::Half' },
  bfloat16: { scalar: 'BFloat16', cpp: 'c10::BFloat16' },
  float32: { scalar: 'Float', cpp: 'float' },
  float64: { scalar: 'Double', cpp: 'double' },
  complex32: { scalar: 'ComplexHalf', cpp: 'c10::complex<c10::Half>' },
  complex64: { scalar: 'ComplexFloat', cpp: 'c10::complex<float>' },
  complex128: { scalar: 'ComplexDouble', cpp: 'c10::complex<double>' },
  float8_e4m3fn: { scalar: 'Float8_e4m3fn', cpp: 'c10::Float8_e4m3fn' },
  float8_e5m2: { scalar: 'Float8_e5m2', cpp: 'c10::Float8_e5m2' },
};

export const scalarName = (dtype: DType): string => words[dtype].scalar;
export const cppName = (dtype: DType): string => words[dtype].cpp;

/** The element types that every float kernel takes. */
export const isFloat = (dtype: DType | undefined): boolean =>
  dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';
export const isHalf = (dtype: DType | undefined): boolean => dtype === 'float16' || dtype === 'bfloat16';
export const isComplex = (dtype: DType | undefined): boolean => dtype?.startsWith('complex') === true;
/** Whole numbers without bool. */
export const isInteger = (dtype: DType | undefined): boolean => dtype !== undefined && /^u?int\d/.test(dtype);
/** Whether the dtype is known to be a common whole number or bool. */
export const isIntegral = (dtype: DType | undefined): boolean => dtype === 'bool' || isInteger(dtype);

/** Whether both element types are known and differ. */
export const differ = (a: DType | undefined, b: DType | undefined): boolean =>
  a !== undefined && b !== undefined && a !== b;

/** Ends the operator: element types clash. */
export function refuseDtypes(message: string, argument?: string): never {
  refuse('dtype-mismatch', message, argument === undefined ? {} : { argument });
}

/** Ends the operator where the element type is known to be one that the kernel refuses: `"avg_pool2d" not implemented for 'Int'`. */
export function kernelTakes(t: TensorValue, kernel: string, refused: (dtype: DType) => boolean): void {
  if (t.dtype === undefined || !refused(t.dtype)) return;
  // Kernels don't run on tensors without elements.
  if ([...t.shape.lead, ...t.shape.tail].some((size) => constantOf(size) === 0)) giveUp('a tensor without elements');
  refuse('dtype-not-supported', `"${kernel}" not implemented for '${scalarName(t.dtype)}'`);
}

/** Gives up on element types that are not the common floats: what kernels do with them differs. */
export function onlyFloats(what: string, ...tensors: readonly (TensorValue | null)[]): void {
  for (const t of tensors) if (t?.dtype !== undefined && !isFloat(t.dtype)) giveUp(`${what} of ${t.dtype}`);
}

/**
 * The check of the normalisation kernels: parameters have the input's element type, or float32 beside
 * an input of half precision.
 * Source: ATen/native/mixed_data_type.h, PyTorch 2.13.
 */
export function mixedDtypes(input: TensorValue, parameters: readonly (TensorValue | null)[]): void {
  const types = parameters.flatMap((p) => (p === null ? [] : [p.dtype]));
  const [first] = types;
  if (input.dtype === undefined || first === undefined || types.includes(undefined)) return;
  if (first === input.dtype) {
    if (types.some((type) => type !== first)) giveUp('parameters of different element types');
    return;
  }
  if (types.some((type) => type !== 'float32'))
    refuseDtypes('mixed dtype (CPU): expect parameter to have scalar type of Float');
  if (!isHalf(input.dtype)) refuseDtypes('mixed dtype (CPU): all inputs must share same datatype.');
}
