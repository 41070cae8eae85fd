/** What real PyTorch says of a trial, held beside what the checker says. */
import type { Finding } from '../core/finding';
import type { Place } from '../core/text/place';
import type { FlowRow } from './flow';
import type { Trial } from './trial';

/** What `observe.py` answers. */
export interface Observed {
  /** How far it came: `done`, or what it was at when it raised. */
  readonly stage: 'torch' | 'import' | 'build' | 'call' | 'done';
  readonly torch?: string;
  readonly device?: 'cpu' | 'meta';
  readonly parameters?: number;
  readonly output?: string;
  readonly calls: readonly {
    readonly name: string;
    readonly type: string;
    readonly inputs: readonly string[];
    /** Null where the call raised. */
    readonly output: string | null;
  }[];
  /** Lines that were asked about and reached, 1-based. */
  readonly reached?: readonly number[];
  readonly error?: {
    readonly type: string;
    readonly message: string;
    /** Lines of the file on the way to the error, innermost first, 1-based. */
    readonly lines: readonly number[];
    /** `functional.py:2905`. */
    readonly place: string;
  };
}

/** `confirmed`: raised there; `refuted`: the line runs; `reworded`: raised there in other words; `unreached`: it never came to it. */
export type Verdict = 'confirmed' | 'refuted' | 'reworded' | 'unreached';

export interface Judged {
  readonly finding: Finding;
  readonly verdict: Verdict;
}

export interface Difference {
  readonly name: string;
  readonly type: string;
  readonly found: string;
  readonly real: string;
  readonly call: Place | undefined;
}

export interface Verification {
  readonly trial: Trial;
  readonly observed: Observed;
  readonly judged: readonly Judged[];
  readonly differences: readonly Difference[];
  /** Calls whose shapes are the same on both sides. */
  readonly same: number;
  /** Calls of which the checker knows less than happened. */
  readonly vaguer: number;
  /** Whether PyTorch raises where the checker finds nothing. */
  readonly missed: boolean;
}

/** First and last line of a place, 1-based; undefined where its text is gone. */
export type LinesOf = (place: Place) => readonly [number, number] | undefined;

/** The findings that PyTorch can decide: those that say that it raises. */
export const decidable = ({ flow }: Trial): readonly Finding[] =>
  flow.findings.filter(({ severity }) => severity === 'error');

export function verification(trial: Trial, observed: Observed, linesOf: LinesOf): Verification {
  const judged = decidable(trial).map((finding) => ({ finding, verdict: judge(finding, observed, linesOf) }));
  const explained = judged.some(({ verdict }) => verdict === 'confirmed' || verdict === 'reworded');
  const raised = observed.error !== undefined && (observed.stage === 'build' || observed.stage === 'call');
  return { trial, observed, judged, ...compared(trial, observed), missed: raised && !explained };
}

function judge(finding: Finding, { error, reached, stage }: Observed, linesOf: LinesOf): Verdict {
  const lines = linesOf(finding.place);
  if (lines === undefined) return 'unreached';
  const [first, last] = lines;
  const within = (line: number): boolean => first <= line && line <= last;
  if (error?.lines.some(within) === true) return error.message.includes(finding.message) ? 'confirmed' : 'reworded';
  if (stage !== 'done' && stage !== 'call') return 'unreached';
  return reached?.some(within) === true ? 'refuted' : 'unreached';
}

type Compared = Pick<Verification, 'differences' | 'same' | 'vaguer'>;

/** Holds the calls of each module beside each other, in their order. */
function compared({ flow }: Trial, observed: Observed): Compared {
  const found = new Map<string, FlowRow[]>();
  for (const row of flow.rows) if (row.name !== '') found.set(row.name, [...(found.get(row.name) ?? []), row]);
  const differences: Difference[] = [];
  let [same, vaguer] = [0, 0];
  for (const call of observed.calls) {
    if (call.output === null) continue;
    const row = found.get(call.name)?.shift();
    const real = `${call.inputs.join(', ')} -> ${call.output}`;
    const text = row === undefined ? undefined : `${row.inputs.join(', ')} -> ${row.output}`;
    if (text === real) same += 1;
    else if (text === undefined || isVague(text)) vaguer += 1;
    else differences.push({ name: call.name, type: call.type, found: text, real, call: row?.call });
  }
  return { differences, same, vaguer };
}

/** Whether a shape has something open in it: a name, a stretch, nothing at all. */
const isVague = (text: string): boolean => /[a-z?*]/i.test(text);

/** Whether the checker was right in all that could be compared. */
export const isRight = ({ differences, missed, judged, trial, observed }: Verification): boolean =>
  differences.length === 0 &&
  !missed &&
  judged.every(({ verdict }: Judged) => verdict !== 'refuted') &&
  (observed.parameters === undefined ||
    trial.flow.parameters.number === undefined ||
    trial.flow.parameters.number === observed.parameters ||
    (trial.flow.parameters.open && trial.flow.parameters.number < observed.parameters));
