/** Recall, false alarms and time of the other shape checkers and ours, on the same files. */
import { round } from '../figures.mjs';
import { log } from '../../scripts/progress.mjs';
import { Unavailable } from '../../scripts/unavailable.mjs';
import { caseSets, score, withFiles } from './cases.mjs';
import { tools } from './tools.mjs';

/**
 * One row for each tool and set; a tool that can't be had has `missing`, the reason.
 *
 * @throws Unavailable where there are no files to judge by
 */
export async function measurePeers(cli) {
  const sets = await caseSets();
  const measured = [];
  for (const tool of tools(cli)) {
    const { name, way, commands, scope } = tool;
    const row = { name, way, commands, ...(scope ? { scope } : {}) };
    try {
      row.version = await tool.prepare();
      row.scores = {};
      for (const { name: set, cases } of sets) {
        log(`peers: ${name} ${way} on the ${set} set`);
        row.scores[set] = await withFiles(cases, (root) => scored(tool, root, cases));
      }
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      row.missing = error.message;
    }
    measured.push(row);
  }
  return { tools: measured };
}

async function scored(tool, root, cases) {
  const started = performance.now();
  const { found, notChecked } = await tool.check(root, cases);
  const seconds = round((performance.now() - started) / 1000, 1);
  return { ...score(cases, found), notChecked, seconds };
}

/** Rows for the table that the benchmark prints. */
export const peerRows = ({ tools: all }, plain) =>
  all.flatMap(({ name, way, scores, missing }) =>
    missing !== undefined
      ? [[`${name} ${way}`, plain(`not measured: ${missing}`)]]
      : Object.entries(scores).map(([set, found]) => [
          `${name} ${way}, ${set} set: detected of the decidable; alarms; s`,
          plain(`${found.decidableDetectedPercent} %; ${found.falseAlarms} of ${found.running}; ${found.seconds}`),
        ]),
  );
