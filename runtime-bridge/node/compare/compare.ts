/** Two versions side by side. */
import { statSync } from 'node:fs';
import type { ComparedSide, CompareReport, CompareSection } from '../../../protocol/src/compare';
import type { RunOptions } from './running/pair';
import { type Comparison, opened } from './section';
import { sections } from './sections/index';
import { NotComparable, type Side, sideOf } from './sides';

export interface CompareOptions {
  /** Relative names start here. */
  readonly folder: string;
  /** Both are run side by side too, where they are ONNX models. */
  readonly running?: RunOptions;
  /** Ends the work; `compare` is rejected with its reason. */
  readonly signal?: AbortSignal;
  /** @param share 0 to 1 */
  readonly onProgress?: (what: string, share: number) => void;
}

/** @throws NotComparable, and the signal's reason */
export async function compare(before: string, after: string, options: CompareOptions): Promise<CompareReport> {
  const { folder, signal, running, onProgress = () => undefined } = options;
  const [left, right] = [sideOf(before, folder), sideOf(after, folder)];
  onProgress('reading', 0);
  const comparison: Comparison = {
    before: opened(left),
    after: opened(right),
    signal,
    running,
    onProgress,
    weightNames: new Map(),
  };
  const found: CompareSection[] = [];
  for (const section of sections) {
    signal?.throwIfAborted();
    const made = await section(comparison);
    if (made) found.push(made);
  }
  if (found.length === 0)
    throw new NotComparable(`${before} and ${after} have nothing that both are: a model or a config.pbtxt`);
  const known = found.filter(({ verdict }) => verdict !== 'unknown');
  // Nothing but reasons: one of the two is the wrong file.
  if (known.length === 0) throw new NotComparable(found.map(({ summary }) => summary.replace(/\.$/, '')).join('; '));
  return { version: 1, before: told(left), after: told(right), sections: found };
}

function told({ name, model, config }: Side): ComparedSide {
  const file = model ?? config ?? '';
  return { name, file, bytes: statSync(file).size };
}
