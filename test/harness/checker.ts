/** The real checker over files that a test holds in memory. */
import { createService } from '../../server/src/createService';
import type { SyntaxParser } from '../../server/src/core/python/syntax';
import { loadParser } from '../../server/src/loadParser';
import type { Service } from '../../server/src/service';

let parser: Promise<SyntaxParser> | undefined;

/** A service whose workspace is these files, by absolute path; imports are looked up in `roots`. */
export async function checkerOf(
  files: Readonly<Record<string, string>>,
  roots: readonly string[] = [],
): Promise<Service> {
  parser ??= loadParser();
  return createService({
    parser: await parser,
    host: {
      read: (path) => (Object.hasOwn(files, path) ? { text: files[path] ?? '', stamp: '' } : undefined),
      isFile: (path) => Object.hasOwn(files, path),
      importRoots: roots,
      workspaceFiles: () => Object.keys(files).sort(),
    },
  });
}
