/** The process of the command `tensorwright`. */
import { version } from '../../package.json';
import { createService } from '../../server/src/createService';
import { toServicePath } from '../../server/src/host/paths';
import { loadParser } from '../../server/src/loadParser';
import { ruleTexts } from '../../server/src/rules';
import type { Output } from './io';
import { runCommand } from './program';

/** Whoever reads may stop reading (`| head`): then nobody waits for the rest. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));

const output = (stream: NodeJS.WriteStream): Output => ({
  write: (text) => void stream.write(text),
  isTerminal: stream.isTTY,
  get columns() {
    return stream.columns || 100;
  },
});

void runCommand(process.argv.slice(2), {
  out: output(process.stdout),
  err: output(process.stderr),
  cwd: toServicePath(process.cwd()),
  variables: process.env,
  version,
  rules: ruleTexts,
  async startService() {
    const parser = await loadParser();
    return (host) => createService({ host, parser });
  },
}).then((code) => (process.exitCode = code));
