/**
 * How far the checker knows what PyTorch's own tests ask, entry by entry. `coverage.json` keeps the counts of the last
 * run that was taken over: docs/coverage.md is written from it, and a later run must not be worse.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from './cases';

export const FILE = join('test', 'oracle', 'coverage.json');

/** Counts of calls. */
export interface Counts {
  /** Run in PyTorch and give tensors of a size that doesn't depend on values. */
  valid: number;
  /** Those whose shapes and types the checker knows in full. */
  known: number;
  /** Run, with sizes that depend on values. */
  dependent: number;
  /** Error samples that raise, and those that the checker says so of. */
  errors: number;
  errorsFound: number;
  /** Samples with a change that raise, and those that the checker says so of. */
  changed: number;
  changedFound: number;
  /** Errors where PyTorch raises nothing. */
  falseErrors: number;
  /** A shape or type that is not PyTorch's. */
  wrongShapes: number;
  /** A shape where PyTorch raises. */
  missed: number;
  /** An error in other words than PyTorch's. */
  otherWords: number;
}

export interface Entry extends Counts {
  /** What the entry tests, by full name. */
  readonly names: readonly string[];
}

export interface Coverage {
  readonly torch: string;
  readonly seed: string;
  readonly entries: Readonly<Record<string, Entry>>;
}

const nothing: Counts = {
  valid: 0,
  known: 0,
  dependent: 0,
  errors: 0,
  errorsFound: 0,
  changed: 0,
  changedFound: 0,
  falseErrors: 0,
  wrongShapes: 0,
  missed: 0,
  otherWords: 0,
};
const kindsOfWrong = ['falseErrors', 'wrongShapes', 'missed', 'otherWords'] as const;

export const wrongOf = (counts: Counts): number => kindsOfWrong.reduce((sum, kind) => sum + counts[kind], 0);

export function countsOf(verdicts: readonly Verdict[]): Counts {
  const counts = { ...nothing };
  for (const verdict of verdicts) {
    const { call, said, disagreement } = verdict;
    if (disagreement !== undefined) counts[kindOfWrong(disagreement)]++;
    if (call.truth.kind === 'raises') {
      const [all, found] =
        call.origin === 'changed' ? (['changed', 'changedFound'] as const) : (['errors', 'errorsFound'] as const);
      counts[all]++;
      if (said === 'error') counts[found]++;
    } else if (call.results.some(({ shape }) => shape === null || shape.includes(null))) counts.dependent++;
    else if (call.results.length > 0) {
      counts.valid++;
      if (said === 'shape' && disagreement === undefined) counts.known++;
    }
  }
  return counts;
}

function kindOfWrong(disagreement: string): (typeof kindsOfWrong)[number] {
  if (disagreement.startsWith('false error')) return 'falseErrors';
  if (disagreement.startsWith('missed')) return 'missed';
  return disagreement.startsWith('other words') ? 'otherWords' : 'wrongShapes';
}

/** In what a run is worse than the one before, in words. */
export function worse(before: Counts, now: Counts): string[] {
  const more = kindsOfWrong.filter((kind) => now[kind] > before[kind]);
  const less = (['known', 'errorsFound', 'changedFound'] as const).filter((kind) => now[kind] < before[kind]);
  return [...more, ...less].map((kind) => `${kind}: ${now[kind]} instead of ${before[kind]}`);
}

export const readCoverage = (): Coverage => JSON.parse(readFileSync(FILE, 'utf8')) as Coverage;

/** One line an entry, so that a change shows what it moved. */
export function writeCoverage({ torch, seed, entries }: Coverage): void {
  const lines = Object.entries(entries).map(([name, entry]) => `    ${JSON.stringify(name)}: ${JSON.stringify(entry)}`);
  const head = `  "torch": ${JSON.stringify(torch)},\n  "seed": ${JSON.stringify(seed)},\n`;
  writeFileSync(FILE, `{\n${head}  "entries": {\n${lines.join(',\n')}\n  }\n}\n`);
}

export const total = (all: Iterable<Counts>): Counts => {
  const sum = { ...nothing };
  for (const counts of all) for (const key of Object.keys(nothing) as (keyof Counts)[]) sum[key] += counts[key];
  return sum;
};
