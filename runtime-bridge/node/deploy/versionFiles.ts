/** The files of a version: their hash, their sizes, and what the model in them takes and gives. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readOnnxHeader } from '../../../server/src/models/onnx';

/** A tensor that a model takes or gives. */
export interface ModelTensor {
  readonly name: string;
  /** Of the Open Inference Protocol; undefined where it is none of those. */
  readonly datatype: string | undefined;
  /** -1 where a size is open; undefined where the model does not say. */
  readonly shape: readonly number[] | undefined;
}

export interface ModelSignature {
  readonly inputs: readonly ModelTensor[];
  readonly outputs: readonly ModelTensor[];
}

export interface VersionFile {
  /** From the version's folder, with '/'. */
  readonly path: string;
  readonly bytes: number;
}

const mostFiles = 10_000;
const pieceBytes = 1 << 20;

/** ONNX's numbers of element types, `TensorProto.DataType` in onnx.proto. */
const datatypeNames: readonly (string | undefined)[] = [
  ...[undefined, 'FP32', 'UINT8', 'INT8', 'UINT16', 'INT16', 'INT32', 'INT64'],
  ...['BYTES', 'BOOL', 'FP16', 'FP64', 'UINT32', 'UINT64', undefined, undefined, 'BF16'],
];

/** The versions of a model that lie in its folder, lowest first. */
export function versionsIn(modelFolder: string): readonly string[] {
  return readdirSync(modelFolder, { withFileTypes: true })
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && /^(0|[1-9]\d{0,17})$/.test(entry.name))
    .map(({ name }) => name)
    .sort((a, b) => Number(a) - Number(b));
}

/** All files of a version, sorted. */
export function filesOf(folder: string): readonly VersionFile[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .slice(0, mostFiles)
    .map((entry) => join(entry.parentPath, entry.name));
  return found
    .map((path) => ({ path: path.slice(folder.length + 1).replaceAll('\\', '/'), bytes: statSync(path).size }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** SHA-256 over the names and contents of all files of a version. */
export function hashOfVersion(folder: string): string {
  const all = createHash('sha256');
  for (const { path } of filesOf(folder)) all.update(`${path}\0${hashOfFile(join(folder, path))}\n`);
  return all.digest('hex');
}

function hashOfFile(path: string): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.alloc(pieceBytes);
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) hash.update(piece.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

/** What an ONNX file takes and gives, or why that can't be read. */
export function signatureOf(path: string): ModelSignature | { readonly reason: string } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const header = readOnnxHeader({
      size,
      read(start, length) {
        const piece = Buffer.alloc(Math.max(0, Math.min(length, size - start)));
        return piece.subarray(0, readSync(file, piece, 0, piece.length, start));
      },
    });
    if ('reason' in header) return header;
    const tensors = (list: typeof header.inputs): readonly ModelTensor[] =>
      list.map(({ name, type, dims }) => ({ name, datatype: datatypeNames[type ?? 0], shape: dims }));
    return { inputs: tensors(header.inputs), outputs: tensors(header.outputs) };
  } finally {
    closeSync(file);
  }
}
