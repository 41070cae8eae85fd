/** `dist/server.js`: starts the language server, which lies beside it. */
import { join } from 'node:path';
import { compileSparingly } from './host/compiler';
import { runKept } from './host/keptCode';

compileSparingly();
runKept(join(__dirname, 'server-main.js'));
