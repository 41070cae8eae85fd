/** Files of a model repository that a test holds in memory. */
import { type Entry, type Files, byBytes } from '../../server/src/triton/files';

/** Text, or bytes in base64. */
export type Content = string | { readonly base64: string };

const bytesOf = (content: Content): Uint8Array =>
  typeof content === 'string' ? Buffer.from(content, 'utf8') : Buffer.from(content.base64, 'base64');

/** A view of files and empty folders below a root. */
export function memoryFiles(
  root: string,
  files: Readonly<Record<string, Content>>,
  folders: readonly string[] = [],
): Files {
  const contents = new Map(Object.entries(files).map(([path, content]) => [`${root}/${path}`, bytesOf(content)]));
  const inside = new Map<string, Map<string, Entry>>();
  const note = (path: string, isFolder: boolean): void => {
    const cut = path.lastIndexOf('/');
    const [parent, name] = [path.slice(0, cut), path.slice(cut + 1)];
    const entries = inside.get(parent) ?? new Map<string, Entry>();
    inside.set(parent, entries);
    if (entries.has(name)) return;
    entries.set(name, { name, isFolder });
    if (parent.length > root.length) note(parent, true);
  };
  for (const folder of folders) {
    note(`${root}/${folder}`, true);
    if (!inside.has(`${root}/${folder}`)) inside.set(`${root}/${folder}`, new Map());
  }
  for (const path of contents.keys()) note(path, false);
  return {
    entries: (folder) => {
      const found = inside.get(folder);
      return found && [...found.values()].sort((a, b) => byBytes(a.name, b.name));
    },
    text: (path) => (contents.has(path) ? Buffer.from(contents.get(path) ?? []).toString('utf8') : undefined),
    size: (path) => contents.get(path)?.length,
    bytes: (path, start, length) => contents.get(path)?.subarray(start, start + length),
  };
}
