/** A histogram over time, ready to be drawn: shares by column and bin, from the greatest numbers down to the least. */
import type { LayerDetail } from '../../../protocol/src/bridge';
import { exponentBins, lowestExponent } from '../../../protocol/src/journal';

export interface Histogram {
  readonly steps: Float64Array;
  /** From top to bottom: sign and exponent of the least number of the bin; small ones are joined. */
  readonly bins: readonly { readonly sign: 1 | -1; readonly exponent: number }[];
  /** `shares[column * bins.length + bin]` of all that was looked at, zeros included. */
  readonly shares: Float64Array;
  readonly most: number;
}

/** Bins with less than this share everywhere lie outside the picture. */
const leastShare = 0.002;

export function histogramOf({
  steps,
  exponents,
  zeros,
}: Pick<LayerDetail, 'steps' | 'exponents' | 'zeros'>): Histogram {
  const width = 2 * exponentBins;
  const share = (column: number, bin: number): number => {
    let counted = 0;
    for (let i = 0; i < width; i++) counted += exponents[column * width + i] as number;
    return counted === 0
      ? 0
      : ((exponents[column * width + bin] as number) / counted) * (1 - (zeros[column] as number));
  };
  const all = Float64Array.from({ length: steps.length * width }, (_, i) => share(Math.floor(i / width), i % width));
  const used = Array.from({ length: exponentBins }, (_, bin) =>
    all.some((value, i) => i % exponentBins === bin && value >= leastShare),
  );
  const [first, last] = [used.indexOf(true), used.lastIndexOf(true)];
  const hasNegative = all.some((value, i) => i % width < exponentBins && value >= leastShare);
  const hasPositive = all.some((value, i) => i % width >= exponentBins && value >= leastShare);
  const rising = first < 0 ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const sides = [
    ...(hasPositive ? rising.toReversed().map((bin) => ({ sign: 1 as const, bin })) : []),
    ...(hasNegative ? rising.map((bin) => ({ sign: -1 as const, bin })) : []),
  ];
  const shares = new Float64Array(steps.length * sides.length);
  for (let column = 0; column < steps.length; column++)
    sides.forEach(({ sign, bin }, row) => {
      const offset = column * width + (sign > 0 ? exponentBins : 0);
      let sum = 0;
      for (let i = bin === first ? 0 : bin; i <= (bin === last ? exponentBins - 1 : bin); i++)
        sum += all[offset + i] as number;
      shares[column * sides.length + row] = sum;
    });
  return {
    steps,
    bins: sides.map(({ sign, bin }) => ({ sign, exponent: bin + lowestExponent })),
    shares,
    most: shares.reduce((most, value) => Math.max(most, value), 0),
  };
}
