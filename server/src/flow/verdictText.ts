/** A verification as a page to read. */
import type { Finding } from '../core/finding';
import type { Place } from '../core/text/place';
import { type Cell, type FlowTable, Lines } from './table';
import type { Difference, Verdict, Verification } from './verdict';

const words: Readonly<Record<Verdict, string>> = {
  confirmed: 'confirmed',
  refuted: 'refuted',
  reworded: 'confirmed in other words',
  unreached: 'not reached',
};

/**
 * @param lineOf `model.py:12` of a place; undefined where its text is gone
 * @param records where refutations were written down, in the order of the findings
 * @param elsewhere findings in the class that this trial does not decide
 */
export function verificationPage(
  verified: Verification,
  lineOf: (place: Place) => string | undefined,
  records: readonly string[],
  elsewhere: readonly Finding[] = [],
): FlowTable {
  const { trial, observed } = verified;
  const { flow } = trial;
  const page = new Lines();
  page.add([
    { text: flow.name, place: flow.defined },
    {
      text: ` in PyTorch ${observed.torch ?? '(not found)'}${observed.device ? `, on the ${observed.device} device` : ''}`,
    },
  ]);
  page.add([]);
  for (const { name, sizes, dtype } of trial.inputs)
    page.add([{ text: `${name}: ${tuple(sizes)}${dtype ? ` ${dtype}` : ''}` }]);
  for (const [name, text] of Object.entries(trial.guesses)) page.add([{ text: `${name} = ${text} (has no default)` }]);
  page.add([]);
  for (const sentence of summary(verified)) page.add([{ text: sentence }]);
  addFindings(page, verified, lineOf, records);
  for (const { place, message, id } of elsewhere)
    page.add([
      { text: 'not decided: ' },
      { text: lineOf(place) ?? '?', place },
      { text: `  ${message} [${id}]: it comes with the sizes of a call elsewhere` },
    ]);
  addDifferences(page, verified.differences, lineOf);
  return page.table();
}

const tuple = (sizes: readonly number[]): string =>
  sizes.length === 1 ? `(${String(sizes[0])},)` : `(${sizes.join(', ')})`;

const calls = (count: number): string => `${count} call${count === 1 ? '' : 's'}`;

/** What it comes to, a sentence each, the most important first. */
export function summary(verified: Verification): readonly string[] {
  const { observed, differences, same, vaguer, judged, missed } = verified;
  const { error, stage } = observed;
  const sentences: string[] = [];
  if (error !== undefined)
    sentences.push(`PyTorch stops ${where[stage]}: ${error.type}: ${firstLine(error.message)}${at(error)}`);
  if (missed) sentences.push('The checker finds nothing there.');
  const counted = same + differences.length;
  if (differences.length > 0)
    sentences.push(`Differs: ${differences.length} of ${calls(counted)} have other shapes than were found.`);
  else if (same > 0)
    sentences.push(
      `Agrees: ${same === 1 ? 'the one call has' : `all ${calls(same)} have`} the shapes that were found.`,
    );
  else if (stage === 'done' && judged.length === 0)
    sentences.push('It runs; no call of a module has a shape that could be compared.');
  if (vaguer > 0)
    sentences.push(
      `${calls(vaguer)} more ${vaguer === 1 ? 'has a shape' : 'have shapes'} of which less was found than PyTorch has.`,
    );
  return [...sentences, ...parameterSentence(verified)];
}

const where: Readonly<Record<Verification['observed']['stage'], string>> = {
  torch: 'before it is loaded',
  import: 'while the file is imported',
  build: 'in the constructor',
  call: 'in forward',
  done: 'afterwards',
};

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
const at = ({ place }: { readonly place: string }): string => (place === '' ? '' : ` (${place})`);

function parameterSentence({ trial: { flow }, observed: { parameters } }: Verification): readonly string[] {
  const { number, open } = flow.parameters;
  if (parameters === undefined || number === undefined) return [];
  if (number === parameters) return [`It has ${parameters} parameters, as counted.`];
  if (open && number < parameters) return [`It has ${parameters} parameters; at least ${number} were counted.`];
  return [`It has ${parameters} parameters; ${number} were counted.`];
}

function addFindings(
  page: Lines,
  { judged }: Verification,
  lineOf: (place: Place) => string | undefined,
  records: readonly string[],
): void {
  let next = 0;
  if (judged.length > 0) page.add([]);
  for (const { finding, verdict } of judged) {
    page.add([
      { text: `${words[verdict]}: ` },
      { text: lineOf(finding.place) ?? '?', place: finding.place },
      { text: `  ${finding.message} [${finding.id}]` },
    ]);
    if (verdict !== 'refuted') continue;
    const record = records[next++];
    page.add([
      {
        text: `  PyTorch runs this line. That is a mistake of the checker${record ? `, written down in ${record}` : ''}.`,
      },
    ]);
  }
}

function addDifferences(
  page: Lines,
  differences: readonly Difference[],
  lineOf: (place: Place) => string | undefined,
): void {
  if (differences.length === 0) return;
  const rows = differences.map(({ name, type, found, real, call }): readonly Cell[] => [
    { text: name, place: call },
    { text: call === undefined ? type : `${type} (${lineOf(call) ?? '?'})` },
    { text: found },
    { text: real },
  ]);
  page.add([]);
  page.addTable(['Layer', 'Type', 'Found', 'PyTorch'], rows);
}
