/** The comment that silences findings on its line: `# tensorwright: ignore[id, id]`. */

const comment = /#\s*tensorwright:\s*ignore\[([^\]\n]*)\]/;

export interface LineEdit {
  /** Columns in UTF-16 code units; an empty range inserts. */
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/**
 * What to change on a line so that a finding on it is silenced.
 *
 * @param line without its line break
 * @returns undefined where no comment can stand at its end, or where the finding is silenced already
 */
export function suppressionOn(line: string, id: string): LineEdit | undefined {
  const found = comment.exec(line);
  if (found) {
    const ids = (found[1] ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
    if (ids.includes(id)) return undefined;
    const start = found.index + found[0].indexOf('[') + 1;
    return { start, end: found.index + found[0].length - 1, newText: [...ids, id].join(', ') };
  }
  const text = line.trimEnd();
  // After a backslash or inside a text of several lines a comment would not be one.
  if (text.endsWith('\\') || opensText(line)) return undefined;
  return { start: text.length, end: line.length, newText: `  # tensorwright: ignore[${id}]` };
}

const opensText = (line: string): boolean => ['"""', "'''"].some((quotes) => (line.split(quotes).length - 1) % 2 === 1);
