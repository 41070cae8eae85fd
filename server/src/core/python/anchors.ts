/** Anchors of the pieces of one file. */
import type { Anchor } from '../text/place';

/**
 * The start of a piece: an offset in the file for a top-level statement, else an offset in the
 * piece around it. Moving a piece moves all that is in it.
 */
export class PieceAnchor implements Anchor {
  constructor(
    readonly file: string,
    private around: Anchor | undefined,
    private offset: number,
  ) {}

  get base(): number {
    if (this.around === undefined) return this.offset;
    const base = this.around.base;
    return base < 0 ? -1 : base + this.offset;
  }

  set base(offset: number) {
    this.around = undefined;
    this.offset = offset;
  }

  /** Puts the piece into another one, or at another offset of the same. */
  moveInto(around: Anchor, offset: number): void {
    this.around = around;
    this.offset = offset;
  }
}
