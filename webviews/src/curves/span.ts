/** Moving and zooming the part of the axis in sight. */
import type { Span } from './state';

/** Zooms by a factor (below 1: closer) around a place; never closer than `least`, never wider than everything. */
export function zoomed(span: Span, whole: Span, factor: number, around: number, least: number): Span | undefined {
  const width = Math.max(least, (span.to - span.from) * factor);
  if (width >= whole.to - whole.from) return undefined;
  const share = (around - span.from) / (span.to - span.from);
  return kept({ from: around - share * width, to: around + (1 - share) * width }, whole);
}

/** Moves by a share of what is in sight. */
export function moved(span: Span, whole: Span, share: number): Span {
  const by = (span.to - span.from) * share;
  return kept({ from: span.from + by, to: span.to + by }, whole);
}

/** Pushed back inside, with its width. */
function kept({ from, to }: Span, whole: Span): Span {
  const shift = Math.max(0, whole.from - from) - Math.max(0, to - whole.to);
  return { from: from + shift, to: to + shift };
}
