/** The licence texts of the packages that went into the bundles. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parserPackages } from './parserFiles.mjs';
import { inRoot } from './paths.mjs';

const packageFolder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/**
 * @param {readonly import('esbuild').Metafile[]} metafiles
 * @returns {string} name, version and licence text of each package, sorted by name
 */
export function licencesOf(metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(inputs.flatMap((path) => packageFolder.exec(path)?.[1] ?? []));
  for (const name of parserPackages) folders.add(`node_modules/${name}`);
  return [...folders]
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(100)}\n\n`);
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(inRoot(folder, 'package.json'), 'utf8'));
  const file = readdirSync(inRoot(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : `\n${readFileSync(join(inRoot(folder), file), 'utf8').trim()}\n`;
  return `${name} ${version} (${license})\n${text}`;
}
