/**
 * What convolutions and transposed convolutions check before they look at channels, in PyTorch's order: the weight's
 * number of dims, groups, lists of numbers by the dims of the weight, their signs, the input's dims, element types.
 *
 * Source: ATen/native/Convolution.cpp, check_shape_forward and ConvParams, PyTorch 2.13.
 */
import type { Call, Solve } from '../../core/infer/operator';
import type { TensorValue } from '../../core/infer/value';
import { num, product, type Dim } from '../../core/shape/dim';
import type { Shape } from '../../core/shape/shape';
import { giveUp, refuse } from './answer';
import { rankOf } from './axes';
import { isFloat, isIntegral, refuseDtypes, scalarName } from './dtypes';
import { brackets, isZero } from './sizes';
import { eachAtLeast } from './window';

/** Lists of numbers as the caller wrote them: one number for all spatial dims, or one for each. */
export interface Lists {
  readonly stride: readonly Dim[];
  readonly padding: readonly Dim[];
  readonly dilation: readonly Dim[];
  /** Of transposed convolutions only. */
  readonly output_padding?: readonly Dim[];
}

/** A list argument; one number stands for one for each of the dims that the function is named for. */
export function listArgument(call: Call, name: string, n: number): readonly Dim[] {
  const given = call.ints(name);
  return call.items(call.value(name)) === undefined ? Array<Dim>(n).fill(given[0] as Dim) : given;
}

/** The weight of a convolution over n dims, checked first. */
export interface Kernel {
  readonly n: number;
  readonly weight: TensorValue;
  readonly groups: Dim;
}

/** How many spatial dims the weight has; an unknown rank is taken to be right. */
function kernelDims(solve: Solve, { n, weight, groups }: Kernel): number {
  const rank = rankOf(solve, weight) ?? n + 2;
  if (rank < 3) refuse('kernel-rank-mismatch', 'weight should have at least three dimensions', { argument: 'weight' });
  if (!solve.atLeast(groups, 1))
    refuse('invalid-argument', 'non-positive groups is not supported', { argument: 'groups' });
  return rank - 2;
}

/** The lists with one number for each spatial dim, after all that PyTorch checks about them and the dims. */
export function spreadLists(solve: Solve, kernel: Kernel, lists: Lists, input: Shape): Lists {
  const dims = kernelDims(solve, kernel);
  const spread = (name: keyof Lists, list: readonly Dim[]): readonly Dim[] => {
    const [first] = list;
    if (first !== undefined && list.length === 1) return Array<Dim>(dims).fill(first);
    if (list.length !== dims)
      refuse(
        dims === kernel.n ? 'window-argument-length' : 'kernel-rank-mismatch',
        `expected ${name} to be a single integer value or a list of ${dims} values to match the convolution dimensions, ` +
          `but got ${name}=${brackets(solve, list)}`,
        { argument: dims === kernel.n ? name : 'weight' },
      );
    return list;
  };
  const all: Lists = {
    stride: spread('stride', lists.stride),
    padding: spread('padding', lists.padding),
    dilation: spread('dilation', lists.dilation),
    output_padding: spread('output_padding', lists.output_padding ?? [num(0)]),
  };
  eachAtLeast(solve, all.padding, 0, 'negative padding is not supported', 'padding');
  eachAtLeast(solve, all.output_padding ?? [], 0, 'negative output_padding is not supported', 'output_padding');
  eachAtLeast(solve, all.stride, 1, 'non-positive stride is not supported', 'stride');
  eachAtLeast(solve, all.dilation, 0, 'dilation should be greater than zero', 'dilation');
  if (dims !== kernel.n) refuseKernel(solve, kernel.weight, dims, input, ' ');
  if (!solve.rank(kernel.weight, [kernel.n + 2])) giveUp('the weight is not a kernel');
  return all;
}

/** The same with padding='same', which wants a stride of 1. The padding is not known before. */
export function spreadSame(solve: Solve, kernel: Kernel, lists: Lists, input: Shape): Lists {
  const dims = kernelDims(solve, kernel);
  if (dims !== kernel.n) refuseKernel(solve, kernel.weight, dims, input, '');
  if (!solve.rank(kernel.weight, [kernel.n + 2])) giveUp('the weight is not a kernel');
  const spread = (name: 'stride' | 'dilation'): readonly Dim[] => {
    const list = lists[name];
    const [first] = list;
    if (first !== undefined && list.length === 1) return Array<Dim>(dims).fill(first);
    if (list.length !== dims)
      refuse('window-argument-length', `${name} cannot broadcast to ${dims} dimensions`, { argument: name });
    return list;
  };
  const [stride, dilation] = [spread('stride'), spread('dilation')];
  if (stride.some((step) => !solve.same(step, num(1))))
    refuse('invalid-argument', "padding='same' is not supported for strided convolutions", { argument: 'stride' });
  if (dilation.some((step) => solve.less(step, num(0)) === 'yes')) giveUp('a dilation below 0');
  return { stride, dilation, padding: [] };
}

