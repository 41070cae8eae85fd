/** How many real mistakes are found: the scored set of edited model files beside the repository. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inRoot } from '../scripts/paths.mjs';
import { Unavailable } from '../scripts/unavailable.mjs';

/** `SHAPE_CASES` names another folder. */
const folder = process.env.SHAPE_CASES ?? inRoot('..', 'shared', 'shapes');

/**
 * What the score script says of the checker, as percentages and counts.
 * @throws Unavailable where the set is not there
 */
export async function measureMutants(cli, python = 'python3') {
  const [script, cases] = ['shape_score.py', 'mutants-dev.jsonl'].map((name) => `${folder}/${name}`);
  if (!existsSync(script) || !existsSync(cases)) throw new Unavailable('no ../shared/shapes beside the repository');
  const child = spawn(python, [script, '--cmd', `node ${cli}`, cases], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', (bytes) => output.push(bytes));
  let trouble = '';
  child.stderr.on('data', (bytes) => (trouble += bytes));
  const code = await new Promise((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', done);
  });
  if (code !== 0) throw new Unavailable(`the score script ended with ${code}: ${trouble.trim().split('\n').at(-1)}`);
  const score = JSON.parse(Buffer.concat(output).toString().trim().split('\n').at(-1));
  return {
    cases: score.cases,
    decidable: score.decidable,
    decidableDetectedPercent: score.decidable_detected_pct,
    decidableLocatedPercent: score.decidable_located_pct,
    detectedPercent: score.detected_pct,
    falseAlarms: score.false_alarms,
    running: score.runs,
    notChecked: score.not_checked,
    seconds: score.seconds,
  };
}
