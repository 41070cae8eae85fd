/** The values of tokens: integers in three bases, floats, and strings with their escapes resolved. */

/** The value of an integer token, or undefined where it is no number of its base or above `max`. */
export function integerOf(text: string, max: bigint): bigint | number | undefined {
  // Almost all numbers are small; big integers are slow to make.
  if (text.length < 10 && !text.startsWith('0')) return Number(text) > max ? undefined : Number(text);
  const octal = /^0[0-9]/.test(text);
  if (octal && !/^[0-7]+$/.test(text)) return undefined;
  if (/^0[xX]$/.test(text)) return 0n;
  const value = BigInt(octal ? `0o${text.slice(1)}` : text);
  return value > max ? undefined : value;
}

/** Whether an integer token is in hexadecimal or octal, which floats do not take. */
export const isBased = (text: string): boolean => /^0[xX0-7]/.test(text);

/** The value of a float token: '1.', '.5e-3', '2.5f'. */
export const floatOf = (text: string): number => Number.parseFloat(text);

const simple: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The content of a string token, its quotes taken off; what the tokenizer has objected to is kept as it stands. */
export function stringOf(text: string): string {
  const quote = text[0] ?? '';
  const inner = text.length > 1 && text.endsWith(quote) ? text.slice(1, -1) : text.slice(1);
  if (!inner.includes('\\')) return inner;
  return inner.replace(
    /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs,
    (_, octal?: string, hex?: string, short?: string, long?: string, plain?: string) => {
      if (plain !== undefined) return simple[plain] ?? plain;
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
      const code = Number.parseInt(hex ?? short ?? long ?? '0', 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    },
  );
}
