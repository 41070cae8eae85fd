/** `tensorwright outcomes MODEL [FILE]`: what became of answers, for the versions that are compared. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { findFront } from '../../../runtime-bridge/node/inference/frontProcess';
import { modelNamed } from '../deploy/common';
import { type Io, UsageError } from '../io';
import type { Verb } from '.';

interface OutcomesOptions {
  readonly stateDir: string;
}

/** Outcomes of a request. */
const atOnce = 1_000;

const examples = `
Examples:
  $ tensorwright outcomes cnn clicks.jsonl
  $ echo '{"name": "clicked", "value": 1, "unit": "user-7"}' | tensorwright outcomes cnn

One outcome a line. "unit" is what the requests named their user; "version" (x-model-version of the answer) may stand in
its place or beside it, "experiment" (x-experiment) keeps outcomes of an earlier one out. Tell failures too, as 0.
Programs send the same to the front: POST /v2/models/MODEL/outcomes, one object or a list.
Exit code: 0 they were taken, 2 refused.`;

export const outcomes: Verb = (program, io, finish) => {
  program
    .command('outcomes')
    .summary('tell what became of answers, for an A/B test or an outcome gate')
    .description(
      'Reads outcomes, one JSON object a line, from a file or the standard input, and gives them to the front.',
    )
    .argument('<model>', 'name of the model')
    .argument('[file]', 'file of outcomes; the standard input where it is left out')
    .option('--state-dir <dir>', 'folder with the logs of deployments', '.tensorwright')
    .addHelpText('after', examples)
    .action(async (model: string, file: string | undefined, options: OutcomesOptions) => {
      const front = await findFront(resolve(io.cwd, options.stateDir));
      if (front === undefined) throw new UsageError('no front runs for this folder; deploy a version first');
      const lines = linesOf(file, io);
      const sums = { taken: 0, late: 0 };
      for (let at = 0; at < lines.length; at += atOnce) {
        const { taken, late } = await send(front.endpoint, modelNamed(model), lines.slice(at, at + atOnce), at);
        sums.taken += taken;
        sums.late += late;
      }
      const late =
        sums.late === 0 ? '' : `, ${sums.late} not counted: of another experiment, or of nobody who is split now`;
      io.out.write(`${sums.taken} taken${late}\n`);
      finish(0);
    });
};

/** The text of each line that is not empty. */
function linesOf(file: string | undefined, io: Io): readonly string[] {
  try {
    const text = readFileSync(file === undefined ? 0 : resolve(io.cwd, file), 'utf8');
    return text.split('\n').filter((line) => line.trim() !== '');
  } catch (error) {
    throw new UsageError(
      `${file ?? 'the standard input'} can't be read: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

async function send(
  endpoint: string,
  model: string,
  lines: readonly string[],
  before: number,
): Promise<{ readonly taken: number; readonly late: number }> {
  lines.forEach((line, i) => {
    try {
      JSON.parse(line);
    } catch {
      throw new UsageError(`line ${before + i + 1} is no JSON: ${line.slice(0, 80)}`);
    }
  });
  const answer = await fetch(`${endpoint}/v2/models/${encodeURIComponent(model)}/outcomes`, {
    method: 'POST',
    body: `[${lines.join(',')}]`,
  }).catch((error: unknown) => {
    throw new UsageError(`the front does not answer: ${error instanceof Error ? error.message : String(error)}`);
  });
  const content = (await answer.json()) as { taken: number; late: number; error?: string };
  if (!answer.ok)
    throw new UsageError(
      `${content.error ?? `the front answers ${answer.status}`}${before > 0 ? `; ${before} before were taken` : ''}`,
    );
  return content;
}
