/** Ways to write a shape as an annotation. A file's own is used where it has one; jaxtyping otherwise. */
import type { DType } from '../core/shape/dtype';

/** One size: a number, a name, arithmetic over names that stand before it, any number of sizes, anything. */
export type WrittenDim =
  { readonly kind: 'int' | 'name' | 'expression' | 'variadic'; readonly text: string } | { readonly kind: 'any' };

/** What an annotation may say of the elements; undefined: anything. */
export type ElementKind = 'float' | 'int' | 'bool' | 'complex' | undefined;

export interface Dialect {
  readonly name: string;
  /** Whether a text with imports of its is written in it. */
  readonly marks: RegExp;
  /** @param tensor how the file names torch.Tensor */
  write(dims: readonly WrittenDim[], elements: ElementKind, tensor: string): string;
  /** Module -> names that an annotation needs from it. */
  needs(elements: ElementKind): readonly (readonly [module: string, name: string])[];
}

export const elementsOf = (dtype: DType): ElementKind =>
  dtype === 'bool'
    ? 'bool'
    : dtype.startsWith('complex')
      ? 'complex'
      : dtype.includes('float')
        ? 'float'
        : /^u?int/.test(dtype)
          ? 'int'
          : undefined;

/** `Int` would refuse bytes, which images are made of. */
const classes = { float: 'Float', int: 'Integer', bool: 'Bool', complex: 'Complex' } as const;
const jaxtypingClass = (elements: ElementKind): string => (elements === undefined ? 'Shaped' : classes[elements]);

const spaced = (dims: readonly WrittenDim[]): string =>
  dims.map((dim) => (dim.kind === 'any' ? '_' : dim.kind === 'variadic' ? `*${dim.text}` : dim.text)).join(' ');

const jaxtyping: Dialect = {
  name: 'jaxtyping',
  marks: /^\s*(?:from|import)\s+jaxtyping\b/m,
  write: (dims, elements, tensor) => `${jaxtypingClass(elements)}[${tensor}, "${spaced(dims)}"]`,
  needs: (elements) => [['jaxtyping', jaxtypingClass(elements)]],
};

/** Arithmetic is not in it, and stretches have no checked names. */
const torchtyping: Dialect = {
  name: 'torchtyping',
  marks: /^\s*from\s+torchtyping\s+import\b.*\bTensorType\b/m,
  write: (dims) =>
    `TensorType[${dims
      .map((dim) =>
        dim.kind === 'int' ? dim.text : dim.kind === 'name' ? `"${dim.text}"` : dim.kind === 'variadic' ? '...' : '-1',
      )
      .join(', ')}]`,
  needs: () => [['torchtyping', 'TensorType']],
};

const torchshapeflow: Dialect = {
  name: 'torchshapeflow',
  marks: /^\s*from\s+torchshapeflow\s+import\b.*\bShape\b/m,
  write: (dims, _elements, tensor) =>
    `Annotated[${tensor}, Shape(${dims
      .map((dim) =>
        dim.kind === 'int' ? dim.text : dim.kind === 'any' ? '"_"' : dim.kind === 'variadic' ? '...' : `"${dim.text}"`,
      )
      .join(', ')})]`,
  needs: () => [
    ['typing', 'Annotated'],
    ['torchshapeflow', 'Shape'],
  ],
};

/** `Annotated[Tensor, "B 3 H W"]`, read by several tools. */
const annotated: Dialect = {
  name: 'typing.Annotated',
  marks: /\bAnnotated\[[\w.]*Tensor,\s*["']/,
  write: (dims, _elements, tensor) => `Annotated[${tensor}, "${spaced(dims)}"]`,
  needs: () => [['typing', 'Annotated']],
};

export const dialectOf = (text: string): Dialect =>
  [jaxtyping, torchtyping, torchshapeflow, annotated].find(({ marks }) => marks.test(text)) ?? jaxtyping;
