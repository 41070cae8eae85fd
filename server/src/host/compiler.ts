/** What V8's compiler is told before a program starts. */
import { setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';

/**
 * When V8 compiles a function to fast code, and how much of what it calls along with it. An evaluator is many functions
 * that all call each other: with the usual 67,584 and 920, a third of the time of a check of timm 1.0.31 went there.
 */
const FLAGS = ['--interrupt-budget=300000', '--max-inlined-bytecode-size-cumulative=200'];

/** Has V8 compile later and less, in all threads. */
export function compileSparingly(): void {
  if (isMainThread) FLAGS.forEach((flag) => setFlagsFromString(flag));
}
