/** Numbers and strings: from source text to values. */

/** The value of an integer literal, NaN where a double can't hold it; undefined where Python 3 has no such literal. */
export function integerValue(source: string): number | undefined {
  const digits = source.replaceAll('_', '');
  if (/^0[0-9]*[1-9]/.test(digits) || /[lL]$/.test(digits)) return undefined;
  const value = Number(digits);
  if (Number.isSafeInteger(value) || digits.length > 400) return Number.isSafeInteger(value) ? value : NaN;
  return Number.isFinite(value) && BigInt(value) === BigInt(digits) ? value : NaN;
}

/** The value of a float literal. */
export const floatValue = (source: string): number => Number(source.replaceAll('_', ''));

/** What the letters before a string's quote say; undefined for letters that Python 3.13 doesn't know. */
export interface Prefix {
  readonly raw: boolean;
  readonly bytes: boolean;
  readonly formatted: boolean;
}

/** Reads the letters of a `string_start` such as `rb"""`. */
export function stringPrefix(opening: string): Prefix | undefined {
  const letters = (/^[a-z]*/i.exec(opening) as RegExpExecArray)[0].toLowerCase();
  if (!/^(?:|r|b|f|u|rb|br|rf|fr)$/.test(letters)) return undefined;
  return { raw: letters.includes('r'), bytes: letters.includes('b'), formatted: letters.includes('f') };
}

const ESCAPE = /\\(?:\r?\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[^])/g;
const SINGLE_LETTER: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/**
 * The text that the source between the quotes stands for.
 *
 * @returns undefined where it has an escape by character name: the names are not on board.
 */
export function stringValue(source: string, prefix: Prefix): string | undefined {
  let text = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
  if (prefix.formatted && /[{}]/.test(text)) text = text.replace(/\{\{/g, '{').replace(/\}\}/g, '}');
  if (prefix.raw || !text.includes('\\')) return text;
  if (!prefix.bytes && /(?:^|[^\\])(?:\\\\)*\\N\{/.test(text)) return undefined;
  return text.replace(ESCAPE, (escape) => unescaped(escape, prefix.bytes));
}

function unescaped(escape: string, bytes: boolean): string {
  const letter = escape[1] as string;
  if (letter === '\n') return '';
  if (letter >= '0' && letter <= '7') return String.fromCharCode(parseInt(escape.slice(1), 8));
  if (letter === 'x' && escape.length === 4) return String.fromCharCode(parseInt(escape.slice(2), 16));
  if (!bytes && letter === 'u' && escape.length === 6) return String.fromCharCode(parseInt(escape.slice(2), 16));
  if (!bytes && letter === 'U' && escape.length === 10) {
    const code = parseInt(escape.slice(2), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : escape;
  }
  return (escape.length === 2 ? SINGLE_LETTER[letter] : undefined) ?? escape;
}
