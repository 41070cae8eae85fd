/** Whether a run's alert is mended in today's text: the user, or another fix, wrote what it asks for. */
import type { Edit } from '../../../protocol/src/bridge';

/**
 * @param lines of today's text
 * @param edits of one suggestion, in the text that ran
 * @param moved how many lines further down the alert's line is today
 * @returns whether every edit inserts whole lines that stand beside its place already; what replaces text can't be told
 *   from its result alone
 */
export function insertedAlready(lines: readonly string[], edits: readonly Edit[], moved: number): boolean {
  return edits.length > 0 && edits.every((edit) => isInserted(lines, edit, moved));
}

function isInserted(lines: readonly string[], { range: { start, end }, newText }: Edit, moved: number): boolean {
  const wanted = newText.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  if (start.line !== end.line || start.character !== end.character || !newText.includes('\n')) return false;
  if (wanted.length === 0) return false;
  const at = start.line + moved;
  const standsFrom = (first: number): boolean => wanted.every((line, i) => lines[first + i]?.trim() === line);
  return standsFrom(at - wanted.length) || standsFrom(at) || standsFrom(at + 1);
}
