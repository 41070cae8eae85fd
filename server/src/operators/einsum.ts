/**
 * Sums of products in index notation: `torch.einsum('bhid,bhjd->bhij', q, k)`, with `...`, implicit
 * output, spaces and repeated letters.
 *
 * Shapes: each letter has one size everywhere (or 1); the output names what remains.
 * Errors: `einsum-equation-invalid`, `einsum-subscript-mismatch`, `dtype-mismatch`.
 * Source: torch.einsum, ATen/native/Linear.cpp, PyTorch 2.13.
 */
import { operator, type Call, type Solve } from '../core/infer/operator';
import type { TensorValue } from '../core/infer/value';
import { num, type Dim } from '../core/shape/dim';
import { dimsOf, shapeOf, type Shape } from '../core/shape/shape';
import { answering, giveUp, refuse } from './common/answer';
import { joined, rankOf } from './common/axes';
import { broadcastDims, broadcastShapes } from './common/broadcasting';
import { differ, isIntegral, scalarName } from './common/dtypes';
import { hasNoElements, result } from './common/results';

const INVALID = 'einsum-equation-invalid';
const MISMATCH = 'einsum-subscript-mismatch';
const fail = (text: string): never => refuse(INVALID, `einsum(): ${text}`);

/** One side of an equation: letters, and where `...` stands. */
interface Subscripts {
  readonly letters: readonly string[];
  /** How many letters are before the ellipsis; -1 without one. */
  readonly ellipsis: number;
}
interface Equation {
  readonly inputs: readonly Subscripts[];
  readonly output: Subscripts | undefined;
}

/** Reads an equation, with PyTorch's complaints in its order. */
function parse(equation: string): Equation {
  const arrow = equation.indexOf('->');
  const left = arrow < 0 ? equation : equation.slice(0, arrow);
  const inputs: { letters: string[]; ellipsis: number }[] = [{ letters: [], ellipsis: -1 }];
  for (let i = 0; i < left.length; i++) {
    const char = left[i] as string;
    const current = inputs[inputs.length - 1] as { letters: string[]; ellipsis: number };
    if (char === ' ') continue;
    if (char === ',') inputs.push({ letters: [], ellipsis: -1 });
    else if (char === '.') {
      if (current.ellipsis >= 0)
        fail(`found '.' for operand ${inputs.length - 1} for which an ellipsis was already found`);
      if (left.slice(i, i + 3) !== '...')
        fail(`found '.' for operand ${inputs.length - 1} that is not part of any ellipsis`);
      current.ellipsis = current.letters.length;
      i += 2;
    } else if (/[a-zA-Z]/.test(char)) current.letters.push(char);
    else fail(`invalid subscript given at index ${i} in the equation string, subscripts must be in [a-zA-Z]`);
  }
  return { inputs, output: arrow < 0 ? undefined : parseOutput(equation, arrow + 2) };
}

function parseOutput(equation: string, start: number): Subscripts {
  const letters: string[] = [];
  let ellipsis = -1;
  for (let i = start; i < equation.length; i++) {
    const char = equation[i] as string;
    if (char === ' ') continue;
    if (char === '.') {
      if (ellipsis >= 0) fail(`found '.' for output but an ellipsis (...) was already found`);
      if (equation.slice(i, i + 3) !== '...') fail(`found '.' for output that is not part of any ellipsis (...)`);
      ellipsis = letters.length;
      i += 2;
    } else if (/[a-zA-Z]/.test(char)) {
      if (letters.includes(char)) fail(`output subscript ${char} appears more than once in the output`);
      letters.push(char);
    } else fail(`invalid subscript given at index ${i} in the equation string, subscripts must be in [a-zA-Z]`);
  }
  return { letters, ellipsis };
}

/** The size of each letter of one operand, and the dims under its ellipsis. */
function read(
  solve: Solve,
  t: TensorValue,
  subscripts: Subscripts,
  at: number,
): { readonly sizes: readonly Dim[]; readonly batch: Shape } {
  const { letters, ellipsis } = subscripts;
  const wrong = (rank: number): never =>
    refuse(
      MISMATCH,
      ellipsis < 0
        ? `einsum(): the number of subscripts in the equation (${letters.length}) does not match the number of dimensions (${rank}) for operand ${at} and no ellipsis was given`
        : `einsum(): the number of subscripts in the equation (${letters.length}) is more than the number of dimensions (${rank}) for operand ${at}`,
    );
  if (ellipsis < 0) {
    if (!solve.rank(t, [letters.length])) wrong(solve.dims(t).length);
    return { sizes: solve.dims(t), batch: shapeOf([]) };
  }
  if (!solve.minRank(t, letters.length)) wrong(solve.dims(t).length);
  const dims = dimsOf(solve.shape(t));
  if (dims !== undefined) {
    const after = letters.length - ellipsis;
    return {
      sizes: [...dims.slice(0, ellipsis), ...dims.slice(dims.length - after)],
      batch: shapeOf(dims.slice(ellipsis, dims.length - after)),
    };
  }
  if (ellipsis > 0) return giveUp('the number of dims is not known');
  const { before, last } = solve.trailing(t, letters.length);
  return { sizes: last, batch: before };
}

