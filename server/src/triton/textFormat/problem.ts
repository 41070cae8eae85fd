/** What is wrong with a text: the server's sentence and where it belongs. */
import type { Span } from '../../core/text/place';

export interface TextProblem {
  /** The server's sentence, without line and column. */
  readonly message: string;
  /** Where the mistake is. */
  readonly span: Span;
  /** Where the server says that it is: 0-based, bytes, tabs widened. */
  readonly line: number;
  readonly column: number;
  readonly kind: ProblemKind;
  /** What it is about: an unknown field or value. */
  readonly about?: { readonly written: string; readonly known: readonly string[] };
  /** The place that was there first, of a repeated field. */
  readonly earlier?: Span | undefined;
}

/** `token` and `structure` are about brackets and signs, the others about one field. */
export type ProblemKind = 'token' | 'structure' | 'field' | 'value' | 'repeated' | 'template';

/** What a problem may tell beside its sentence. */
export type Noted = Pick<TextProblem, 'about' | 'earlier'>;
