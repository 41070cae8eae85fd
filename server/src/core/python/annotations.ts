/**
 * Shapes that people write down: annotations of every dialect.
 *
 * Pure readers: names stay names, what they stand for is the evaluator's business.
 */
import type { DType } from '../shape/dtype';
import type { Expr } from './tree';

/** One written size. A variadic without a name (`...`) has the name ''; two of those need not be equal. */
export type AnnotatedDim =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'expr'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'variadic'; readonly name: string };

export interface AnnotatedShape {
  readonly dims: readonly AnnotatedDim[];
  /** Undefined where the annotation leaves the element type open. */
  readonly dtype: DType | undefined;
}

const ANY: AnnotatedDim = { kind: 'any' };
const REST: AnnotatedDim = { kind: 'variadic', name: '' };

/**
 * The shape that an annotation claims. Understood are
 * jaxtyping `Float[Tensor, "b *c h+1"]`, torchtyping `TensorType["b", 3]`, pyrefly `Tensor[B, C]` and
 * `Tensor[[B, C]]`, torchshapeflow `Annotated[Tensor, Shape("B", 3)]` and `Annotated[Tensor, "B 3 H W"]`,
 * etils `f32['h w c']`, bearshape `F32[N, C]`.
 *
 * @param parse reads the text of a quoted annotation; without it those say nothing.
 * @returns undefined where the annotation says nothing of a shape.
 */
export function shapeAnnotation(
  annotation: Expr,
  parse?: (text: string) => Expr | undefined,
): AnnotatedShape | undefined {
  const shape = annotated(annotation, parse);
  const open = shape?.dims.filter((dim) => dim.kind === 'variadic').length ?? 0;
  return open > 1 ? undefined : shape;
}

function annotated(
  annotation: Expr,
  parse: ((text: string) => Expr | undefined) | undefined,
): AnnotatedShape | undefined {
  if (annotation.kind === 'str') {
    const inner = parse?.(annotation.value);
    return inner === undefined || inner.kind === 'str' ? undefined : annotated(inner, parse);
  }
  if (annotation.kind !== 'subscript') return undefined;
  const name = lastName(annotation.object);
  const items = annotation.index.kind === 'tuple' ? annotation.index.items : [annotation.index];
  if (name === 'Annotated') return metadata(items);
  if (name === 'TensorType') return torchtyping(items);
  if (name === 'Tensor') return bracketed(items, undefined);
  const short = shortDType(name);
  if (short !== undefined) return bracketed(items, short);
  return jaxtyping(name, items, parse);
}

/** `a.b.Tensor` is Tensor. */
function lastName(expr: Expr): string {
  return expr.kind === 'name' || expr.kind === 'attribute' ? expr.name : '';
}

// ---- jaxtyping

/** Classes that name one element type, and those that leave it open. */
const JAXTYPING: ReadonlyMap<string, DType | undefined> = new Map<string, DType | undefined>([
  ...['Shaped', 'Num', 'Inexact', 'Real', 'Float', 'Complex', 'Integer', 'UInt', 'Int', 'Key'].map(
    (name) => [name, undefined] as const,
  ),
  ['Bool', 'bool'],
  ['BFloat16', 'bfloat16'],
  ...([16, 32, 64] as const).map((bits) => [`Float${bits}`, `float${bits}`] as const),
  ...([64, 128] as const).map((bits) => [`Complex${bits}`, `complex${bits}`] as const),
  ...([8, 16, 32, 64] as const).map((bits) => [`Int${bits}`, `int${bits}`] as const),
  ...([8, 16, 32, 64] as const).map((bits) => [`UInt${bits}`, `uint${bits}`] as const),
]);

function jaxtyping(
  name: string,
  items: readonly Expr[],
  parse: ((text: string) => Expr | undefined) | undefined,
): AnnotatedShape | undefined {
  if (!JAXTYPING.has(name)) return undefined;
  const [array, text, more] = items;
  if (array === undefined || text?.kind !== 'str' || more !== undefined) return undefined;
  const dims = shapeString(text.value);
  if (dims === undefined) return undefined;
  const dtype = JAXTYPING.get(name);
  // `Float[Image, "batch"]` puts sizes before those of Image, which may be an alias that is not known here.
  if (isArrayType(array)) return { dims, dtype };
  const inner = annotated(array, parse);
  return { dims: [...dims, ...(inner?.dims ?? [REST])], dtype: inner?.dtype ?? dtype };
}

