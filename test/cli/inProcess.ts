/** Runs the command in this process over a service that finds what tests write. */
import type { Io } from '../../cli/src/io';
import { runCommand } from '../../cli/src/program';
import { fakeRules, fakeService, newLog } from '../lsp/fakeService';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly terminal?: boolean;
  readonly variables?: Readonly<Record<string, string>>;
  readonly columns?: number;
}

export async function run(args: readonly string[], options: RunOptions): Promise<Ran> {
  const { cwd, terminal = false, variables = {}, columns = 100 } = options;
  const written = { out: '', err: '' };
  const output = (name: 'out' | 'err'): Io['out'] => ({
    write: (text) => void (written[name] += text),
    isTerminal: terminal,
    columns,
  });
  const code = await runCommand(args, {
    out: output('out'),
    err: output('err'),
    cwd,
    variables,
    version: '1.2.3',
    rules: fakeRules,
    startService: () => Promise.resolve((host) => fakeService(host, newLog())),
  });
  return { code, ...written };
}
