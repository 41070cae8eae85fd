/**
 * Element types of tensors and PyTorch's promotion between them.
 * Source: torch.promote_types and the "Tensor Attributes" page of the PyTorch 2.13 documentation.
 */
export type DType =
  | 'bool'
  | 'uint8'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'complex32'
  | 'complex64'
  | 'complex128'
  | 'float8_e4m3fn'
  | 'float8_e5m2';

/** float8 takes part in no promotion, the wide unsigned ones only in promotion to a float. */
type Kind = 'bool' | 'int' | 'wide unsigned' | 'float' | 'complex' | 'float8';

/** Kind and width in bits of the (real) number. */
const kinds: Readonly<Record<DType, readonly [Kind, number]>> = {
  bool: ['bool', 1],
  uint8: ['int', 8],
  int8: ['int', 8],
  int16: ['int', 16],
  int32: ['int', 32],
  int64: ['int', 64],
  uint16: ['wide unsigned', 16],
  uint32: ['wide unsigned', 32],
  uint64: ['wide unsigned', 64],
  float16: ['float', 16],
  bfloat16: ['float', 16],
  float32: ['float', 32],
  float64: ['float', 64],
  complex32: ['complex', 16],
  complex64: ['complex', 32],
  complex128: ['complex', 64],
  float8_e4m3fn: ['float8', 8],
  float8_e5m2: ['float8', 8],
};

const aliases: Readonly<Record<string, DType>> = {
  float: 'float32',
  double: 'float64',
  half: 'float16',
  long: 'int64',
  int: 'int32',
  short: 'int16',
  chalf: 'complex32',
  cfloat: 'complex64',
  cdouble: 'complex128',
};

/** All of them, in the order of `DType`. */
export const dtypes = Object.keys(kinds) as readonly DType[];

export const isDType = (name: string): name is DType => Object.hasOwn(kinds, name);

/** The element type that `torch.<name>` is, also by its other names (`long`, `half`); undefined where it is none. */
export const dtypeNamed = (name: string): DType | undefined =>
  isDType(name) ? name : Object.hasOwn(aliases, name) ? aliases[name] : undefined;

/** As `torch.dtype.is_floating_point`: complex ones aren't. */
export const isFloating = (d: DType): boolean => kinds[d][0] === 'float' || kinds[d][0] === 'float8';
export const isComplex = (d: DType): boolean => kinds[d][0] === 'complex';
/** An integer type other than bool. */
export const isIntegral = (d: DType): boolean => kinds[d][0] === 'int' || kinds[d][0] === 'wide unsigned';
/** Floating or complex: what gradients flow through. */
export const isDifferentiable = (d: DType): boolean => isFloating(d) || isComplex(d);

/** The default float for integers and bool, the type itself otherwise: what `x.sqrt()` and `x / y` give. */
export const floatingOf = (d: DType): DType => (isDifferentiable(d) ? d : 'float32');
/** The type of the real part. */
export const realOf = (d: DType): DType =>
  (({ complex32: 'float16', complex64: 'float32', complex128: 'float64' }) as const)[d as string] ?? d;
/** The complex type whose parts hold a float. */
export const complexOf = (d: DType): DType =>
  isComplex(d) ? d : d === 'float16' ? 'complex32' : d === 'float64' ? 'complex128' : 'complex64';

/** torch.promote_types(a, b); undefined where PyTorch raises. */
export const promote = (a: DType, b: DType): DType | undefined => {
  if (a === b) return a;
  const [[kindA, bitsA], [kindB, bitsB]] = [kinds[a], kinds[b]];
  if (kindA === 'float8' || kindB === 'float8') return undefined;
  if (kindA === 'wide unsigned' || kindB === 'wide unsigned')
    return kindA === 'float' ? a : kindB === 'float' ? b : undefined;
  if (kindA === 'complex' || kindB === 'complex') return promoteComplex(a, b);
  if (kindA === 'float' && kindB === 'float') return bitsA === bitsB ? 'float32' : bitsA > bitsB ? a : b;
  if (kindA === 'float' || kindB === 'float') return kindA === 'float' ? a : b;
  if (bitsA !== bitsB) return bitsA > bitsB ? a : b;
  // int8 and uint8 fit into int16 only
  return 'int16';
};

const promoteComplex = (a: DType, b: DType): DType | undefined => {
  if (!isDifferentiable(a) || !isDifferentiable(b)) return isComplex(a) ? a : b;
  const real = promote(realOf(a), realOf(b));
  return real === undefined ? undefined : complexOf(real);
};

/** A number that isn't a tensor. */
export type ScalarKind = 'bool' | 'int' | 'float' | 'complex';
const scalarTypes: Readonly<Record<ScalarKind, DType>> = {
  bool: 'bool',
  int: 'int64',
  float: 'float32',
  complex: 'complex64',
};

/** The type of a tensor made from such a number (default dtype float32). */
export const ofScalar = (kind: ScalarKind): DType => scalarTypes[kind];

/** torch.result_type(tensor, number): a number raises only the kind of the type, not its width; undefined where PyTorch raises. */
export const resultWithScalar = (tensor: DType, kind: ScalarKind): DType | undefined =>
  combined(tensor, scalarTypes[kind]);

/** One operand of an elementwise operation: a tensor with dims, one without, or a number. */
export interface Operand {
  readonly dtype: DType;
  readonly rank: 'dims' | 'none' | 'number';
}

/** torch.result_type of several operands; undefined where PyTorch raises. */
export const resultType = (operands: readonly Operand[]): DType | undefined => {
  let result: DType | undefined;
  for (const rank of ['number', 'none', 'dims'] as const) {
    let own: DType | undefined;
    for (const operand of operands) {
      if (operand.rank !== rank) continue;
      own = own === undefined ? operand.dtype : promote(own, operand.dtype);
      if (own === undefined) return undefined;
    }
    if (own === undefined) continue;
    result = result === undefined ? own : combined(own, result);
    if (result === undefined) return undefined;
  }
  return result;
};

/** Dims win over no dims, and those over numbers, unless the weaker one is of a higher kind. */
const combined = (strong: DType, weak: DType): DType | undefined => {
  if (isComplex(strong)) return strong;
  if (isFloating(strong))
    return !isComplex(weak) ? strong : kinds[strong][0] === 'float8' ? undefined : complexOf(strong);
  return strong === 'bool' || isDifferentiable(weak) ? promoteToWeak(strong, weak) : strong;
};

/** A wide unsigned type meets complex numbers, though not complex tensors. */
const promoteToWeak = (strong: DType, weak: DType): DType | undefined =>
  promote(strong, weak) ?? (isComplex(weak) ? weak : undefined);
