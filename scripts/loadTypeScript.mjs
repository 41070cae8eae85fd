/** Takes values out of the product's TypeScript for scripts: bundled in memory, imported, nothing written. */
import { build } from 'esbuild';

/**
 * @param {string} file absolute path of a module that needs no packages
 * @returns {Promise<Record<string, any>>} its exports
 */
export async function loadTypeScript(file) {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    external: ['node:*'],
    target: 'node20',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
