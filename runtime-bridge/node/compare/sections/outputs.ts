/** What both versions answer to the same inputs. */
import type { ChangeRisk, CompareChange, CompareDifference } from '../../../../protocol/src/compare';
import type { WireTensor } from '../../inference/frames';
import { InputProblem } from '../../inference/local/inputs';
import type { Signature } from '../../inference/signature';
import { type Difference, differenceOf, isClose, worstOf } from '../../inference/tensorDifference';
import { RunFailure } from '../../inference/workerProcess';
import { type Pair, NotRun, type Running, type RunOptions, type Sample, withBoth } from '../running/pair';
import { count, section, type Section, unknown } from '../section';
import { NotComparable } from '../sides';

const title = 'Outputs';

export const outputs: Section = async (comparison) => {
  const { before, after, running, onProgress, signal } = comparison;
  if (running === undefined || (!before.onnx && !after.onnx)) return undefined;
  if (!before.onnx || !after.onnx)
    return unknown('outputs', title, 'Only one side is an ONNX model; only those are run side by side.');
  try {
    return await withBoth(comparison, running, async (pair) => {
      const answers: Answered[] = [];
      for (const [i, sample] of pair.samples.entries()) {
        signal?.throwIfAborted();
        onProgress(`outputs of ${sample.name}`, i / pair.samples.length);
        answers.push(await answered(pair, sample));
      }
      return told(pair, answers, await waverings(pair, answers[0]), running);
    });
  } catch (error) {
    if (error instanceof InputProblem) throw new NotComparable(error.message);
    if (error instanceof NotRun) return unknown('outputs', title, `The two were not run: ${error.message}.`);
    throw error;
  }
};

/** Tensors, or why the runtime refused. */
type Answer = readonly WireTensor[] | string;

interface Answered {
  readonly sample: Sample;
  readonly before: Answer;
  readonly after: Answer;
}

async function answered({ before, after }: Pair, sample: Sample): Promise<Answered> {
  return { sample, before: await ask(before, sample.before), after: await ask(after, sample.after) };
}

