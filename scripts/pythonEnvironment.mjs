/**
 * A Python with PyTorch, which judges the checker in tests.
 *
 * `node scripts/pythonEnvironment.mjs frameworks` makes the one whose trainings of Lightning and transformers are run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain } from './isMain.mjs';
import { inRoot } from './paths.mjs';
import { log, runLogged } from './progress.mjs';
import { Unavailable } from './unavailable.mjs';

/** The release whose sentences the operators repeat. */
const torchVersion = '2.13.0';
const otherPackages = [
  'beartype',
  'einops',
  'expecttest',
  'jaxtyping',
  'numpy',
  'onnx',
  'onnxscript',
  'safetensors',
  'scipy',
  'tritonclient[http]',
];
const otherModules = otherPackages.map((name) => name.replace(/\[.*/, ''));

const windows = process.platform === 'win32';
const pythonIn = (environment) =>
  windows ? join(environment, 'Scripts', 'python.exe') : join(environment, 'bin', 'python');
const ownEnvironment = inRoot('.cache', 'venv');

/**
 * Path of an interpreter that has PyTorch and what the tests import beside it: the one that TENSORWRIGHT_PYTHON names,
 * the active environment's, the repository's own, or the system's; else the repository's own is made.
 *
 * @throws Unavailable where there is no Python, or an install fails
 */
export async function ensurePython() {
  const named = process.env.TENSORWRIGHT_PYTHON;
  if (named) {
    const problem = problemOf(named);
    if (problem === undefined) return named;
    throw new Unavailable(`TENSORWRIGHT_PYTHON is ${named}, ${problem}`);
  }
  const candidates = [
    process.env.VIRTUAL_ENV && pythonIn(process.env.VIRTUAL_ENV),
    pythonIn(ownEnvironment),
    'python3',
    'python',
  ];
  return candidates.find((python) => python && problemOf(python) === undefined) ?? (await makeEnvironment());
}

/** What the interpreter lacks, in words; undefined where it will do. */
function problemOf(python) {
  const { status, stdout } = spawnSync(
    python,
    ['-c', `import torch, ${otherModules.join(', ')}; print(torch.__version__.split("+")[0])`],
    { encoding: 'utf8' },
  );
  if (status !== 0) return `which lacks one of torch, ${otherModules.join(', ')}`;
  return stdout.trim() === torchVersion ? undefined : `which has PyTorch ${stdout.trim()} instead of ${torchVersion}`;
}

/** Packages that train with loops of their own; not needed by the other tests. */
const frameworks = ['lightning', 'transformers', 'accelerate'];
const frameworksEnvironment = inRoot('.cache', 'frameworks', 'venv');

/** The interpreter that has the frameworks, whether or not it is there. */
export const frameworksPython = process.env.TENSORWRIGHT_FRAMEWORKS_PYTHON ?? pythonIn(frameworksEnvironment);

/**
 * Makes an environment with the frameworks on top of the one that has PyTorch, so that it is not installed again.
 *
 * @throws Unavailable where an install fails
 */
async function makeFrameworksEnvironment() {
  const base = await ensurePython();
  const packagesOf = (python) =>
    spawnSync(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], {
      encoding: 'utf8',
    }).stdout.trim();
  const python = pythonIn(frameworksEnvironment);
  log('making a Python environment in .cache/frameworks/venv');
  await runLogged('python -m venv', base, ['-m', 'venv', frameworksEnvironment]);
  writeFileSync(join(packagesOf(python), 'torch.pth'), `${packagesOf(base)}\n`);
  log(`installing ${frameworks.join(', ')} there (a few minutes)`);
  await runLogged('pip install frameworks', python, [
    ...['-m', 'pip', 'install', '--disable-pip-version-check', `torch==${torchVersion}`, ...frameworks],
  ]);
  return python;
}

async function makeEnvironment() {
  const python = pythonIn(ownEnvironment);
  if (!existsSync(python)) {
    const base = ['python3', 'python'].find(
      (name) => spawnSync(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']).status === 0,
    );
    if (base === undefined)
      throw new Unavailable(
        'Python 3.10 or newer not found; install it, on Debian: apt-get install python3 python3-venv',
      );
    log('making a Python environment in .cache/venv');
    await runLogged('python -m venv', base, ['-m', 'venv', ownEnvironment]);
  }
  const install = (what, packages) =>
    runLogged(what, python, ['-m', 'pip', 'install', '--disable-pip-version-check', ...packages]);
  log(`installing PyTorch ${torchVersion} there (several minutes the first time)`);
  // The build without CUDA is a tenth of the size; not every package index has it.
  await install('pip install torch (CPU build)', [`torch==${torchVersion}+cpu`]).catch(() =>
    install('pip install torch', [`torch==${torchVersion}`]),
  );
  await install('pip install', otherPackages);
  return python;
}

if (isMain(import.meta.url)) {
  try {
    console.log(process.argv[2] === 'frameworks' ? await makeFrameworksEnvironment() : await ensurePython());
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    log(error.message);
    process.exitCode = 2;
  }
}
