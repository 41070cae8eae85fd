/** `dist/cli.js`, the command `tensorwright`: starts the program that lies beside it. */
import { join } from 'node:path';
import { compileSparingly } from '../../server/src/host/compiler';
import { runKept } from '../../server/src/host/keptCode';

compileSparingly();
runKept(join(__dirname, 'cli-main.js'));
