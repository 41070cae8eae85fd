/** Throw-away folders for tests. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A new folder with these files; `dispose` takes it away. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): {
  readonly path: string;
  readonly at: (name: string) => string;
  readonly write: (name: string, content: string | Uint8Array) => string;
  readonly dispose: () => void;
} {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'tensorwright-')));
  const at = (name: string): string => join(path, name);
  const write = (name: string, content: string | Uint8Array): string => {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), content);
    return at(name);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  return { path, at, write, dispose: () => rmSync(path, { recursive: true, force: true }) };
}
