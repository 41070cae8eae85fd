/** Verifying with PyTorch: the user's module runs once in the user's interpreter, beside what the checker says of it. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import type { Finding } from '../core/finding';
import { LineIndex } from '../core/text/lines';
import { spanOf, type Place } from '../core/text/place';
import type { Trial } from '../flow/trial';
import { decidable, verification, type Judged, type LinesOf, type Observed, type Verification } from '../flow/verdict';
import type { Service } from '../service';
import { child } from './paths';
import type { Project } from './project';
import { askPytorch, type PytorchOptions, unusable } from './pytorch';
import { readSource } from './readSource';

export interface Verified {
  readonly verification: Verification;
  /** Errors in the class that come with the sizes of a call elsewhere: this trial says nothing of them. */
  readonly elsewhere: readonly Finding[];
  /** Where refutations were written down, in the order of the findings; empty outside of a workspace folder. */
  readonly records: readonly string[];
}

/** @returns a sentence where nothing came of it: what is missing and what to do */
export async function verify(project: Project, options: PytorchOptions): Promise<Verified | string> {
  const { path, module } = options;
  const problem = unusable(project, path);
  if (problem !== undefined) return problem;
  const trial = project.service.trial(path, module, options.inputs);
  if (typeof trial === 'string') return trial;
  const linesOf = linesIn(project.service);
  const watched = decidable(trial)
    .filter(({ place }) => place.at.file === path)
    .map(({ place }) => linesOf(place));
  const observed = await askPytorch<Observed>(project, { ...options, trial, rest: { watched } });
  if (typeof observed === 'string') return observed;
  const verified = verification(trial, observed, linesOf);
  const elsewhere = errorsElsewhere(project, path, module, trial);
  return {
    verification: verified,
    elsewhere,
    records: recordRefutations(project, path, verified, linesOf, options.inputs),
  };
}

function errorsElsewhere({ service }: Project, path: string, module: string, trial: Trial): readonly Finding[] {
  const span = service.modules(path).find(({ name }) => name === module)?.span;
  const same = (a: Finding, b: Finding): boolean => a.id === b.id && spanOf(a.place).start === spanOf(b.place).start;
  return (service.findings(path) ?? []).filter((finding) => {
    const { start, end } = spanOf(finding.place);
    const inside = span !== undefined && span.start <= start && end <= span.end;
    return inside && finding.severity === 'error' && !trial.flow.findings.some((found) => same(found, finding));
  });
}

const linesIn =
  (service: Service): LinesOf =>
  (place: Place) => {
    const text = place.at.base < 0 ? undefined : service.text(place.at.file);
    if (text === undefined) return undefined;
    const lines = new LineIndex(text);
    const { start, end } = spanOf(place);
    return [lines.position(start).line + 1, lines.position(end).line + 1];
  };

// ---- refutations

/** Writes down each refutation, ready to be reported; answers with the paths, relative to the workspace folder. */
function recordRefutations(
  { root }: Project,
  path: string,
  verified: Verification,
  linesOf: LinesOf,
  inputs: string,
): readonly string[] {
  const refuted = verified.judged.filter(({ verdict }) => verdict === 'refuted');
  if (root === '' || refuted.length === 0) return [];
  try {
    const data = child(root, '.tensorwright');
    mkdirSync(child(data, 'refuted'), { recursive: true });
    if (!existsSync(child(data, '.gitignore'))) writeFileSync(child(data, '.gitignore'), '*\n');
    return refuted.map((judged) => {
      const name = `refuted/${verified.trial.flow.name}-${judged.finding.id}-line-${linesOf(judged.finding.place)?.[0] ?? 0}.md`;
      writeFileSync(child(data, name), reproduction(judged, path, verified, linesOf, inputs));
      return `.tensorwright/${name}`;
    });
  } catch {
    // A folder that can't be written to costs the record, not the answer.
    return [];
  }
}

function reproduction(
  { finding }: Judged,
  path: string,
  { trial, observed }: Verification,
  linesOf: LinesOf,
  inputs: string,
): string {
  const source = readSource(path);
  const given = trial.inputs.map(({ name, sizes, dtype }) => `${name}: (${sizes.join(', ')}) ${dtype ?? 'float32'}`);
  const guessed = Object.entries(trial.guesses).map(([name, text]) => `${name}=${text}`);
  return [
    `# ${finding.id}: refuted by PyTorch ${observed.torch ?? ''}`,
    '',
    `Line ${linesOf(finding.place)?.[0] ?? '?'} has the finding \`${finding.id}\`: ${finding.message}`,
    `PyTorch runs that line without an error.`,
    '',
    `- module: ${trial.flow.name}`,
    `- inputs: ${given.join('; ') || 'none'}`,
    `- arguments: ${[...guessed, inputs].filter((each) => each !== '').join(', ') || 'defaults'}`,
    '',
    '```python',
    ('text' in source ? source.text : '').trimEnd(),
    '```',
    '',
  ].join('\n');
}
