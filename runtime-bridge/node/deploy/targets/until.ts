/** Looking at a server until it shows what it was asked for: an answer of OK alone says nothing. */
import { TargetRefused } from './target';

const lookEveryMs = 25;

/**
 * Looks until `isSo` answers true.
 *
 * @param seconds after which it is given up
 * @throws TargetRefused with `otherwise`
 */
export async function until(seconds: number, isSo: () => Promise<boolean>, otherwise: string): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new TargetRefused(otherwise);
    await new Promise((settle) => setTimeout(settle, lookEveryMs));
  }
}
