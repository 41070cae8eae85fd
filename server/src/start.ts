/** `dist/server.js`: starts the language server, which lies beside it. */
import { join } from 'node:path';
import { runKept } from './host/keptCode';

runKept(join(__dirname, 'server-main.js'));
