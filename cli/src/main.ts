/** The process of the command `tensorwright`, and the threads that it starts from the same file. */
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { isMainThread, workerData } from 'node:worker_threads';
import { version } from '../../package.json';
import { createService } from '../../server/src/createService';
import { toServicePath } from '../../server/src/host/paths';
import { loadParser } from '../../server/src/loadParser';
import { ruleTexts } from '../../server/src/rules';
import type { Io, Output } from './io';
import { runCommand } from './program';
import { serveThread, type ThreadJob } from './threads';

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

const io: Io = {
  out: output(process.stdout),
  err: output(process.stderr),
  cwd: isMainThread ? toServicePath(process.cwd()) : (workerData as ThreadJob).cwd,
  variables: process.env,
  version,
  rules: ruleTexts,
  async startService() {
    const parser = await loadParser();
    return (host) => createService({ host, parser });
  },
  agent: join(dirname(__filename), 'agent'),
  endBySignal(signal) {
    process.kill(process.pid, signal);
  },
  serving: { front: join(dirname(__filename), 'front.js'), worker: join(dirname(__filename), 'inference-worker.js') },
  pytorch: { observe: join(dirname(__filename), 'observe.py'), export: join(dirname(__filename), 'export.py') },
  threads: { script: join(dirname(__filename), 'cli.js'), processors: availableParallelism() },
};

if (isMainThread) void runCommand(process.argv.slice(2), io).then((code) => (process.exitCode = code));
else void serveThread(io);
