/** The TypeScript compiler, ESLint and Prettier, together one test. */
import { spawnSync } from 'node:child_process';
import { inRoot, root } from '../paths.mjs';
import { log } from '../progress.mjs';

const tool = (...path) => inRoot('node_modules', ...path);

/** What the compiler remembers between runs, so that only what changed is checked again. */
const remembered = (project) => inRoot('.cache', 'types', `${project.replace(/\W+/g, '-')}.tsbuildinfo`);

/** Each folder has its own library and types; see the comment in tsconfig.json. */
export const projects = [
  'protocol',
  'runtime-bridge/node',
  'webviews',
  'server/tsconfig.pure.json',
  'server',
  'cli',
  'client',
  'test',
  'test/views/page',
];

const checks = [
  ...projects.map((project) => ({
    name: `types of ${project}`,
    args: [
      tool('typescript', 'bin', 'tsc'),
      ...['--noEmit', '--pretty', '--incremental', '--tsBuildInfoFile', remembered(project), '-p', project],
    ],
  })),
  { name: 'ESLint', args: [tool('eslint', 'bin', 'eslint.js'), '--max-warnings', '0', '.'] },
  { name: 'Prettier', args: [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
];

export function runLint() {
  const failing = checks.filter(({ name, args }) => {
    log(`  ${name}`);
    return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status !== 0;
  });
  if (failing.length > 0) log(`  not clean: ${failing.map(({ name }) => name).join(', ')}`);
  return { passed: failing.length === 0 ? 1 : 0, failed: failing.length === 0 ? 0 : 1, skipped: [] };
}
