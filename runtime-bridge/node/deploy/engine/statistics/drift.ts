/**
 * Whether two streams of numbers have different distributions, by more than an effect and more than chance.
 *
 * The distance is Kolmogorov's; neighbours in time are alike, so its chance comes from resampling blocks of neighbours.
 * Source: Künsch, "The jackknife and the bootstrap for general stationary observations", 1989 (block bootstrap).
 */
import { seeded } from './random';

const resamples = 999;

/** Largest difference of the shares at or below a value, 0 to 1. */
export function distance(left: readonly number[], right: readonly number[]): number {
  const [a, b] = [Float64Array.from(left).sort(), Float64Array.from(right).sort()];
  let largest = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const at = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && (a[i] as number) <= at) i++;
    while (j < b.length && (b[j] as number) <= at) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}

/** Chance of a distance like this between two streams of one distribution. */
export function chanceOfDistance(left: readonly number[], right: readonly number[], seed: number): number {
  const found = distance(left, right);
  const pool = [...left, ...right];
  const block = Math.max(1, Math.round(Math.cbrt(pool.length)));
  const random = seeded(seed);
  const draw = (n: number): number[] => {
    const drawn: number[] = [];
    while (drawn.length < n) {
      const start = Math.floor(random() * pool.length);
      for (let i = 0; i < block && drawn.length < n; i++) drawn.push(pool[(start + i) % pool.length] as number);
    }
    return drawn;
  };
  let asLarge = 0;
  for (let i = 0; i < resamples; i++) if (distance(draw(left.length), draw(right.length)) >= found) asLarge += 1;
  return (asLarge + 1) / (resamples + 1);
}
