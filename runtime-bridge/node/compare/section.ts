/** What a section of the report is made from, and how its parts are put together. */
import type {
  ChangeRisk,
  CompareChange,
  CompareSection,
  SectionId,
  SectionVerdict,
} from '../../../protocol/src/compare';
import { type OnnxModel, readOnnxModel } from '../../../server/src/models/onnxGraph';
import type { RunOptions } from './running/pair';
import { type Side, NotComparable } from './sides';
import { FileBytes, Unreadable } from './weights/bytes';

/** Both sides, with what several sections read of them. */
export interface Comparison {
  readonly before: OpenSide;
  readonly after: OpenSide;
  readonly signal: AbortSignal | undefined;
  /** Absent where nothing is to be run. */
  readonly running: RunOptions | undefined;
  /** @param share 0 to 1 of what is being read */
  readonly onProgress: (what: string, share: number) => void;
  /** Names of weights before -> after, once the graphs have been compared. */
  weightNames: ReadonlyMap<string, string>;
}

export interface OpenSide extends Side {
  /** Undefined where the model is none of ONNX. */
  readonly onnx?: OnnxModel;
}

/** Undefined where neither side has what it is about. */
export type Section = (comparison: Comparison) => Promise<CompareSection | undefined> | CompareSection | undefined;

/** @throws NotComparable */
export function opened(side: Side): OpenSide {
  if (!side.model?.endsWith('.onnx')) return side;
  try {
    const onnx = FileBytes.with(side.model, readOnnxModel);
    if ('reason' in onnx) throw new NotComparable(`${side.name} can't be read as ONNX: ${onnx.reason}`);
    return { ...side, onnx };
  } catch (error) {
    if (error instanceof Unreadable) throw new NotComparable(`${side.name} ${error.message}`);
    throw error;
  }
}

const risks: readonly ChangeRisk[] = ['breaking', 'high', 'medium', 'low'];

interface Told {
  readonly id: SectionId;
  readonly title: string;
  readonly summary: string;
  readonly changes: readonly CompareChange[];
  readonly figures?: Readonly<Record<string, number>>;
  /** Of a section without changes; the same where it is left out. */
  readonly without?: SectionVerdict;
}

/** A section with its verdict; changes are sorted by risk. */
export function section({ changes, figures = {}, without = 'same', ...rest }: Told): CompareSection {
  const sorted = [...changes].sort((a, b) => risks.indexOf(a.risk) - risks.indexOf(b.risk));
  const verdict = sorted.length === 0 ? without : sorted[0]?.risk === 'breaking' ? 'breaking' : 'changed';
  return { ...rest, verdict, changes: sorted, figures: { changes: sorted.length, ...figures } };
}

export const unknown = (id: SectionId, title: string, summary: string): CompareSection => ({
  id,
  title,
  verdict: 'unknown',
  summary,
  changes: [],
  figures: {},
});

export const count = (n: number, noun: string): string => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
