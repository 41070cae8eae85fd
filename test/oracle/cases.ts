/** Checks the calls of random_calls.py and database.py with the checker and compares its answers with what PyTorch did. */
import { LineIndex } from '../../server/src/core/text/lines';
import { spanOf } from '../../server/src/core/text/place';
import type { Finding } from '../../server/src/core/finding';
import { checkerOf } from '../harness/checker';
import { sameOnAnyProcessor, shapesAgree, type Observed } from './agreement';

/** One line of the scripts' output. */
export interface Case {
  readonly name: string;
  readonly case: number;
  readonly lines: readonly string[];
  readonly note: string;
  /** Of calls from PyTorch's tests: where in them it stands, or that it is a sample with a change. */
  readonly origin?: 'sample' | 'error sample' | 'changed';
  readonly truth:
    | { readonly kind: 'value'; readonly value: unknown }
    | { readonly kind: 'varies'; readonly outcomes: readonly Record<string, unknown>[] }
    | { readonly kind: 'raises'; readonly type: string; readonly messages: readonly string[] };
  /** What the tensors among the variables are; null sizes depend on values. */
  readonly results: readonly (Observed & { readonly variable: string })[];
}

export interface Verdict {
  readonly call: Case;
  /** What the checker said: that it fails, a full shape of every result, a part of them, or nothing. */
  readonly said: 'error' | 'shape' | 'part' | 'nothing';
  /** Why both can't be right; undefined where they can. */
  readonly disagreement?: string | undefined;
}

/** Calls that are checked as one file: few enough for what the checker spends on the functions of one file. */
const A_FILE = 25;

/** Answers for all calls, in their order. */
export async function check(calls: readonly Case[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (let at = 0; at < calls.length; at += A_FILE) verdicts.push(...(await checkFile(calls.slice(at, at + A_FILE))));
  return verdicts;
}

async function checkFile(calls: readonly Case[]): Promise<Verdict[]> {
  const path = '/calls.py';
  const firstLines: number[] = [];
  const written = ['import torch', 'import einops', 'import einops.layers.torch'];
  for (const [i, { lines }] of calls.entries()) {
    written.push(`def case_${i}():`);
    firstLines.push(written.length);
    written.push(...lines.map((line) => `    ${line}`));
  }
  const text = written.join('\n');
  const index = new LineIndex(text);
  const service = await checkerOf({ [path]: text });
  const findings = groupBy(service.findings(path) ?? [], (finding) => index.lineAt(spanOf(finding.place).start));
  const shapes = groupBy(service.shapes(path), (entry) => index.lineAt(entry.span.start));
  return calls.map((call, i) => {
    const first = firstLines[i] ?? 0;
    const own = call.lines.flatMap((_, line) => findings.get(first + line) ?? []);
    /** The shape of `variable` where the last line binds it. */
    const shapeOf = (variable: string): (Observed & { shown: string }) | undefined => {
      const line = call.lines.findLastIndex((source) => source.startsWith(`${variable} = `));
      const start = index.lineStart(first + line) + 4;
      const entries = shapes.get(first + line) ?? [];
      const valueStart = start + variable.length + 3;
      const entry =
        entries.find(({ span }) => span.start === start && span.end === start + variable.length) ??
        entries.find(({ span }) => span.start === valueStart && span.end === index.lineEnd(first + line));
      return entry && { shown: entry.shape, shape: null, dtype: entry.dtype ?? null };
    };
    return compare(call, own, shapeOf);
  });
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/**
 * Whether PyTorch refuses the numbers that the program draws, as the finding says; with zeros in their place, which the
 * oracle tries too, it may run. Which of several bad indices is named is chance.
 */
function refusesAsWritten(outcomes: readonly Record<string, unknown>[], { id, message }: Finding): boolean {
  const own = outcomes[0]?.['message'];
  const anyIndex = (text: string): string => text.replace(/\b([Ii]ndex|[Tt]arget) -?\d+/g, '$1 ?');
  return id === 'index-out-of-range' && typeof own === 'string' && anyIndex(own) === anyIndex(message);
}

function compare(
  call: Case,
  findings: readonly Finding[],
  shapeOf: (variable: string) => (Observed & { shown: string }) | undefined,
): Verdict {
  const error = findings.find((finding) => finding.severity === 'error');
  const { truth } = call;
  if (error !== undefined) {
    const verdict = { call, said: 'error' as const };
    if (truth.kind === 'varies' && refusesAsWritten(truth.outcomes, error)) return verdict;
    if (truth.kind !== 'raises') return { ...verdict, disagreement: `false error[${error.id}]: ${error.message}` };
    if (truth.messages.some((message) => sameOnAnyProcessor(error.message, message))) return verdict;
    return {
      ...verdict,
      disagreement: `other words: error[${error.id}]: ${error.message}\n  PyTorch says: ${truth.messages[0]}`,
    };
  }
  if (truth.kind === 'raises') {
    const known = shapeOf('y');
    const full = known !== undefined && /^\([\d, ]*\)$/.test(known.shown);
    if (!full) return { call, said: known === undefined ? 'nothing' : 'part' };
    return {
      call,
      said: 'shape',
      disagreement: `missed: shape ${known.shown}, but PyTorch raises ${truth.type}: ${truth.messages[0]}`,
    };
  }
  let said: Verdict['said'] = call.results.length === 0 ? 'nothing' : 'shape';
  for (const real of call.results) {
    const known = shapeOf(real.variable);
    if (known === undefined) {
      said = said === 'shape' ? 'nothing' : said;
      continue;
    }
    const agreement = shapesAgree(known.shown, real.shape);
    if (agreement === 'no')
      return { call, said, disagreement: `${real.variable}: shape ${known.shown}, is ${JSON.stringify(real.shape)}` };
    if (known.dtype !== null && real.dtype !== null && known.dtype !== real.dtype)
      return { call, said, disagreement: `${real.variable}: dtype ${known.dtype}, is ${real.dtype}` };
    if (agreement === 'open' || known.dtype === null) said = 'part';
  }
  return { call, said };
}
