/** Where a line of a run's source is in today's text: files are edited while they train. */

/**
 * @param lines of today's text
 * @param line 0-based, in the text that ran
 * @param ran the line's text then; undefined where that isn't known
 * @returns the nearest line that reads the same, 0-based; undefined where there is none
 */
export function lineInText(lines: readonly string[], line: number, ran: string | undefined): number | undefined {
  if (ran === undefined) return line < lines.length ? line : undefined;
  const wanted = ran.trim();
  for (let away = 0; away < Math.max(lines.length - line, line + 1); away++)
    for (const candidate of [line - away, line + away]) if (lines[candidate]?.trim() === wanted) return candidate;
  return undefined;
}
