/** The command line in a process of its own, for what the editor and a terminal must answer alike. */
import { execFile } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Longer answers are no lists that anybody looks at. */
const longestAnswer = 64 * 1024 * 1024;

export interface Answer {
  /** 0, 1 or 2; 2 too where it could not be started. */
  readonly code: number;
  readonly out: string;
  readonly told: string;
}

/**
 * @param module path of dist/cli.js
 * @param signal ends it
 * @param onProgress of verbs that take `--progress-lines`: percent from 0 to 100, and what is being done
 */
export function answerOf(
  module: string,
  args: readonly string[],
  cwd: string,
  signal?: AbortSignal,
  onProgress?: (percent: number, what: string) => void,
): Promise<Answer> {
  // The editor's own program is Node where this variable says so.
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', NO_COLOR: '1' };
  return new Promise((settle) => {
    const options = { cwd, env, maxBuffer: longestAnswer, ...(signal && { signal }) };
    const child = execFile(process.execPath, [module, ...args], options, (error, out, all) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 2;
      const told = all.replace(progressLines, '');
      settle({ code, out, told: told === '' && error !== null ? error.message : told });
    });
    if (onProgress !== undefined && child.stderr !== null)
      createInterface({ input: child.stderr }).on('line', (line) => {
        const [, percent, what] = progressLine.exec(line) ?? [];
        if (what !== undefined) onProgress(Number(percent), what);
      });
  });
}

const progressLine = /^progress (\d+) (.*)$/;
const progressLines = /^progress \d+ .*\r?\n/gm;

/** What to tell of an answer: the last line of what went wrong, else of what was said. */
export function lastLine({ code, out, told }: Answer): string {
  const lines = (text: string): readonly string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const said = [...lines(out), ...(code === 0 ? [] : lines(told))].at(-1) ?? '';
  return said.replace(/^tensorwright: /, '');
}

/**
 * @returns what the command prints
 * @throws Error with the command's own sentence
 */
export async function runCommandLine(module: string, args: readonly string[], cwd: string): Promise<string> {
  const answer = await answerOf(module, args, cwd);
  if (answer.code === 0) return answer.out;
  throw new Error(answer.told.trim().replace(/^tensorwright: /, ''));
}
