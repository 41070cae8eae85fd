/** How long to wait before a server that went away is started again. */

/** A server that ran this long before it went is not counted as failing again and again. */
export const healthyMs = 60_000;

const firstDelayMs = 1_000;
const mostRestarts = 6;

/**
 * Delay before the next start, doubled with each crash of the current series; undefined when trying again is no use.
 *
 * @param endedMs when the server went away each time, oldest first, the latest included
 */
export function restartDelayMs(endedMs: readonly number[]): number | undefined {
  let series = 1;
  for (let i = endedMs.length - 1; i > 0; i--) {
    const [earlier, later] = [endedMs[i - 1], endedMs[i]];
    if (earlier === undefined || later === undefined || later - earlier > healthyMs) break;
    series++;
  }
  return series > mostRestarts ? undefined : firstDelayMs * 2 ** (series - 1);
}
