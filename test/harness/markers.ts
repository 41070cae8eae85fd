/**
 * Markers of fixtures: comments under a line of code that say what the checker must find there.
 *
 *     y = fc(x)
 *     #   ^^^^^ error[matmul-inner-dim-mismatch]: mat1 and mat2 shapes cannot be multiplied (4x512 and 768x10)
 *     #      ^ note: 512 is the last size of x
 *     #   ^^^^^ fix: Set in_features to 512
 *
 * Carets stand under the exact range in the nearest line of code above. `#<^^` starts at the column of the `#`, for
 * code at the margin. `^^^+2:5` ends in column 5 of the second line of code below. A line end in a text is written \n.
 */

export const severities = ['error', 'warning', 'information', 'hint'] as const;
const kinds = [...severities, 'note', 'fix', 'shape'] as const;
export type MarkerKind = (typeof kinds)[number];

/** Lines count from 0 in the code without markers, columns in UTF-16 code units. */
export interface Marker {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly kind: MarkerKind;
  /** Of a finding. */
  readonly id?: string | undefined;
  readonly text: string;
}

export interface Marked {
  /** The text without its marker lines. */
  readonly code: string;
  readonly markers: readonly Marker[];
}

const FORM = new RegExp(
  String.raw`^(?<before>\s*#)(?:(?<margin><)|(?<gap>\s*)(?=\^))(?<carets>\^*)(?:\+(?<down>\d+):(?<to>\d+))?\s+` +
    String.raw`(?<kind>${kinds.join('|')})(?:\[(?<id>[\w-]+)\])?:(?: (?<text>.*))?$`,
);

/** Splits a fixture into its code and its markers. */
export function readMarkers(text: string): Marked {
  const code: string[] = [];
  const markers: Marker[] = [];
  for (const line of text.split('\n')) {
    const groups = FORM.exec(line)?.groups;
    if (groups === undefined || code.length === 0) code.push(line);
    else markers.push(markerOf(groups, code.length - 1));
  }
  return { code: code.join('\n'), markers };
}

/** The line in the fixture's text of each line of its code. */
export function codeLines(text: string): number[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => (at > 0 && FORM.test(line) ? [] : [at]));
}

function markerOf(groups: Record<string, string | undefined>, line: number): Marker {
  const { before = '', margin, gap = '', carets = '', down, to, kind = '', id, text = '' } = groups;
  const hash = before.length - 1;
  const column = margin === undefined ? before.length + gap.length : hash;
  return {
    line,
    column,
    endLine: line + Number(down ?? 0),
    endColumn: to === undefined ? (margin === undefined ? column : column + 2) + carets.length : Number(to),
    kind: kind as MarkerKind,
    id,
    text: text.replaceAll('\\n', '\n'),
  };
}

/** Puts markers under the lines of code they belong to, in one fixed order. */
export function writeMarkers({ code, markers }: Marked): string {
  const lines = code.split('\n');
  return lines
    .flatMap((line, at) => {
      const here = markers.filter((marker) => marker.line === at).sort(inOrder);
      return [line, ...new Set(here.map((marker) => markerLine(marker, line)))];
    })
    .join('\n');
}

const rank = (marker: Marker): number => kinds.indexOf(marker.kind);
const inOrder = (a: Marker, b: Marker): number =>
  rank(a) - rank(b) || a.column - b.column || a.endColumn - b.endColumn || (a.text < b.text ? -1 : 1);

function markerLine(marker: Marker, code: string): string {
  const indent = /^\s*/.exec(code)?.[0] ?? '';
  const last = marker.endLine === marker.line ? marker.endColumn : code.length;
  const width = Math.max(1, last - marker.column);
  const end = marker.endLine === marker.line ? '' : `+${marker.endLine - marker.line}:${marker.endColumn}`;
  const said = `${marker.kind}${marker.id === undefined ? '' : `[${marker.id}]`}: ${marker.text.replaceAll('\n', '\\n')}`;
  if (marker.column === 0) {
    // The `#<` covers two columns; a range of one says where it ends.
    const carets = '^'.repeat(Math.max(0, width - 2));
    return `#<${carets}${width < 2 && end === '' ? `+0:${marker.endColumn}` : end} ${said}`.trimEnd();
  }
  const before = marker.column > indent.length ? `${indent}#` : '#';
  return `${before.padEnd(marker.column)}${'^'.repeat(width)}${end} ${said}`.trimEnd();
}
