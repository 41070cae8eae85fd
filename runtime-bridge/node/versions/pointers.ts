/** Files that Git LFS or DVC keep elsewhere: what lies in the working tree is a small text that stands for them. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Pointer } from '../../../protocol/src/models';

/** Git LFS's specification: pointer files are smaller than this. */
const longestPointer = 1024;
/** A .dvc file may list a whole folder's facts, never its contents. */
const longestDvc = 64 * 1024;

/** What a file of a version's folder stands for; undefined where it is itself. */
export function pointerIn(folder: string, name: string): Pointer | undefined {
  try {
    const { size } = statSync(join(folder, name));
    if (name.endsWith('.dvc'))
      return size <= longestDvc ? dvcPointer(name, readFileSync(join(folder, name), 'utf8')) : undefined;
    return size < longestPointer ? lfsPointer(name, readFileSync(join(folder, name), 'utf8')) : undefined;
  } catch {
    return undefined;
  }
}

function lfsPointer(path: string, text: string): Pointer | undefined {
  if (!/^version https:\/\/(git-lfs\.github\.com|hawser\.github\.com)\/spec\/v\d/.test(text)) return undefined;
  if (!/^oid sha256:[0-9a-f]{64}$/m.test(text)) return undefined;
  return { tool: 'lfs', path, ...sizeIn(/^size (\d{1,15})$/m.exec(text)) };
}

function dvcPointer(name: string, text: string): Pointer | undefined {
  if (!/^outs:/m.test(text)) return undefined;
  return { tool: 'dvc', path: name.slice(0, -'.dvc'.length), ...sizeIn(/^\s*(?:- )?size: (\d{1,15})$/m.exec(text)) };
}

const sizeIn = (found: RegExpExecArray | null): { readonly sizeBytes?: number } =>
  found ? { sizeBytes: Number(found[1]) } : {};

/** What to do about it, as a sentence. */
export function pointerSentence({ tool, path }: Pointer): string {
  return tool === 'lfs'
    ? `${path} is a pointer of Git LFS; fetch the file itself with "git lfs pull".`
    : `${path} is kept by DVC; fetch it with "dvc pull ${path}.dvc".`;
}
