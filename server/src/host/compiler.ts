/** What V8's compiler is told before a program starts. */
import { setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';

/**
 * When V8 compiles a function to fast code, and how much of what it calls along with it. An evaluator is many functions
 * that all call each other: with the usual 67,584 and 920, a third of the time of a check of timm 1.0.31 went there.
 */
const INLINED = '--max-inlined-bytecode-size-cumulative=200';

/**
 * The flags in the words of a V8: before 12 it counted the bytecode that a function had run, from 12 on its calls, 3000
 * as a rule. It complains in the user's terminal about a flag that it does not know.
 *
 * @param version `process.versions.v8`
 */
export const flagsOf = (version: string): readonly string[] =>
  Number.parseInt(version) < 12
    ? ['--interrupt-budget=300000', INLINED]
    : ['--invocation-count-for-turbofan=13300', INLINED];

/** Has V8 compile later and less, in all threads. */
export function compileSparingly(): void {
  if (isMainThread) flagsOf(process.versions.v8).forEach((flag) => setFlagsFromString(flag));
}