/** The sentence for a weight of another number of dims; it has a space less with padding='same'. */
function refuseKernel(solve: Solve, weight: TensorValue, dims: number, input: Shape, space: string): never {
  if (input.rest !== undefined) giveUp('a kernel of another number of dims');
  const batched = input.lead;
  return refuse(
    'kernel-rank-mismatch',
    `Expected ${dims + 2}-dimensional input for ${dims + 2}-dimensional weight${space}${brackets(solve, solve.dims(weight))}, ` +
      `but got ${batched.length}-dimensional input of size ${brackets(solve, batched)} instead`,
    { argument: 'weight' },
  );
}

/** The input with a batch dim, as the checks see it. */
export const batched = (before: Shape, dims: readonly Dim[]): Shape => {
  if (before.rest !== undefined) return { ...before, tail: [...before.tail, ...dims] };
  return { lead: [...(before.lead.length === 0 ? [num(1)] : before.lead), ...dims], tail: [] };
};

/** Checks that groups divides the weight's first size. */
export function checkGroups(solve: Solve, weight: TensorValue, groups: Dim): void {
  const sizes = solve.dims(weight);
  const out = sizes[0] as Dim;
  const [g, shown] = [solve.text(groups), brackets(solve, sizes)];
  if (!solve.atLeast(out, groups))
    refuse(
      'groups-not-dividing-channels',
      `Given groups=${g}, expected weight to be at least ${g} at dimension 0, but got weight of size ${shown} instead`,
    );
  if (!solve.divides(groups, out))
    refuse(
      'groups-not-dividing-channels',
      `Given groups=${g}, expected weight to be divisible by ${g} at dimension 0, but got weight of size [${shown}] instead`,
    );
}

/** Each kernel has words of its own about dilations of 0 and kernels without elements. */
export function checkWindow(solve: Solve, dilation: readonly Dim[], kernel: readonly Dim[]): void {
  if (dilation.some((step) => !solve.atLeast(step, 1))) giveUp('a dilation of 0');
  if (kernel.some((size) => !solve.atLeast(size, 1))) giveUp('a kernel without elements');
}

/**
 * Whether the vendor's kernel takes a convolution of float32: 'threads' where that depends on the number of threads;
 * undefined where sizes are not known.
 */
function usesVendorKernel(
  solve: Solve,
  input: Shape,
  weight: TensorValue,
  groups: Dim,
  lists: Lists,
): boolean | 'threads' | undefined {
  const sizes = solve.dims(weight);
  // One spatial dim is seen as a picture of height 1.
  const kernel = sizes.length === 3 ? [num(1), sizes[2] as Dim] : sizes.slice(-2);
  const numbers = (dims: readonly Dim[]): readonly (number | undefined)[] => dims.map((dim) => solve.number(dim));
  const [height, width] = numbers(kernel);
  const batch = input.lead[0] && solve.number(input.lead[0]);
  const count = input.rest === undefined ? solve.number(product(input.lead.slice(0, 4))) : undefined;
  const [parts, steps] = [solve.number(groups), numbers([...lists.stride, ...lists.dilation])];
  if ([height, width, batch, count, parts, ...steps].some((value) => value === undefined)) return undefined;
  const large = (height as number) > 3 && (width as number) > 3;
  const worthIt = (parts as number) > 1 || large || (batch as number) > 1 || (count as number) > 20480;
  if (!worthIt) return false;
  const certain = steps.some((step) => step !== 1) || (batch as number) >= 16 || height !== 1 || width !== 1;
  return certain ? true : 'threads';
}

/**
 * Checks element types of input and weight. Which kernel runs decides about the words.
 * @param lists undefined for transposed convolutions: which kernel they take depends on more than this
 */
export function checkConvolutionDtypes(
  solve: Solve,
  input: TensorValue,
  weight: TensorValue,
  bias: TensorValue | null,
  before?: { readonly shape: Shape; readonly groups: Dim; readonly lists: Lists },
): void {
  const [x, w, b] = [input.dtype, weight.dtype, bias?.dtype];
  const dense = before?.lists.dilation.every((step) => step.key === num(1).key) !== false;
  if (!dense && (isIntegral(x) || isIntegral(w))) giveUp('a dilated convolution of whole numbers');
  if (x !== undefined && w !== undefined && x !== w) {
    if (x === 'float32' && before === undefined) giveUp('element types differ');
    if (x === 'float32' && before !== undefined) {
      if (w !== 'float64' || !dense) giveUp('element types differ');
      const vendor = usesVendorKernel(solve, before.shape, weight, before.groups, before.lists);
      if (vendor === 'threads') giveUp('the kernel depends on the number of threads');
      if (vendor !== false) {
        const message = 'Input type (torch.FloatTensor) and weight type (torch.DoubleTensor) should be the same';
        refuseDtypes(`${message} or input should be a MKLDNN tensor and weight is a dense tensor`, 'input');
      }
    }
    if (isFloat(w) && (isFloat(x) || x === 'int64'))
      refuseDtypes(`expected scalar type ${scalarName(x)} but found ${scalarName(w)}`, 'input');
    giveUp('element types differ');
  }
  const dtype = x ?? w ?? b;
  if (dtype !== undefined && !isFloat(dtype) && dtype !== 'int64') giveUp(`convolution of ${dtype}`);
  if (w !== undefined && b !== undefined && w !== b) giveUp('element types differ');
}

/** Whether a convolution has nothing to compute; what happens then depends on the kernel. */
export const isNothing = (solve: Solve, dims: readonly Dim[]): boolean => dims.some((size) => isZero(solve, size));
