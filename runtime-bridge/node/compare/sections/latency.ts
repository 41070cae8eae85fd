/** How fast both versions are on this machine, and how much memory they take. */
import type { CompareChange } from '../../../../protocol/src/compare';
import { InputProblem } from '../../inference/local/inputs';
import { measure, type Measured, type Round } from '../running/measure';
import { NotRun } from '../running/pair';
import { type Ratio, ratioOf } from '../running/rounds';
import { section, type Section, unknown } from '../section';
import { NotComparable } from '../sides';

const title = 'Latency and memory';

export const latency: Section = async (comparison) => {
  const { before, after, running } = comparison;
  if (running === undefined || running.seconds === 0 || (!before.onnx && !after.onnx)) return undefined;
  if (!before.onnx || !after.onnx)
    return unknown('latency', title, 'Only one side is an ONNX model; only those are run side by side.');
  try {
    return told(await measure(comparison, running));
  } catch (error) {
    if (error instanceof InputProblem) throw new NotComparable(error.message);
    if (error instanceof NotRun) return unknown('latency', title, `The two were not run: ${error.message}.`);
    throw error;
  }
};

interface Quantity {
  readonly name: string;
  readonly of: keyof Measured;
  readonly unit: string;
  readonly scale: number;
  readonly words: readonly [more: string, less: string];
}

const quantities: readonly Quantity[] = [
  { name: 'p50 of a run', of: 'p50', unit: 'ms', scale: 1, words: ['slower', 'faster'] },
  { name: 'p95 of a run', of: 'p95', unit: 'ms', scale: 1, words: ['slower', 'faster'] },
  { name: 'memory after loading', of: 'resident', unit: 'MiB', scale: 2 ** 20, words: ['more', 'less'] },
];

/** Runs of a round from which its 95th percentile is more than its longest run. */
const leastForP95 = 20;

function told(rounds: readonly Round[]): ReturnType<typeof section> {
  const runs = Math.min(...rounds.map((round) => round.runs));
  const found = quantities.flatMap((quantity): readonly Found[] => {
    const values = rounds.map(({ before, after }) => ({ before: before[quantity.of], after: after[quantity.of] }));
    const isKnown = values.every(({ before, after }) => before > 0 && after > 0);
    const ratio = isKnown && (quantity.of !== 'p95' || runs >= leastForP95) ? ratioOf(values) : undefined;
    return ratio === undefined ? [] : [{ quantity, ratio }];
  });
  const all = rounds.reduce((sum, round) => sum + round.runs, 0);
  const unsettled = found.filter(({ ratio }) => !isShown(ratio));
  const none = unsettled.map((each) => `${each.quantity.name} ${figures(each)}, ${interval(each)}`).join('; ');
  return section({
    id: 'latency',
    title,
    without: 'undecided',
    summary: `${rounds.length} rounds of new processes with one thread on this machine, ${all} runs of each in turns.${
      none === '' ? '' : ` No difference shown: ${none}.`
    }`,
    changes: found.filter(({ ratio }) => isShown(ratio)).map(changeOf),
    figures: figuresOf(found, all),
  });
}

interface Found {
  readonly quantity: Quantity;
  readonly ratio: Ratio;
}

const isShown = ({ lower, upper }: Ratio): boolean => lower > 1 || upper < 1;

function changeOf({ quantity, ratio }: Found): CompareChange {
  const { before, after } = ratio;
  const { scale, unit } = quantity;
  return {
    kind: 'changed',
    subject: quantity.name,
    risk: ratio.lower > 1 ? 'medium' : 'low',
    differences: [{ what: '', before: `${brief(before / scale)} ${unit}`, after: `${brief(after / scale)} ${unit}` }],
    reason: `It is ${interval({ quantity, ratio })} (95 % confidence).`,
  };
}

const figures = ({ quantity: { scale, unit }, ratio }: Found): string =>
  `${brief(ratio.before / scale)} → ${brief(ratio.after / scale)} ${unit}`;

/** `2 % faster to 7 % slower`, `3 % to 7 % slower`. */
function interval({ quantity: { words }, ratio: { lower, upper } }: Found): string {
  const [more, less] = words;
  const share = (factor: number): string => `${brief(100 * Math.abs(factor - 1), 2)} %`;
  if (lower > 1) return `${share(lower)} to ${share(upper)} ${more}`;
  if (upper < 1) return `${share(upper)} to ${share(lower)} ${less}`;
  return `between ${share(lower)} ${less} and ${share(upper)} ${more}`;
}

function figuresOf(found: readonly Found[], runs: number): Readonly<Record<string, number>> {
  const entries = found.flatMap(({ quantity: { of }, ratio }): [string, number][] => [
    [`${of}Before`, ratio.before],
    [`${of}After`, ratio.after],
    [`${of}RatioLower`, ratio.lower],
    [`${of}RatioUpper`, ratio.upper],
  ]);
  // What is certain of both times: the factor that a gate is about.
  const slower = found.flatMap(({ quantity: { of }, ratio }) => (of === 'resident' ? [] : [ratio.lower]));
  return { runs, ...(slower.length > 0 && { slower: Math.max(...slower) }), ...Object.fromEntries(entries) };
}

const brief = (value: number, digits = 3): string => String(Number(value.toPrecision(digits)));
