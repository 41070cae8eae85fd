/** What the user named: a model file, a version's folder, a configuration, or `models/name:version`. */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** One of the two that are compared. */
export interface Side {
  /** As the user wrote it. */
  readonly name: string;
  /** The model file. */
  readonly model?: string;
  /** The configuration that belongs to it. */
  readonly config?: string;
}

/** It can't be compared; the message is a sentence without a full stop. */
export class NotComparable extends Error {}

const modelFile = /\.(onnx|safetensors|safetensors\.index\.json|pt|pth|npz|npy)$/;
const versionFolder = /^\d{1,18}$/;

/** @throws NotComparable */
export function sideOf(written: string, folder: string): Side {
  const path = located(written, folder);
  if (!statSync(path).isDirectory()) return fileSide(written, path);
  const version = newestVersion(path) ?? path;
  const model = modelIn(version);
  const config = [join(version, 'config.pbtxt'), join(dirname(version), 'config.pbtxt')].find((each) =>
    existsSync(each),
  );
  if (model === undefined && config === undefined)
    throw new NotComparable(`${written} holds neither a model file nor a config.pbtxt`);
  if (model !== undefined) refusePointer(written, model);
  return { name: written, ...(model === undefined ? {} : { model }), ...(config === undefined ? {} : { config }) };
}

function located(written: string, folder: string): string {
  const path = resolve(folder, written);
  if (existsSync(path)) return path;
  const [, before = '', version = ''] = /^(.*):(\d{1,18})$/.exec(written) ?? [];
  const versioned = resolve(folder, before, version);
  if (before !== '' && existsSync(versioned)) return versioned;
  if (existsSync(`${path}.dvc`))
    throw new NotComparable(`${written} is kept by DVC and not here; fetch it with "dvc pull ${written}.dvc"`);
  throw new NotComparable(`no such file or folder: ${written}`);
}

function fileSide(written: string, path: string): Side {
  if (path.endsWith('.pbtxt')) return { name: written, config: path };
  refusePointer(written, path);
  if (basename(path).endsWith('.dvc'))
    throw new NotComparable(`${written} is a pointer of DVC; fetch the file with "dvc pull ${written}" and name it`);
  const config = versionFolder.test(basename(dirname(path))) ? join(dirname(dirname(path)), 'config.pbtxt') : '';
  return { name: written, model: path, ...(existsSync(config) ? { config } : {}) };
}

/** Of a model's folder: the highest of its numbered folders. */
function newestVersion(folder: string): string | undefined {
  const numbers = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && versionFolder.test(entry.name))
    .map(({ name }) => Number(name));
  return numbers.length === 0 ? undefined : join(folder, String(Math.max(...numbers)));
}

function modelIn(folder: string): string | undefined {
  const names = readdirSync(folder).filter((name) => modelFile.test(name));
  const plain = ['model.onnx', 'model.safetensors.index.json', 'model.safetensors', 'model.pt'];
  const name = plain.find((each) => names.includes(each)) ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined && names.length > 1)
    throw new NotComparable(`${folder} holds several model files; name one: ${names.slice(0, 5).join(', ')}`);
  return name === undefined ? undefined : join(folder, name);
}

const lfsHead = 'version https://git-lfs.github.com/spec/';

/** A file that Git LFS has put three lines in the place of. */
function refusePointer(written: string, path: string): void {
  if (!headOf(path).startsWith(lfsHead)) return;
  throw new NotComparable(`${written} is a pointer of Git LFS, not the model; fetch it with "git lfs pull"`);
}

function headOf(path: string): string {
  const stat = statSync(path);
  // A pipe would wait for a writer.
  if (!stat.isFile()) throw new NotComparable(`${path} is no file`);
  const bytes = Buffer.alloc(Math.min(lfsHead.length, stat.size));
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, bytes.length, 0);
  } finally {
    closeSync(file);
  }
  return bytes.toString('latin1');
}
