/** Numbers for sentences that are read aloud. */

/** 1,234 */
export const count = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Two digits that matter. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(2));
  return Math.abs(rounded) >= 100 ? count(value) : String(rounded === 0 ? 0 : rounded);
}

/** A share as percent. */
export const percent = (share: number): string => `${short(100 * share)} %`;

/** A difference of shares. */
export const points = (difference: number): string => `${short(100 * difference)} points`;

export const seconds = (value: number): string =>
  value < 120 ? `${short(value)} s` : value < 7_200 ? `${short(value / 60)} min` : `${short(value / 3_600)} h`;

export const mebibytes = (bytes: number): string => `${count(bytes / 2 ** 20)} MiB`;
