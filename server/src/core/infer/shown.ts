/** Shapes as people read them: hovers, hints, the table of `tensorwright shapes`. */
import type { Sym } from '../shape/dim';
import { showDim } from '../shape/dim';
import { dimsOf, showShape } from '../shape/shape';
import type * as tree from '../python/tree';
import { spanOf, type Span } from '../text/place';
import type { FileResult } from './entries';
import type { Recorded } from './report';

export interface Hover {
  readonly span: Span;
  readonly markdown: string;
}

/** An inlay hint, shown after `offset`. */
export interface Hint {
  readonly offset: number;
  readonly text: string;
}

/** The shape of one tensor-valued name, attribute or call. */
export interface ShapeEntry {
  readonly span: Span;
  readonly expression: string;
  /** "(B, 3, H//2, W)". */
  readonly shape: string;
  readonly dtype: string | undefined;
}

/** An expression whose value is not known, and why. */
export interface WhyEntry {
  readonly span: Span;
  readonly expression: string;
  readonly reason: string;
}

/** The shape of a recorded value, with what its path knew. */
function shapeTextOf(record: Recorded): string | undefined {
  const { value, facts } = record;
  if (value.kind !== 'tensor') return undefined;
  return showShape(facts.shape(value.shape), (s: Sym) => facts.nameOf(s));
}

/** What is known of a recorded value in one line; undefined where that is nothing. */
export function describe(record: Recorded): string | undefined {
  const { value, facts } = record;
  const nameOf = (s: Sym): string => facts.nameOf(s);
  switch (value.kind) {
    case 'tensor':
      return `Tensor ${shapeTextOf(record) ?? ''}${value.dtype === undefined ? '' : ` ${value.dtype}`}`;
    case 'int':
      return `int ${showDim(facts.dim(value.dim), nameOf)}`;
    case 'shape':
      return `torch.Size ${showShape(facts.shape(value.shape), nameOf)}`;
    default:
      return undefined;
  }
}

const keyOf = (span: Span): string => `${span.start} ${span.end}`;

/** Records by place; several where an expression had several values. */
function byPlace(result: FileResult): Map<string, { readonly span: Span; readonly records: Recorded[] }> {
  const places = new Map<string, { readonly span: Span; readonly records: Recorded[] }>();
  for (const record of result.recorded) {
    if (record.expression.at.base < 0) continue;
    const span = spanOf(record.expression);
    const key = keyOf(span);
    const place = places.get(key);
    if (place === undefined) places.set(key, { span, records: [record] });
    else place.records.push(record);
  }
  return places;
}

/** Different answers that are listed in one hover. */
const MAX_LISTED = 4;

export function hoverAt(result: FileResult, file: tree.PythonFile, text: string, offset: number): Hover | undefined {
  for (const [node, accepted] of result.accepts) {
    const start = node.at.base + node.nameStart;
    if (offset >= start && offset <= start + node.name.length && accepted !== '')
      return {
        span: { start, end: start + node.name.length },
        markdown: `**${node.name}** accepts\n\n\`\`\`text\n${accepted}\n\`\`\``,
      };
  }
  let best: { readonly span: Span; readonly records: Recorded[] } | undefined;
  for (const place of byPlace(result).values()) {
    const { span } = place;
    if (offset < span.start || offset > span.end) continue;
    if (best === undefined || span.end - span.start < best.span.end - best.span.start) best = place;
  }
  if (best === undefined || file.body.length === 0) return undefined;
  const lines = [...new Set(best.records.map(describe).filter((line) => line !== undefined))];
  if (lines.length === 0) return undefined;
  const expression = text.slice(best.span.start, best.span.end).replace(/\s+/g, ' ');
  const title = expression.length > 60 ? `${expression.slice(0, 57)}...` : expression;
  const shown = lines.slice(0, MAX_LISTED).map((line) => `${title}: ${line}`);
  const more = lines.length > MAX_LISTED ? [`... ${lines.length - MAX_LISTED} more`] : [];
  return { span: best.span, markdown: `\`\`\`text\n${[...shown, ...more].join('\n')}\n\`\`\`` };
}

/** Shapes of names where they are assigned. */
export function hintsOf(result: FileResult, within: Span): Hint[] {
  const hints: Hint[] = [];
  for (const { span, records } of byPlace(result).values()) {
    const first = records[0];
    if (first === undefined || span.end < within.start || span.start > within.end) continue;
    if (!records.some((record) => record.name === ASSIGNED)) continue;
    // The class itself speaks before the calls of it; in a loop a name may have several shapes.
    const shapes = new Set(records.filter((record) => record.entry === first.entry).map(shapeTextOf));
    const [only] = shapes;
    if (shapes.size === 1 && only !== undefined && only !== '(*)') hints.push({ offset: span.end, text: `: ${only}` });
  }
  return hints.sort((a, b) => a.offset - b.offset);
}

/** Marks records of assigned names. */
export const ASSIGNED = '=';

const ENTRY_KINDS = new Set(['name', 'attribute', 'call', 'subscript', 'binary', 'conditional']);

export function shapeTable(result: FileResult, text: string): ShapeEntry[] {
  const entries: ShapeEntry[] = [];
  for (const { span, records } of byPlace(result).values()) {
    const tensors = records.filter(
      (record) =>
        record.value.kind === 'tensor' && (!('kind' in record.expression) || ENTRY_KINDS.has(record.expression.kind)),
    );
    const chosen = mostPrecise(tensors);
    const shape = chosen && shapeTextOf(chosen);
    if (chosen?.value.kind !== 'tensor' || shape === undefined) continue;
    const written = 'kind' in chosen.expression ? text.slice(span.start, span.end) : chosen.expression.name;
    entries.push({ span, expression: written.replace(/\s+/g, ' '), shape, dtype: chosen.value.dtype });
  }
  return entries.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

/** The first record whose rank is known, or the first. */
const mostPrecise = (records: readonly Recorded[]): Recorded | undefined =>
  records.find(
    (record) => record.value.kind === 'tensor' && dimsOf(record.facts.shape(record.value.shape)) !== undefined,
  ) ?? records[0];

export function whyTable(result: FileResult, text: string): WhyEntry[] {
  const entries: WhyEntry[] = [];
  for (const { span, records } of byPlace(result).values()) {
    const first = records[0];
    if (first?.value.kind !== 'unknown' || records.some((record) => record.value.kind !== 'unknown')) continue;
    // Only where it became unknown: what follows from it has the same reason.
    const place = first.value.place;
    if (place !== undefined && keyOf(spanOf(place)) !== keyOf(span)) continue;
    entries.push({
      span,
      expression: text.slice(span.start, span.end).replace(/\s+/g, ' '),
      reason: first.value.reason,
    });
  }
  return entries.sort((a, b) => a.span.start - b.span.start);
}
