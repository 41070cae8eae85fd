/**
 * A real Triton server and C++ protobuf, which judge the checker of configurations in tests.
 *
 * The wheel `nvidia-pytriton` carries `tritonserver` 2.51 for plain processors with the python backend; it has a stub
 * of that backend for each release of Python, and this uses the one for 3.11. `grpcio-tools` 1.51 carries protoc 3.21,
 * of the same generation as the protobuf in the server.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inRoot } from './paths.mjs';
import { log, runLogged } from './progress.mjs';
import { Unavailable } from './unavailable.mjs';

const packages = ['nvidia-pytriton==0.7.0', 'numpy==1.26.4', 'grpcio-tools==1.51.3', 'protobuf==4.21.12'];
// grpc_tools still asks the module of setuptools that newer ones lack for the place of its own files.
const helpers = ['grpcio==1.51.3', 'setuptools==75.8.0'];

const ownEnvironment = inRoot('.cache', 'triton');
const pythonOf = (environment) => join(environment, 'bin', 'python');
const serverOf = (environment) =>
  join(environment, 'lib', 'python3.11', 'site-packages', 'pytriton', 'tritonserver', 'bin', 'tritonserver');

/**
 * Path of a Python 3.11 environment with the server and protoc: the one that TENSORWRIGHT_TRITON names, else the
 * repository's own in `.cache/triton`, which is made where it is missing (about 130 MB to download).
 *
 * @returns {Promise<string>}
 * @throws Unavailable where the wheel does not run on this machine, there is no Python 3.11, or an install fails
 */
export async function ensureTriton() {
  const named = process.env.TENSORWRIGHT_TRITON;
  if (named) {
    if (existsSync(serverOf(resolve(named)))) return resolve(named);
    throw new Unavailable(`TENSORWRIGHT_TRITON is ${named}, which has no tritonserver`);
  }
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Unavailable(
      `the wheel with tritonserver is for Linux on x64, this is ${process.platform} ${process.arch}`,
    );
  if (spawnSync('cc', ['--version']).status !== 0)
    throw new Unavailable('no C compiler (cc) for the stand-in of backends; on Debian: apt-get install gcc libc6-dev');
  if (!isComplete(ownEnvironment)) await makeEnvironment();
  return ownEnvironment;
}

/** Whether the server is there and what it runs with can be imported. */
function isComplete(environment) {
  if (!existsSync(serverOf(environment))) return false;
  return spawnSync(pythonOf(environment), ['-c', 'import numpy, grpc_tools.protoc']).status === 0;
}

async function makeEnvironment() {
  const base = ['python3.11', 'python3', 'python'].find(
    (name) => spawnSync(name, ['-c', 'import sys; sys.exit(sys.version_info[:2] != (3, 11))']).status === 0,
  );
  if (base === undefined)
    throw new Unavailable(
      'the server needs Python 3.11, which is not on the path; on Debian 12: apt-get install python3 python3-venv',
    );
  log('getting a Triton server into .cache/triton (about 130 MB the first time)');
  await runLogged('python -m venv for Triton', base, ['-m', 'venv', ownEnvironment]);
  // Without what the wheels ask for: the server uses nothing of its clients.
  const install = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-deps', ...packages, ...helpers];
  await runLogged('pip install tritonserver', pythonOf(ownEnvironment), install);
  if (!isComplete(ownEnvironment))
    throw new Unavailable('the server is installed in .cache/triton, but can not be used');
}
