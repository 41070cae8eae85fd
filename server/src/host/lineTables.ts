/** Lines of files that are not open in an editor. */
import { LineIndex } from '../core/text/lines';

/** Line tables by path, kept while the text stays the same. */
export class LineTables {
  private readonly tables = new Map<string, { readonly text: string; readonly lines: LineIndex }>();

  /** @param capacity how many files are remembered */
  constructor(private readonly capacity = 64) {}

  of(path: string, text: string): LineIndex {
    const known = this.tables.get(path);
    if (known?.text === text) return known.lines;
    const lines = new LineIndex(text);
    this.tables.delete(path);
    this.tables.set(path, { text, lines });
    const oldest = this.tables.keys().next();
    if (this.tables.size > this.capacity && !oldest.done) this.tables.delete(oldest.value);
    return lines;
  }
}
