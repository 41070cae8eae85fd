/** ONNX Runtime's machine code: the package has it for five platforms, a build takes along that of one. */
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';

/**
 * Copies what is missing or has changed: it is tens of megabytes.
 *
 * @param {string} to folder beside the bundles
 * @param {string} target `platform-arch` as Node names them
 */
export function copyRuntime(to, target = `${process.platform}-${process.arch}`) {
  const [platform, arch] = target.split('-');
  const from = inRoot('node_modules', 'onnxruntime-node', 'bin', 'napi-v6', platform, arch);
  const names = wanted(from);
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(to)) if (!names.includes(name)) rmSync(join(to, name));
  for (const name of names) {
    const [source, copy] = [join(from, name), join(to, name)];
    const known = statSync(copy, { throwIfNoEntry: false });
    const { size, mtimeMs } = statSync(source);
    if (known === undefined || known.size !== size || known.mtimeMs < mtimeMs) copyFileSync(source, copy);
  }
}

/** Its providers for graphics cards (DirectX's compiler and DirectML) stay behind but where the system lacks none. */
function wanted(folder) {
  try {
    return readdirSync(folder);
  } catch {
    throw new Error(`onnxruntime-node has no machine code for this platform: ${folder} is missing`);
  }
}
