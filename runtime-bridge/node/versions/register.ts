/**
 * A file becomes the next version of a model: copied and hashed beside the models, then put in place by one rename, so
 * that nobody ever sees half a version and none is ever written over.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Registered, VersionManifest } from '../../../protocol/src/models';
import { readWeights } from '../compare/weights/read';
import { Hashes, makeStateFolder } from './hashes';
import { hashesFile, versionNumbers } from './models';
import { formatOfFile, isModelName, manifestName, NotRegistered } from './names';
import { pointerIn, pointerSentence } from './pointers';
import { signatureOf } from './signature';
import type { Source } from './sources';

export interface Registration {
  /** Of the model. */
  readonly file: string;
  readonly model: string;
  /** Folder that holds models; made where it is not there. */
  readonly models: string;
  readonly source: Source;
  readonly workspace: string;
  readonly now: Date;
  readonly signal?: AbortSignal;
}

/** @throws NotRegistered with a sentence; nothing is left behind then */
export async function register(registration: Registration): Promise<Registered> {
  const { file, model, models } = registration;
  if (!isModelName(model))
    throw new NotRegistered(
      `'${model.slice(0, 80)}' can't be a model's name: use letters, digits, '_', '-' and '.', and no '..'.`,
    );
  const format = formatOfFile(basename(file));
  if (format === 'unknown')
    throw new NotRegistered(
      `${basename(file)} is no model file that is known: .onnx, .pt, .pth, .safetensors, .plan, .xml and .keras are.`,
    );
  const parts = partsOf(file);
  const staging = stagingFolder(models);
  try {
    const files = await copied(parts, staging, registration.signal);
    const signature = signatureOf(
      staging,
      files.map(({ path }) => path),
    );
    const parent = versionNumbers(join(models, model))[0];
    const manifest = (number: number): VersionManifest => ({
      version: 1,
      model,
      number,
      createdAt: registration.now.toISOString(),
      format,
      files,
      ...(signature ? { signature } : {}),
      ...registration.source,
      ...(parent === undefined ? {} : { parent }),
    });
    const placed = place(staging, join(models, model), manifest);
    const hashes = new Hashes(hashesFile(registration.workspace));
    for (const { path, sha256 } of files) hashes.remember(join(placed.folder, path), sha256);
    hashes.save();
    return { version: 1, ...placed };
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    throw sentenceFor(error, models);
  }
}

interface Part {
  readonly from: string;
  /** Relative to the version's folder. */
  readonly to: string;
}

/** The file under the name that servers look for, and the files beside it in which it keeps its values. */
function partsOf(file: string): readonly Part[] {
  const pointer = isFile(file) ? pointerIn(dirname(file), basename(file)) : undefined;
  if (pointer) throw new NotRegistered(pointerSentence(pointer));
  if (!isFile(file)) {
    const dvc = isFile(`${file}.dvc`) ? pointerIn(dirname(file), `${basename(file)}.dvc`) : undefined;
    throw new NotRegistered(dvc ? pointerSentence(dvc) : `There is no file ${file}.`);
  }
  const isIndex = file.endsWith('.index.json');
  const main = { from: file, to: isIndex ? basename(file) : `model${extname(file)}` };
  const weights = /\.(onnx|json)$/.test(file) ? readWeights(file) : undefined;
  if (weights === undefined) return [main];
  if ('reason' in weights) throw new NotRegistered(`${basename(file)} ${weights.reason}.`);
  const beside = new Set(
    weights.tensors.flatMap(({ content }) => (content.kind === 'file' && content.path !== file ? [content.path] : [])),
  );
  const unread = weights.tensors.find(({ content }) => content.kind === 'none' && content.reason.startsWith('names '));
  if (unread?.content.kind === 'none')
    throw new NotRegistered(`${basename(file)}: the tensor ${unread.name} ${unread.content.reason}.`);
  return [main, ...[...beside].map((from) => ({ from, to: relative(dirname(file), from).split(sep).join('/') }))];
}

/**
 * Outside the models where that is the same disk: a server that watches them takes every new folder for a model, and
 * every file in a model's folder for a change of all its versions.
 */
function stagingFolder(models: string): string {
  mkdirSync(models, { recursive: true });
  const name = `staging-${process.pid}-${randomBytes(4).toString('hex')}`;
  const outside = join(dirname(models), '.tensorwright', 'cache');
  try {
    if (statSync(dirname(models)).dev === statSync(models).dev) {
      makeStateFolder(outside);
      mkdirSync(join(outside, name));
      return join(outside, name);
    }
  } catch {
    // Where nothing may be written, the models' own folder is left.
  }
  mkdirSync(join(models, `.${name}`));
  return join(models, `.${name}`);
}

async function copied(
  parts: readonly Part[],
  staging: string,
  signal?: AbortSignal,
): Promise<VersionManifest['files']> {
  const files: VersionManifest['files'][number][] = [];
  for (const { from, to } of parts) {
    const target = join(staging, to);
    mkdirSync(dirname(target), { recursive: true });
    const hash = createHash('sha256');
    let sizeBytes = 0;
    await pipeline(
      createReadStream(from, { highWaterMark: 1024 * 1024 }),
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          hash.update(piece);
          sizeBytes += piece.length;
          yield piece;
        }
      },
      createWriteStream(target, { flags: 'wx', flush: true }),
      { signal },
    );
    files.push({ path: to, sizeBytes, sha256: hash.digest('hex') });
  }
  return files;
}

/** Tries the next number until one is free: a rename onto a folder that holds something fails. */
function place(
  staging: string,
  model: string,
  manifest: (number: number) => VersionManifest,
): { readonly folder: string; readonly manifest: VersionManifest } {
  mkdirSync(model, { recursive: true });
  for (let number = (versionNumbers(model)[0] ?? 0) + 1; ; number++) {
    const made = manifest(number);
    const folder = join(model, String(number));
    writeDurably(join(staging, manifestName), `${JSON.stringify(made, undefined, 2)}\n`);
    try {
      // What came in between is somebody else's version.
      if (existsSync(folder)) continue;
      renameSync(staging, folder);
      return { folder, manifest: made };
    } catch (error) {
      if (
        !['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '') ||
        !existsSync(folder)
      )
        throw error;
    }
  }
}

function writeDurably(path: string, text: string): void {
  const descriptor = openSync(path, 'w');
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function sentenceFor(error: unknown, models: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC')
    return new NotRegistered(`There is no room left where ${models} lies; nothing was registered.`);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new NotRegistered(`${models} may not be written; nothing was registered.`);
  return error;
}
