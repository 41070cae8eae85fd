/** `# tensorwright: ignore[...]` comments. */
import { LineIndex } from '../text/lines';
import type { Comment } from './logical';

/** What every such comment contains. */
export const MARK = 'tensorwright:';

const FORM = /#\s*tensorwright:\s*(ignore-file|ignore)\b(?!-)(?:\s*\[([^\]]*)\])?/;

/** Suppressed ids by 0-based line (an empty list is every id), and whether the whole file is left alone. */
export interface Suppressions {
  readonly lines: ReadonlyMap<number, readonly string[]>;
  readonly file: boolean;
}

const NONE: Suppressions = { lines: new Map(), file: false };

/**
 * Reads the marks out of comments.
 *
 * A comment after code holds for its own line; one that stands alone holds for the next line with
 * code. `ignore-file` holds where it stands before the first statement, which starts at `firstCode`.
 */
export function suppressionsIn(text: string, comments: readonly Comment[], firstCode: number): Suppressions {
  if (comments.length === 0) return NONE;
  const index = new LineIndex(text);
  const lines = new Map<number, readonly string[]>();
  let file = false;
  for (const { start, end } of comments) {
    const found = FORM.exec(text.slice(start, end));
    if (found === null) continue;
    if (found[1] === 'ignore-file') {
      file ||= start < firstCode;
      continue;
    }
    const line = lineMeant(index, start);
    const ids = (found[2] ?? '').split(',').flatMap((id) => id.trim() || []);
    const before = lines.get(line);
    if (ids.length === 0 || before?.length === 0) lines.set(line, []);
    else lines.set(line, [...(before ?? []), ...ids]);
  }
  return { lines, file };
}

function lineMeant(index: LineIndex, comment: number): number {
  const own = index.lineAt(comment);
  const isBlank = (line: number): boolean => /^\s*(?:#|$)/.test(index.line(line));
  if (!isBlank(own)) return own;
  let line = own + 1;
  while (line < index.count && isBlank(line)) line++;
  return line < index.count ? line : own;
}
