/** A piece of a source line that fits a terminal, with carets under a part of it. */

const tab = '    ';
const ellipsis = '…';

export interface Excerpt {
  readonly line: string;
  /** Blanks up to the first caret. */
  readonly before: string;
  readonly carets: string;
}

/**
 * @param start,end UTF-16 columns of the part; an empty part gets one caret
 * @param columns how many characters fit; longer lines are cut around the part
 */
export function excerpt(source: string, start: number, end: number, columns: number): Excerpt {
  const room = Math.max(20, columns);
  const marked = source.slice(start, Math.max(start, end));
  const all = { head: shownText(source.slice(0, start)), part: shownText(marked), tail: shownText(source.slice(end)) };
  const part = cutEnd(all.part, room);
  const left = room - widthOf(part);
  const head = widthOf(all.head) <= left ? all.head : cutStart(all.head, Math.floor(left / 2));
  const tail = cutEnd(all.tail.trimEnd(), left - widthOf(head));
  return {
    line: head + part + tail,
    before: ' '.repeat(widthOf(head)),
    carets: '^'.repeat(Math.max(1, widthOf(part))),
  };
}

/** Tabs widened, control characters replaced, so that neither sources nor names can drive the terminal. */
export const shownText = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  text.replaceAll('\t', tab).replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');

function cutEnd(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  return room < 1 ? '' : `${take(Array.from(text), room - 1).join('')}${ellipsis}`;
}

function cutStart(text: string, room: number): string {
  if (room < 1) return '';
  return `${ellipsis}${take(Array.from(text).reverse(), room - 1)
    .reverse()
    .join('')}`;
}

function take(characters: readonly string[], room: number): string[] {
  let used = 0;
  const end = characters.findIndex((character) => (used += widthOf(character)) > room);
  return characters.slice(0, end < 0 ? undefined : end);
}

/** Columns on a terminal; ideographs and emoji take two, combining marks none. */
function widthOf(text: string): number {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/^[\u0000-\u02ff]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text)
    width += /\p{M}|\u200d|\ufe0f/u.test(character)
      ? 0
      : /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(
            character,
          )
        ? 2
        : 1;
  return width;
}
