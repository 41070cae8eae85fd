/** `dist/cli.js`, the command `tensorwright`: starts the program that lies beside it. */
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { runKept } from '../../server/src/host/keptCode';

/**
 * When V8 compiles a function to fast code, and how much of what it calls along with it. An evaluator is many functions
 * that all call each other: with the usual 67,584 and 920, each thread spent a third of a check of timm 1.0.31 on that.
 */
if (isMainThread) {
  setFlagsFromString('--interrupt-budget=300000');
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=200');
}

runKept(join(__dirname, 'cli-main.js'));
