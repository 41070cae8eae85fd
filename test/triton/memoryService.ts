/** The service over files that a test holds in memory. */
import { createService } from '../../server/src/createService';
import { loadParser } from '../../server/src/loadParser';
import type { Service } from '../../server/src/service';
import { type Content, memoryFiles } from './memoryFiles';

/** @param root the workspace folder, below which the files lie */
export async function memoryService(
  root: string,
  files: Readonly<Record<string, Content>>,
  dirs: readonly string[] = [],
): Promise<Service> {
  const view = memoryFiles(root, files, dirs);
  return createService({
    parser: await loadParser(),
    host: {
      ...view,
      read: (path) => {
        const text = view.text(path);
        return text === undefined ? undefined : { text, stamp: '' };
      },
      isFile: (path) => view.size(path) !== undefined,
      importRoots: [root],
      workspaceFiles: () =>
        Object.keys(files)
          .filter((path) => path.endsWith('.py') || path.endsWith('.pbtxt'))
          .map((path) => `${root}/${path}`),
    },
  });
}
