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
import { isIntegral, scalarName } from './common/dtypes';
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

const sides = (equation: string): { readonly left: string; readonly output: number | undefined } => {
  const arrow = equation.indexOf('->');
  return arrow < 0 ? { left: equation, output: undefined } : { left: equation.slice(0, arrow), output: arrow + 2 };
};

/** Reads the left side for so many operands, with PyTorch's complaints in its order. */
function parseInputs(left: string, operands: number): readonly Subscripts[] {
  const inputs: { letters: string[]; ellipsis: number }[] = [{ letters: [], ellipsis: -1 }];
  for (let i = 0; i < left.length; i++) {
    const char = left[i] as string;
    const current = inputs[inputs.length - 1] as { letters: string[]; ellipsis: number };
    if (char === ' ') continue;
    if (char === ',') {
      if (inputs.length === operands) fail('fewer operands were provided than specified in the equation');
      inputs.push({ letters: [], ellipsis: -1 });
    } else if (char === '.') {
      if (current.ellipsis >= 0)
        fail(`found '.' for operand ${inputs.length - 1} for which an ellipsis was already found`);
      if (left.slice(i, i + 3) !== '...')
        fail(`found '.' for operand ${inputs.length - 1} that is not part of any ellipsis`);
      current.ellipsis = current.letters.length;
      i += 2;
    } else if (/[a-zA-Z]/.test(char)) current.letters.push(char);
    else fail(`invalid subscript given at index ${i} in the equation string, subscripts must be in [a-zA-Z]`);
  }
  if (inputs.length < operands) fail('more operands were provided than specified in the equation');
  return inputs;
}

function parseOutput(equation: string, start: number, known: ReadonlySet<string>): Subscripts {
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
      if (!known.has(char)) fail(`output subscript ${char} does not appear in the equation for any input operand`);
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
  const { left, output: start } = sides(equation);
  const inputs = parseInputs(left, operands.length);
  // All ranks are looked at before the output and any size.
  const readings = inputs.map((subscripts, at) => read(solve, operands[at] as TensorValue, subscripts, at));
  const counts = new Map<string, number>();
  for (const letter of inputs.flatMap((subscripts) => subscripts.letters))
    counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const output = start === undefined ? undefined : parseOutput(equation, start, new Set(counts.keys()));
  const sizes = new Map<string, Dim>();
  let batch: Shape = shapeOf([]);
  for (const [at, { letters, ellipsis }] of inputs.entries()) {
    const reading = readings[at] as ReturnType<typeof read>;
    const own = new Map<string, Dim>();
    for (let i = 0; i <= letters.length; i++) {
      if (i === ellipsis) batch = covered(solve, batch, reading.batch, at, i);
      const letter = letters[i];
      if (letter !== undefined) unify(solve, sizes, own, letter, reading.sizes[i] as Dim, at);
    }
  }
  const named = output ?? {
    letters: [...counts.keys()].filter((letter) => counts.get(letter) === 1).sort(),
    ellipsis: 0,
  };
  const dims = named.letters.map((letter) => sizes.get(letter) ?? num(1));
  if (named.ellipsis < 0) return shapeOf(dims);
  return joined(dims.slice(0, named.ellipsis), batch, dims.slice(named.ellipsis));
}

/** What all ellipses so far stand for; `before` letters precede this operand's. */
function covered(solve: Solve, seen: Shape, own: Shape, at: number, before: number): Shape {
  const sentence = (a: string, b: string, axis: number | string): string =>
    `einsum(): dimension ${axis} covered by ellipsis in operand ${at}has size ${b} which does not broadcast with previously seen ellipsis with size ${a} for the respective dimension`;
  const [known, dims] = [dimsOf(seen), dimsOf(own)];
  if (known === undefined || dims === undefined)
    return broadcastShapes(solve, seen, own, { id: MISMATCH, sentence: (a, b) => sentence(a, b, '...') });
  const offset = known.length - dims.length;
  const fitted = dims.map((size, i) => {
    const other = known[i + offset];
    if (other === undefined) return size;
    return (
      broadcastDims(solve, other, size) ?? refuse(MISMATCH, sentence(solve.text(other), solve.text(size), before + i))
    );
  });
  return shapeOf([...known.slice(0, Math.max(0, offset)), ...fitted]);
}

