/** `dist/cli.js`, the command `tensorwright`: starts the program that lies beside it. */
import { join } from 'node:path';
import { runKept } from '../../server/src/host/keptCode';

runKept(join(__dirname, 'cli-main.js'));
