/** The command `tensorwright` that comes with the extension, run for its answer. */
import { execFile } from 'node:child_process';

/** Longest answer that is read, bytes. */
const mostOutput = 8 * 1024 * 1024;

export interface Answer {
  /** 0, 1 or 2 as DESIGN says; 2 too where it could not be started. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param module path of dist/cli.js */
export function runVerb(module: string, args: readonly string[], cwd: string): Promise<Answer> {
  return new Promise((settle) => {
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', NO_COLOR: '1' };
    execFile(process.execPath, [module, ...args], { cwd, env, maxBuffer: mostOutput }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 2;
      settle({ code, stdout, stderr: stderr === '' && error !== null ? error.message : stderr });
    });
  });
}

/** What to tell of an answer: the last line of what went wrong, else of what was said. */
export function lastLine({ code, stdout, stderr }: Answer): string {
  const lines = (text: string): readonly string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const said = [...lines(stdout), ...(code === 0 ? [] : lines(stderr))].at(-1) ?? '';
  return said.replace(/^tensorwright: /, '');
}
