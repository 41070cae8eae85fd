/** The user's code as a run had it: copies in the run's folder, which `sources.json` lists. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of a copy that are read; the agent keeps no longer ones. */
const mostBytes = 2 * 1024 * 1024;

/**
 * Lines of a file as they were when the run loaded it; undefined where there is no copy.
 *
 * @param file as records name it: an absolute path
 */
export function sourceLines(folder: string, file: string): readonly string[] | undefined {
  try {
    const kept = JSON.parse(readFileSync(join(folder, 'sources.json'), 'utf8')) as Readonly<Record<string, unknown>>;
    const copy = Object.hasOwn(kept, file) ? kept[file] : undefined;
    // What stands in a folder that anyone may have written leads nowhere else.
    if (typeof copy !== 'string' || !/^source\/\d{1,4}\.py$/.test(copy)) return undefined;
    const bytes = readFileSync(join(folder, copy));
    return bytes.length > mostBytes ? undefined : bytes.toString('utf8').split(/\r?\n/);
  } catch {
    return undefined;
  }
}
