/** The Python with PyTorch that judges; scripts/test.mjs names it in TENSORWRIGHT_PYTHON. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const own = [join('.cache', 'venv', 'bin', 'python'), join('.cache', 'venv', 'Scripts', 'python.exe')].find((path) =>
  existsSync(path),
);

/** Undefined where no Python is named and the repository has none of its own. */
export const python: string | undefined = process.env['TENSORWRIGHT_PYTHON'] ?? (own && resolve(own));

/** Runs a script of this folder and answers with its standard output; its standard error is shown as it comes. */
export function runPython(script: string, args: readonly string[], input = ''): Promise<string> {
  if (python === undefined) throw new Error('no Python with PyTorch; set TENSORWRIGHT_PYTHON');
  const child = spawn(python, [join('test', 'oracle', script), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' },
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stdin.on('error', () => undefined); // the exit code says more
  child.stdin.end(input);
  return new Promise((settle, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? settle(out) : reject(new Error(`${script} ended with ${code}; what it said is above`)),
    );
  });
}
