/** The forms that findings are written in. */
import type { LineIndex } from '../../../server/src/core/text/lines';
import type { RuleText } from '../../../server/src/core/infer/operator';
import type { Colours } from '../colours';
import type { Report } from '../report';
import { github } from './github';
import { json } from './json';
import { sarif } from './sarif';
import { text } from './text';

export interface FormatContext {
  /** Paths inside it are written relative to it, where the form wants that. */
  readonly cwd: string;
  readonly colours: Colours;
  /** Width of a line for a person; Infinity where nobody looks. */
  readonly columns: number;
  readonly version: string;
  readonly rules: readonly RuleText[];
  /** What was asked to be checked, as written. */
  readonly asked: readonly string[];
  linesOf(file: string): LineIndex | undefined;
}

/** The whole text of a report, with its last newline. */
export type Format = (report: Report, context: FormatContext) => string;

export const formats = { text, json, sarif, github } satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

export const formatNames = Object.keys(formats) as readonly FormatName[];
