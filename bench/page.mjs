/** docs/benchmarks.md, made from bench/results.json. */
import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { inRoot } from '../scripts/paths.mjs';
import { freshSeed } from './peers/cases.mjs';

/**
 * Writes the page of everything measured so far.
 *
 * @param {object} results what bench/results.json holds
 * @param {(name: string, found: object) => [string, {value: string, goal: string, met?: boolean}][]} rowsOf
 */
export async function writePage({ machine, measured }, rowsOf) {
  const parts = Object.entries(measured).filter(([name]) => name !== 'peers');
  const rows = parts.flatMap(([name, found]) => rowsOf(name, found));
  const page = `# Benchmarks

Made by \`npm run bench\`; \`npm run bench NAME\` measures one part again (${Object.keys(measured).join(', ')}). Measured last on ${machine}.

## Tensorwright

| What | Figure | Goal | |
| --- | ---: | ---: | --- |
${rows.map(([what, { value, goal, met }]) => `| ${what.trim()} | ${value} | ${goal} | ${verdict(met)} |`).join('\n')}

${measured.peers ? peers(measured.peers) : ''}`;
  const written = await format(page, { parser: 'markdown', printWidth: 120 });
  writeFileSync(inRoot('docs', 'benchmarks.md'), written);
}

const verdict = (met) => (met === undefined ? '' : met ? 'met' : 'missed');

function peers({ tools }) {
  const there = tools.filter(({ scores }) => scores);
  const [first] = there;
  return `## Beside other shape checkers

\`npm run bench peers\` runs every tool over the same files: plain PyTorch models without annotations, correct or with one small mistake. PyTorch 2.13 ran each of them and said which fail. Nothing is labelled by reading.

- The kept set has ${counts(first?.scores.kept)}. Tensorwright was developed with it at hand, the others were not: read the fresh set.
- The fresh set has ${counts(first?.scores.fresh)}. It is made by the same generator with the seed ${freshSeed}, from the same correct files.

A mistake is decidable where the file itself proves it: no input shape makes the model run, or the file has the call. It is detected where the tool reports an error that it does not report for the unedited file, located where that finding lies within a line of the edit or of the line that PyTorch blames. A false alarm is a file that runs and gets an error.

${['kept', 'fresh'].map((set) => table(set, tools)).join('\n\n')}

How each was run, in the folder of the files:

${tools.map(commands).join('\n')}

What the figures don't say: pyrefly and torchshapeflow are made for annotated code, torchtyc's \`check\` for jaxtyping annotations, and these files have none, as most public model code has none. pyrefly is a whole type checker, so its alarms are of all kinds of types. torchtyc's \`run\` executes the user's file; it can say nothing of files that only define classes, so its share of the decidable mistakes in files with a script part stands in a column of its own. Programs start anew for every command, torchtyc's \`run\` on as many processors as there are; times hold for one machine and one run.
`;
}

const counts = (found) =>
  found === undefined
    ? 'not been made'
    : `${found.cases} files: ${found.failing} fail, ${found.decidable} of them decidably (${found.decidableScripts} in files with a script part), ${found.running} run`;

const table = (set, tools) => `The ${set} set:

| Tool | Version | Decidable detected | located | in files with a script part | All failing detected | False alarms | of these unedited | Seconds |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${tools.map((tool) => row(tool, tool.scores?.[set])).join('\n')}`;

function row({ name, way, version }, found) {
  const title = `${name} ${way}`;
  if (found === undefined) return `| ${title} | not measured | | | | | | | |`;
  const cells = [
    title,
    version,
    `${found.decidableDetectedPercent} %`,
    `${found.decidableLocatedPercent} %`,
    `${found.decidableScriptsDetectedPercent} %`,
    `${found.detectedPercent} %`,
    `${found.falseAlarms} of ${found.running}`,
    found.falseAlarmsOnUnedited,
    `${found.seconds}${found.notChecked ? ` (${found.notChecked} not checked)` : ''}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

const commands = ({ name, way, commands: lines, scope, missing }) =>
  `- ${name} ${way}${scope ? `, made for ${scope}` : ''}${missing ? ` (not measured: ${missing})` : ''}: ${lines.map((line) => `\`${line}\``).join(', then ')}`;
