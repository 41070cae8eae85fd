/** The command line in a process of its own, for what the editor and a terminal must answer alike. */
import { execFile } from 'node:child_process';

/** Longer answers are no lists that anybody looks at. */
const longestAnswer = 64 * 1024 * 1024;

/**
 * @param module path of dist/cli.js
 * @returns what the command prints
 * @throws Error with the command's own sentence
 */
export function runCommandLine(module: string, args: readonly string[], cwd: string): Promise<string> {
  // The editor's own program is Node where this variable says so.
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  return new Promise((settle, reject) => {
    execFile(process.execPath, [module, ...args], { cwd, env, maxBuffer: longestAnswer }, (error, out, told) => {
      if (error === null) settle(out);
      else reject(new Error(told.trim().replace(/^tensorwright: /, '') || error.message));
    });
  });
}