/** Equal letters have equal sizes: exactly within one operand, up to broadcasting between operands. */
function unify(
  solve: Solve,
  sizes: Map<string, Dim>,
  own: Map<string, Dim>,
  letter: string,
  size: Dim,
  at: number,
): void {
  const twin = own.get(letter);
  if (twin !== undefined) {
    if (solve.same(twin, size, `${letter} has one size`)) return;
    refuse(
      MISMATCH,
      `einsum(): subscript ${letter} is repeated for operand ${at} but the sizes don't match, ${solve.text(size)} != ${solve.text(twin)}`,
    );
  }
  own.set(letter, size);
  const seen = sizes.get(letter);
  const whole = seen === undefined ? size : broadcastDims(solve, seen, size);
  if (whole === undefined)
    refuse(
      MISMATCH,
      `einsum(): subscript ${letter} has size ${solve.text(size)} for operand ${at} which does not broadcast with previously seen size ${solve.text(seen as Dim)}`,
    );
  sizes.set(letter, whole);
}

/** The equation and its operands; the form with lists of numbers is left alone. */
function parts(call: Call): { readonly equation: string; readonly operands: readonly TensorValue[] } {
  return {
    equation: call.string('equation') ?? giveUp('the equation is not known'),
    operands: call.tensors('operands'),
  };
}

/**
 * Whether two operands are multiplied as matrices, which takes one element type: a letter of both, nowhere of size 1, is
 * left out of the output. Without one they are multiplied elementwise.
 */
function isSummed(solve: Solve, equation: string, operands: readonly TensorValue[]): 'yes' | 'no' | 'maybe' {
  const { left, output } = sides(equation);
  const [a, b] = parseInputs(left, operands.length);
  if (a === undefined || b === undefined || operands.length > 2) return 'maybe';
  if (operands.some((t) => rankOf(solve, t) === undefined || hasNoElements(solve, t))) return 'maybe';
  const kept = output === undefined ? '' : equation.slice(output);
  if (a.ellipsis >= 0 && b.ellipsis >= 0 && output !== undefined && !kept.includes('.')) return 'maybe';
  const shared = a.letters.filter((letter) => b.letters.includes(letter) && !kept.includes(letter));
  if (shared.length === 0) return 'no';
  if (a.ellipsis >= 0 || b.ellipsis >= 0) return 'maybe';
  const mayBeOne = shared.map((letter) =>
    [a, b].map(({ letters }, side) => {
      const size = solve.dims(operands[side] as TensorValue)[letters.indexOf(letter)] as Dim;
      return solve.equal(size, num(1));
    }),
  );
  if (mayBeOne.some((answers) => answers.every((answer) => answer === 'no'))) return 'yes';
  return mayBeOne.every((answers) => answers.includes('yes')) ? 'no' : 'maybe';
}

export const einsum = operator({
  id: 'einsum',
  names: ['torch.einsum', 'torch.functional.einsum'],
  params: () => ['equation: str, *operands: any'],
  infer: answering((call, solve) => {
    const { equation, operands } = parts(call);
    const [first, ...others] = operands;
    if (first === undefined)
      refuse(
        INVALID,
        'einsum(): must specify the equation string and at least one operand, or at least one operand and its subscripts list',
      );
    const shape = einsumShape(solve, equation, operands);
    if (operands.some((t) => t.dtype === 'bool')) return giveUp('products of bools');
    for (const other of others)
      if (first.dtype !== undefined && other.dtype !== undefined && first.dtype !== other.dtype) {
        const summed = isSummed(solve, equation, operands);
        if (summed === 'maybe') return giveUp('whether the element types promote');
        if (summed === 'no') return result(shape, undefined);
        refuse(
          'dtype-mismatch',
          `expected scalar type ${scalarName(first.dtype)} but found ${scalarName(other.dtype)}`,
        );
      }
    // Sums of whole numbers are int64, whatever was summed.
    if (operands.some((t) => isIntegral(t.dtype) && t.dtype !== 'int64')) return result(shape, undefined);
    return result(shape, first.dtype ?? others[0]?.dtype);
  }),
});
