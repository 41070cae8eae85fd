import type { Message, Scalar } from '../../textFormat/message';

export interface Tensor {
  readonly tensor: Message;
  readonly side: 'input' | 'output';
}

/** Inputs, then outputs: the order in which the server looks at them. */
export const tensorsOf = (config: Message): readonly Tensor[] => [
  ...config.all('input').map((tensor): Tensor => ({ tensor, side: 'input' })),
  ...config.all('output').map((tensor): Tensor => ({ tensor, side: 'output' })),
];

const LARGEST = 0x7fff_ffff_ffff_ffffn;
const sizesOf = (scalars: readonly Scalar[]): readonly bigint[] =>
  scalars.map(({ exact, value }) => exact ?? BigInt(Math.trunc(Number(value))));

const different = 'has different size for dims and reshape';

/** What the server says of a reshape; undefined where it is right. Sizes that are none are another rule's. */
export function reshapeProblem(dims: readonly Scalar[], shape: readonly Scalar[], name: string): string | undefined {
  const [from, to] = [sizesOf(dims), sizesOf(shape)];
  if ([...from, ...to].some((size) => size < 1n && size !== -1n) || from.length === 0) return undefined;
  for (const [sizes, what] of [
    [from, 'dims'],
    [to, 'reshape'],
  ] as const)
    if (count(sizes) > LARGEST) return `element count for tensor '${name} ${what}' exceeds maximum size of ${LARGEST}`;
  const [before, after] = [count(from), to.length === 0 ? 0n : count(to)];
  if (before !== after && (after !== 0n || before !== 1n)) return different;
  if (before !== -1n) return undefined;
  const [left, right] = [runs(from), runs(to)];
  if (left.length !== right.length) return 'has different number of variable-size dimensions for dims and reshape';
  return left.some((product, index) => product !== right[index]) ? different : undefined;
}

/** Number of elements; -1 where it varies. */
const count = (sizes: readonly bigint[]): bigint =>
  sizes.includes(-1n) ? -1n : sizes.reduce((product, size) => product * size, 1n);

/** Products of the sizes between variable ones. */
function runs(sizes: readonly bigint[]): readonly bigint[] {
  const products = [1n];
  for (const size of sizes)
    if (size === -1n) products.push(1n);
    else products.push((products.pop() ?? 1n) * size);
  return products;
}