const ARRAYS: readonly string[] = [
  'Tensor',
  'Array',
  'ndarray',
  'Any',
  'FloatTensor',
  'LongTensor',
  'Parameter',
  'NDArray',
];
const isArrayType = (expr: Expr): boolean => ARRAYS.includes(lastName(expr)) || expr.kind === 'binary';

/**
 * Sizes of a string such as `"*batch n+1 #c _ 3"`, separated by spaces.
 *
 * @returns undefined where a word is no size.
 */
function shapeString(text: string): AnnotatedDim[] | undefined {
  const dims: AnnotatedDim[] = [];
  for (const word of text.split(/\s+/)) {
    if (word === '') continue;
    const dim = wordOf(word);
    if (dim === undefined) return undefined;
    dims.push(dim);
  }
  return dims;
}

function wordOf(word: string): AnnotatedDim | undefined {
  if (word === '...') return REST;
  const [, marks = '', label, size = ''] = /^([*#?_]*)(?:([A-Za-z]\w*)=)?(.*)$/.exec(word) as RegExpExecArray;
  const unchecked = marks.replace('*', '') !== '';
  if (marks.includes('*')) {
    if (size !== '' && !/^\w+$/.test(size)) return undefined;
    return unchecked ? REST : { kind: 'variadic', name: size };
  }
  if (unchecked || size.includes('{')) return ANY;
  if (size === '') return undefined;
  return label !== undefined && /^[A-Za-z_]\w*$/.test(size) ? { kind: 'name', name: size } : sizeOf(size);
}

/** A number, a name or arithmetic over those. */
function sizeOf(text: string): AnnotatedDim | undefined {
  if (/^\d+$/.test(text)) return { kind: 'int', value: Number(text) };
  if (/^-\d+$/.test(text)) return ANY;
  if (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(text)) return { kind: 'name', name: text };
  return /^[\p{L}\p{N}_+\-*/%() ,.]+$/u.test(text) && /[\p{L}\p{N})]$/u.test(text) ? { kind: 'expr', text } : undefined;
}

// ---- torchtyping

function torchtyping(items: readonly Expr[]): AnnotatedShape | undefined {
  const dims: AnnotatedDim[] = [];
  let dtype: DType | undefined;
  for (const item of items) {
    if (item.kind === 'slice') dims.push(labelled(item.lower, item.upper));
    else if (item.kind === 'str' || item.kind === 'int' || item.kind === 'ellipsis')
      dims.push(sizeExpression(item) ?? ANY);
    else if (item.kind === 'unary') dims.push(ANY);
    else dtype ??= dtypeName(lastName(item));
  }
  return { dims, dtype };
}

/** `"batch": 4` is 4, `"batch": ...` is variadic. */
function labelled(label: Expr | undefined, size: Expr | undefined): AnnotatedDim {
  if (size?.kind === 'int' && size.value >= 0) return { kind: 'int', value: size.value };
  if (size?.kind === 'ellipsis') return { kind: 'variadic', name: label?.kind === 'str' ? label.value : '' };
  return label?.kind === 'str' ? { kind: 'name', name: label.value } : ANY;
}

/** Python's `float` and so on in a torchtyping annotation, or `torch.float32`. */
function dtypeName(name: string): DType | undefined {
  const python: Readonly<Record<string, DType>> = { bool: 'bool', half: 'float16', double: 'float64', long: 'int64' };
  if (python[name] !== undefined) return python[name];
  return /^(?:u?int(?:8|16|32|64)|b?float16|float(?:32|64)|complex(?:64|128))$/.test(name)
    ? (name as DType)
    : undefined;
}

// ---- sizes in brackets

/** `Tensor[B, C]`, `Tensor[[B, C]]`, `f32['b c']`. */
function bracketed(items: readonly Expr[], dtype: DType | undefined): AnnotatedShape | undefined {
  const [first, second] = items;
  if (first === undefined) return undefined;
  if (first.kind === 'str' && second === undefined) {
    const dims = shapeString(first.value);
    return dims && { dims, dtype };
  }
  const dims: AnnotatedDim[] = [];
  for (const item of first.kind === 'list' && second === undefined ? first.items : items) {
    const dim = sizeExpression(item);
    if (dim === undefined) return undefined;
    dims.push(dim);
  }
  return { dims, dtype };
}

/** Types that are no sizes: `Tensor[float]` is somebody else's class. */
const NO_SIZES: readonly string[] = ['float', 'bool', 'str', 'bytes', 'object', 'None'];

function sizeExpression(expr: Expr): AnnotatedDim | undefined {
  switch (expr.kind) {
    case 'int':
      return expr.value >= 0 ? { kind: 'int', value: expr.value } : undefined;
    case 'str':
      return wordOf(expr.value);
    case 'ellipsis':
      return REST;
    case 'slice':
      return ANY;
    case 'unary':
      return expr.op === '-' && expr.operand.kind === 'int' ? ANY : undefined;
    case 'name':
      if (expr.name === 'Any' || expr.name === 'int' || expr.name === '_') return ANY;
      return NO_SIZES.includes(expr.name) ? undefined : { kind: 'name', name: expr.name };
    case 'starred':
      return { kind: 'variadic', name: variadicName(expr.value) };
    case 'binary': {
      const text = arithmetic(expr);
      return text === undefined ? ANY : { kind: 'expr', text };
    }
    default:
      return undefined;
  }
}

/** `*Bs` and `*Elements[Bs]`. */
function variadicName(expr: Expr): string {
  if (expr.kind === 'name') return expr.name;
  return expr.kind === 'subscript' && expr.index.kind === 'name' ? expr.index.name : '';
}

function arithmetic(expr: Expr): string | undefined {
  if (expr.kind === 'name') return expr.name;
  if (expr.kind === 'int') return Number.isNaN(expr.value) ? undefined : String(expr.value);
  if (expr.kind !== 'binary' || !['+', '-', '*', '//', '%', '**'].includes(expr.op)) return undefined;
  const left = arithmetic(expr.left);
  const right = arithmetic(expr.right);
  return left === undefined || right === undefined ? undefined : `(${left} ${expr.op} ${right})`;
}

/** etils' `f32`, `bf16`, `u8`, bearshape's `F32`. */
function shortDType(name: string): DType | undefined {
  const found = /^(bf|f|i|u|c)(8|16|32|64|128)$/i.exec(name);
  if (found === null) return name === 'bool_' ? 'bool' : undefined;
  const kind = { bf: 'bfloat', f: 'float', i: 'int', u: 'uint', c: 'complex' }[(found[1] as string).toLowerCase()];
  return dtypeName(`${kind ?? ''}${found[2] as string}`);
}

// ---- Annotated

function metadata(items: readonly Expr[]): AnnotatedShape | undefined {
  const [type, ...notes] = items;
  if (type === undefined || !/(?:Tensor|Array|ndarray)$/.test(lastName(type))) return undefined;
  for (const note of notes) {
    if (note.kind === 'call' && lastName(note.callee) === 'Shape') {
      const dims = note.args.map(({ value, star }) => (star === '' ? (sizeExpression(value) ?? ANY) : REST));
      return { dims, dtype: undefined };
    }
    // Any string may annotate; only one that looks like sizes is taken for sizes.
    if (note.kind !== 'str' || !note.value.split(/\s+/).every((word) => word === '' || looksLikeSize(word))) continue;
    const dims = shapeString(note.value);
    if (dims !== undefined && dims.length > 0) return { dims, dtype: undefined };
  }
  return undefined;
}

/** Words that people name dims by. */
const DIM_WORDS =
  /^(?:batch(?:es)?|bs|bsz|chan(?:nels?)?|height|width|depth|seq(?:len|uence)?|time|steps|dims?|feat(?:ures?)?|hidden|heads?|class(?:es)?|tokens?|len(?:gth)?|patch(?:es)?|vocab|embed|emb|frames?|points?|rows?|cols?|groups?|size|num|out|in)$/;

function looksLikeSize(word: string): boolean {
  if (/^(?:\d+|-1|\?|_|\.\.\.|\*)$/.test(word)) return true;
  // Values and the marks of unfinished work are written in capitals too, as sizes are.
  if (/^(?:None|True|False|NOTE|TODO|FIXME|XXX|HACK)$/.test(word)) return false;
  const names = word.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [];
  if (!/^[\p{L}\p{N}_+\-*/%()#=.]+$/u.test(word)) return false;
  return names.every(
    (name) =>
      name.length <= 2 || (/^\p{Lu}/u.test(name) && name.length <= 12) || /[_\d]/.test(name) || DIM_WORDS.test(name),
  );
}
