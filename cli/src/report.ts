/** Findings as the command line writes them: plain data, the JSON contract of `check`. */
import type { Edit, Finding, Severity } from '../../server/src/core/finding';
import { LineIndex, type Position } from '../../server/src/core/text/lines';
import type { Place } from '../../server/src/core/text/place';
import { spanOf } from '../../server/src/core/text/place';
import type { Service } from '../../server/src/service';

/** Lines and UTF-16 characters are 0-based. */
export interface ReportedRange {
  readonly start: Position;
  readonly end: Position;
}

export interface ReportedPlace {
  /** Absolute path. */
  readonly file: string;
  readonly range: ReportedRange;
}

export interface ReportedRelated extends ReportedPlace {
  readonly message: string;
}

export interface ReportedEdit extends ReportedPlace {
  readonly newText: string;
}

export interface ReportedFix {
  readonly title: string;
  readonly edits: readonly ReportedEdit[];
}

export interface ReportedFinding extends ReportedPlace {
  readonly severity: Severity;
  readonly id: string;
  readonly message: string;
  readonly related: readonly ReportedRelated[];
  readonly fixes: readonly ReportedFix[];
}

export interface Stats {
  readonly files: number;
  readonly lines: number;
  readonly millis: number;
}

export interface Report {
  readonly findings: readonly ReportedFinding[];
  readonly stats: Stats;
}

/** Turns places into lines and characters of the text that the service knows; one reporter sees one state of the files. */
export class Reporter {
  private readonly known = new Map<string, LineIndex | undefined>();

  constructor(private readonly service: Service) {}

  finding(finding: Finding): ReportedFinding | undefined {
    const place = this.place(finding.place);
    if (!place) return undefined;
    const { severity, id, message } = finding;
    const related = finding.related.flatMap((each): ReportedRelated[] => {
      const at = this.place(each.place);
      return at ? [{ ...at, message: each.message }] : [];
    });
    const fixes = finding.fixes.flatMap(({ title, edits }): ReportedFix[] => {
      const changes = edits.map((edit) => this.edit(edit)).filter((edit) => edit !== undefined);
      return changes.length === edits.length ? [{ title, edits: changes }] : [];
    });
    return { ...place, severity, id, message, related, fixes };
  }

  /** Undefined where the text can't be read any more. */
  range(file: string, span: { readonly start: number; readonly end: number }): ReportedRange | undefined {
    const lines = this.lines(file);
    return lines && { start: lines.position(span.start), end: lines.position(span.end) };
  }

  lines(file: string): LineIndex | undefined {
    if (this.known.has(file)) return this.known.get(file);
    const text = this.service.text(file);
    const lines = text === undefined ? undefined : new LineIndex(text);
    this.known.set(file, lines);
    return lines;
  }

  place(place: Place): ReportedPlace | undefined {
    const range = place.at.base < 0 ? undefined : this.range(place.at.file, spanOf(place));
    return range && { file: place.at.file, range };
  }

  private edit({ place, newText }: Edit): ReportedEdit | undefined {
    const at = this.place(place);
    return at && { ...at, newText };
  }
}

/** In the order that a person reads: by file, line and character. */
export function inReadingOrder(findings: readonly ReportedFinding[]): readonly ReportedFinding[] {
  return [...findings].sort(
    (a, b) =>
      compare(a.file, b.file) ||
      a.range.start.line - b.range.start.line ||
      a.range.start.character - b.range.start.character ||
      compare(a.id, b.id),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