async function ask({ name, worker }: Running, inputs: readonly WireTensor[]): Promise<Answer> {
  try {
    return (await worker.run(inputs, [])).tensors;
  } catch (error) {
    if (error instanceof RunFailure) return error.message;
    throw new NotRun(`${name} ended while it computed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The versions that answer the same input otherwise when they are asked again. */
async function waverings(pair: Pair, first: Answered | undefined): Promise<readonly string[]> {
  if (first === undefined) return [];
  const again = await answered(pair, first.sample);
  const differs = (once: Answer, twice: Answer): boolean =>
    typeof once !== 'string' &&
    typeof twice !== 'string' &&
    once.some((tensor, i) => differenceOf(tensor, twice[i]).maxAbsolute > 0);
  return [
    ...(differs(first.before, again.before) ? [pair.before.name] : []),
    ...(differs(first.after, again.after) ? [pair.after.name] : []),
  ];
}

/** An output of both, and how it differs for each input. */
interface OutputPair {
  readonly subject: string;
  readonly left: number;
  readonly right: number;
}

interface Case {
  readonly name: string;
  readonly difference: Difference;
}

function told(
  { before, after }: Pair,
  answers: readonly Answered[],
  wavering: readonly string[],
  running: RunOptions,
): ReturnType<typeof section> {
  const refusals = refusalsIn(answers, before.name, after.name);
  const both = answers.filter(({ before: one, after: other }) => typeof one !== 'string' && typeof other !== 'string');
  const [first] = answers;
  if (both.length === 0 && refusals.length === 0) {
    const why = typeof first?.before === 'string' ? first.before : 'there are no inputs';
    return unknown('outputs', title, `Both refuse every input: ${why}. Give inputs that fit (--input NAME=FILE).`);
  }
  const pairs = pairsOf(before.signature, after.signature);
  const cases = pairs.map((pair) => both.flatMap((each) => casesOf(pair, each)));
  const worst = cases.map((each) => worstOf(each.map(({ difference }) => difference)));
  const changes = pairs.flatMap(({ subject }, i) => changeOf(subject, cases[i] ?? [], worst[i]));
  return section({
    id: 'outputs',
    title,
    summary: [
      sentence(
        pairs.length,
        changes.length,
        asked(both.length, Math.max(...cases.map(({ length }) => length)), running),
        running,
      ),
      ...topOne(worst),
      ...wavering.map((name) => `${name} answers the same input otherwise the second time, so chance plays a part.`),
    ].join(' '),
    changes: [...refusals, ...changes],
    figures: figuresOf(worst, both.length),
  });
}

function refusalsIn(answers: readonly Answered[], before: string, after: string): readonly CompareChange[] {
  const refused = (side: 'before' | 'after', other: 'before' | 'after'): readonly Answered[] =>
    answers.filter((each) => typeof each[side] === 'string' && typeof each[other] !== 'string');
  const [lost, won] = [refused('after', 'before'), refused('before', 'after')];
  const change = (of: readonly Answered[], name: string, risk: ChangeRisk, why: string): CompareChange[] =>
    of.length === 0
      ? []
      : [
          {
            kind: 'changed',
            subject: 'refused inputs',
            risk,
            differences: [{ what: '', after: `${name} refuses ${of.length} of ${answers.length}` }],
            reason: `${of[0]?.sample.name ?? ''}: ${why}`,
          },
        ];
  const words = (answer: Answer | undefined): string => (typeof answer === 'string' ? answer : '');
  return [
    ...change(lost, after, 'breaking', words(lost[0]?.after)),
    ...change(won, before, 'low', words(won[0]?.before)),
  ];
}

/** By name; what is left on both sides by its place, since exporters make names up. */
function pairsOf(left: Signature, right: Signature): readonly OutputPair[] {
  const names = new Set(right.outputs.map(({ name }) => name));
  const known = new Set(left.outputs.map(({ name }) => name));
  const spare = right.outputs.flatMap(({ name }, place) => (known.has(name) ? [] : [place]));
  return left.outputs.flatMap(({ name }, place): readonly OutputPair[] => {
    const at = names.has(name) ? right.outputs.findIndex((each) => each.name === name) : spare.shift();
    if (at === undefined) return [];
    const other = right.outputs[at]?.name ?? '';
    return [{ subject: `output ${name === other ? name : `${name} → ${other}`}`, left: place, right: at }];
  });
}

/** One for each input: for each row, where all inputs and the output are batches of as many. */
function casesOf({ left, right }: OutputPair, { sample, before, after }: Answered): readonly Case[] {
  const at = (answer: Answer, index: number): WireTensor | undefined =>
    typeof answer === 'string' ? undefined : answer.find((tensor) => tensor.index === index);
  const [one, other] = [at(before, left), at(after, right)];
  if (one === undefined) return [];
  const rows = one.shape[0] ?? 1;
  const isBatch = rows > 1 && one.datatype.bytes > 0 && sample.before.every(({ shape }) => shape[0] === rows);
  if (!isBatch || other?.shape.join() !== one.shape.join())
    return [{ name: sample.name, difference: differenceOf(one, other) }];
  return Array.from({ length: rows }, (_, row) => ({
    name: `${sample.name}[${row}]`,
    difference: differenceOf(rowOf(one, row), rowOf(other, row)),
  }));
}

function rowOf(tensor: WireTensor, row: number): WireTensor {
  const [rows = 1, ...rest] = tensor.shape;
  const bytes = tensor.data.length / rows;
  return { ...tensor, shape: [1, ...rest], data: tensor.data.subarray(row * bytes, (row + 1) * bytes) };
}

function changeOf(subject: string, cases: readonly Case[], worst: Difference | undefined): readonly CompareChange[] {
  if (worst === undefined || (worst.sameShape && worst.maxAbsolute === 0)) return [];
  const changed = cases.filter(({ difference }) => !difference.sameShape || difference.maxAbsolute > 0);
  const most = changed.sort((a, b) => b.difference.maxAbsolute - a.difference.maxAbsolute).slice(0, shownCases);
  return [
    {
      kind: 'changed',
      subject,
      ...consequence(worst),
      differences: [
        ...figureRows(worst),
        { what: 'inputs that differ', after: `${changed.length} of ${cases.length}` },
        ...(cases.length > 1 ? [{ what: 'most for', after: most.map(({ name }) => name).join(', ') }] : []),
      ],
    },
  ];
}

const shownCases = 3;

function figureRows(worst: Difference): readonly CompareDifference[] {
  if (!worst.sameShape || !Number.isFinite(worst.maxAbsolute)) return [];
  const { maxAbsolute, largest, cosine, classes } = worst;
  return [
    {
      what: 'largest difference',
      after: `${brief(maxAbsolute)}${largest > 0 ? ` (${percent(relative(worst))} of ${brief(largest)})` : ''}`,
    },
    { what: 'lowest cosine', after: String(Number(cosine.toFixed(6))) },
    ...(classes === undefined
      ? []
      : [{ what: 'top-1 changed', after: `${classes.rows - classes.same} of ${classes.rows}` }]),
  ];
}

function consequence(worst: Difference): Pick<CompareChange, 'risk' | 'reason'> {
  const [left, right] = worst.nonFinite;
  if (!worst.sameShape) return { risk: 'high', reason: 'Its shape or its type is another one.' };
  if (right > left)
    return { risk: 'high', reason: `Values that are NaN or infinite: ${right}, where there were ${left}.` };
  if (left > 0 && !Number.isFinite(worst.maxAbsolute))
    return { risk: 'medium', reason: `Other values are NaN or infinite: ${right}, where there were ${left}.` };
  if (!Number.isFinite(worst.maxAbsolute)) return { risk: 'medium', reason: 'The texts differ.' };
  return isClose(worst)
    ? { risk: 'low', reason: 'It is under 0.1 % of the largest value, which rounding explains.' }
    : { risk: 'medium', reason: 'It is over 0.1 % of the largest value, more than rounding.' };
}

function sentence(pairs: number, changed: number, inputs: string, { files }: RunOptions): string {
  const said =
    changed === 0
      ? 'the same bit for bit'
      : changed < pairs
        ? `${changed} of them differ, the rest is the same bit for bit`
        : pairs === 1
          ? 'it differs'
          : 'all of them differ';
  const hint = files.size > 0 ? '' : ' How often real inputs get another answer only real ones tell (--input).';
  return `${count(pairs, 'output')} for ${inputs}: ${said}.${hint}`;
}

function asked(inputs: number, rows: number, { files, seed }: RunOptions): string {
  const what = files.size > 0 ? count(inputs, 'given input') : `${count(inputs, 'made-up input')} (seed ${seed})`;
  return rows > inputs ? `${count(rows, 'row')} of ${what}` : what;
}

/** What no change says of a share: n rows without one exclude, at 95 %, all shares above 1 - 0.05^(1/n). */
function topOne(worst: readonly Difference[]): readonly string[] {
  const classes = worst.flatMap((each) => (each.classes === undefined ? [] : [each.classes]));
  const [only] = classes;
  if (classes.length !== 1 || only === undefined || only.same !== only.rows) return [];
  const most = 1 - 0.05 ** (1 / only.rows);
  return [`No row changes its class; of rows like these at most ${percent(most)} do (95 % confidence).`];
}

function figuresOf(worst: readonly Difference[], inputs: number): Readonly<Record<string, number>> {
  const all = worstOf(worst);
  const finite = (value: number): number => Math.min(value, Number.MAX_VALUE);
  return {
    inputs,
    maxAbsolute: finite(all.maxAbsolute),
    relative: finite(Math.max(0, ...worst.map(relative))),
    cosine: all.cosine,
    nonFinite: all.nonFinite[1],
    ...(all.classes && { changedTop1: 1 - all.classes.same / all.classes.rows }),
  };
}

const relative = ({ maxAbsolute, largest }: Difference): number => (maxAbsolute === 0 ? 0 : maxAbsolute / largest);
const brief = (value: number): string => String(Number(value.toPrecision(3)));
const percent = (share: number): string => `${brief(100 * share)} %`;