/** The shape that an equation makes of tensors. */
export function einsumShape(solve: Solve, equation: string, operands: readonly TensorValue[]): Shape {
  const { inputs, output } = parse(equation);
  if (inputs.length > operands.length) fail('fewer operands were provided than specified in the equation');
  if (inputs.length < operands.length) fail('more operands were provided than specified in the equation');
  const sizes = new Map<string, Dim>();
  const counts = new Map<string, number>();
  let batch: Shape = shapeOf([]);
  // All ranks are looked at before any size.
  const readings = inputs.map((subscripts, at) => read(solve, operands[at] as TensorValue, subscripts, at));
  for (const letter of inputs.flatMap((subscripts) => subscripts.letters))
    counts.set(letter, (counts.get(letter) ?? 0) + 1);
  if (output !== undefined)
    for (const letter of output.letters)
      if (!counts.has(letter)) fail(`output subscript ${letter} does not appear in the equation for any input operand`);
  for (const [at, subscripts] of inputs.entries()) {
    const reading = readings[at] as ReturnType<typeof read>;
    unify(solve, sizes, subscripts.letters, reading.sizes, at);
    batch = broadcastShapes(solve, batch, reading.batch, {
      id: MISMATCH,
      sentence: (a, b) =>
        `einsum(): subscript ... has size ${b} for operand ${at} which does not broadcast with previously seen size ${a}`,
    });
  }
  const named = output ?? {
    letters: [...counts.keys()].filter((letter) => counts.get(letter) === 1).sort(),
    ellipsis: 0,
  };
  const dims = named.letters.map((letter) => sizes.get(letter) ?? num(1));
  if (named.ellipsis < 0) return shapeOf(dims);
  return joined(dims.slice(0, named.ellipsis), batch, dims.slice(named.ellipsis));
}

/** Equal letters have equal sizes: exactly within one operand, up to broadcasting between operands. */
function unify(
  solve: Solve,
  sizes: Map<string, Dim>,
  letters: readonly string[],
  dims: readonly Dim[],
  at: number,
): void {
  const own = new Map<string, Dim>();
  letters.forEach((letter, i) => {
    const size = dims[i] as Dim;
    const twin = own.get(letter);
    if (twin !== undefined && !solve.same(twin, size, `${letter} has one size`))
      refuse(
        MISMATCH,
        `einsum(): subscript ${letter} is repeated for operand ${at} but the sizes don't match, ${solve.text(size)} != ${solve.text(twin)}`,
      );
    own.set(letter, size);
  });
  for (const [letter, size] of own) {
    const seen = sizes.get(letter);
    const whole = seen === undefined ? size : broadcastDims(solve, seen, size);
    if (whole === undefined)
      refuse(
        MISMATCH,
        `einsum(): subscript ${letter} has size ${solve.text(size)} for operand ${at} which does not broadcast with previously seen size ${solve.text(seen as Dim)}`,
      );
    sizes.set(letter, whole);
  }
}

/** The equation and its operands; the form with lists of numbers is left alone. */
function parts(call: Call): { readonly equation: string; readonly operands: readonly TensorValue[] } {
  return {
    equation: call.string('equation') ?? giveUp('the equation is not known'),
    operands: call.tensors('operands'),
  };
}

/** Whether two operands are certainly multiplied as matrices: a letter of both, nowhere of size 1, is left out. */
function isSummed(solve: Solve, equation: string, operands: readonly TensorValue[]): boolean {
  const { inputs, output } = parse(equation);
  const [a, b] = inputs;
  if (a === undefined || b === undefined || operands.some((t) => rankOf(solve, t) === undefined)) return false;
  if (operands.some((t) => hasNoElements(solve, t))) return false;
  return a.letters.some((letter, i) => {
    const j = b.letters.indexOf(letter);
    if (j < 0 || output?.letters.includes(letter) === true || a.ellipsis >= 0 || b.ellipsis >= 0) return false;
    const sizes = [solve.dims(operands[0] as TensorValue)[i], solve.dims(operands[1] as TensorValue)[j]];
    return sizes.every((size) => size !== undefined && solve.equal(size, num(1)) === 'no');
  });
}

export const einsum = operator({
  id: 'einsum',
  names: ['torch.einsum', 'torch.functional.einsum'],
  params: () => ['equation: str, *operands: any'],
  infer: answering((call, solve) => {
    const { equation, operands } = parts(call);
    const shape = einsumShape(solve, equation, operands);
    if (operands.some((t) => t.dtype === 'bool')) return giveUp('products of bools');
    const [first, ...others] = operands;
    // Sums of whole numbers are int64, whatever was summed.
    if (operands.some((t) => isIntegral(t.dtype) && t.dtype !== 'int64')) return result(shape, undefined);
    for (const other of others)
      if (differ(first?.dtype, other.dtype) && first?.dtype !== undefined && other.dtype !== undefined) {
        // Products over no common letter promote instead.
        if (operands.length > 2 || !isSummed(solve, equation, operands)) return result(shape, undefined);
        refuse(
          'dtype-mismatch',
          `expected scalar type ${scalarName(first.dtype)} but found ${scalarName(other.dtype)}`,
        );
      }
    return result(shape, first?.dtype ?? others[0]?.dtype);
  }),
});
