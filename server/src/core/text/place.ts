/**
 * Places in source text that survive edits.
 *
 * A node's offsets count from its anchor (a top-level statement or a function definition), so an
 * edit elsewhere in the file moves the anchor's `base` and leaves every node and everything that
 * was remembered about it untouched.
 */

/** The start of an independently lowered piece of a file. `base` is kept current by the file's tree. */
export interface Anchor {
  /** Path of the file, as the host names it. */
  readonly file: string;
  /** UTF-16 offset of the piece in the current text; -1 once the piece is gone. */
  base: number;
}

/** A half-open range `[start, end)` in UTF-16 code units, relative to an anchor. */
export interface Place {
  readonly at: Anchor;
  readonly start: number;
  readonly end: number;
}

/** A half-open range of absolute UTF-16 offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The absolute range of a place in the current text of its file. */
export const spanOf = (place: Place): Span => ({ start: place.at.base + place.start, end: place.at.base + place.end });
