/** Whether what the checker says and what PyTorch did can both be true. */

export interface Observed {
  readonly shape: readonly (number | null)[] | null;
  readonly dtype: string | null;
}

/** The top-level items of "(B, (H - 1)//2, 3)"; undefined for a text that is no shape. */
export function shapeItems(text: string): string[] | undefined {
  const inner = /^\((.*)\)$/s.exec(text.trim())?.[1];
  if (inner === undefined) return undefined;
  const items: string[] = [];
  let depth = 0;
  let item = '';
  for (const char of inner) {
    if ('([{'.includes(char)) depth++;
    if (')]}'.includes(char)) depth--;
    if (char === ',' && depth === 0) {
      items.push(item.trim());
      item = '';
    } else item += char;
  }
  if (item.trim() !== '') items.push(item.trim());
  return items;
}

export type Agreement = 'yes' | 'no' | 'open';

/**
 * Compares a shown shape with a real one. Symbols may stand for any size, `*rest` for any number of them; `open` says
 * that a symbol or a size that depends on values was met.
 */
export function shapesAgree(shown: string, real: Observed['shape']): Agreement {
  const items = shapeItems(shown);
  if (items === undefined) return 'no';
  const rest = items.findIndex((item) => item.startsWith('*'));
  if (real === null) return rest >= 0 ? 'open' : 'no';
  if (rest < 0 ? items.length !== real.length : items.length - 1 > real.length) return 'no';
  const pairs = items.flatMap((item, i): [string, number | null | undefined][] =>
    i === rest ? [] : [[item, real[rest >= 0 && i > rest ? real.length - (items.length - i) : i]]],
  );
  let open = rest >= 0;
  for (const [item, size] of pairs) {
    if (!/^\d+$/.test(item)) open = true;
    else if (size === null) return 'no';
    else if (Number(item) !== size) return 'no';
  }
  return open ? 'open' : 'yes';
}

/** `300*B*N` and `(H - 2)//260 + 1` are one word each. */
const EXPRESSION = String.raw`\(*\w+\)*(?: ?(?:\*|\/\/|\+|-) ?\(*\w+\)*)+`;
const WORD = new RegExp(String.raw`${EXPRESSION}|\.{3}|\*[A-Za-z_]+|\d+|[A-Za-z_]+|\s+|[^\w\s]`, 'gu');
const words = (text: string): string[] => text.match(WORD) ?? [];
/** Python prints a set in any order: `{'b', 'a'}`. */
const sorted = (items: string): string => items.split(', ').sort().join(', ');
const squeezed = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\{('\w+'(?:, '\w+')*)\}/gu, (_, items: string) => `{${sorted(items)}}`);
const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Whether the checker's sentence is the runtime's, or the part of it that matters, figures included. */
export function sameSentence(said: string, real: string): boolean {
  const [ours, theirs] = [squeezed(said), squeezed(real)];
  if (ours === '') return false;
  // A KeyError says nothing but its key: a number that no sentence was written for.
  if (/^\d+$/.test(theirs)) return new RegExp(`\\b${theirs}\\b`).test(ours);
  return theirs.includes(ours) || (theirs.length > 10 && ours.startsWith(theirs));
}

/** The same where sizes that depend on values (how many a mask chooses) have a name in the checker's sentence. */
export function sameCounts(said: string, real: string): boolean {
  const pattern = literally(squeezed(said)).replace(/\bcount\b/g, String.raw`\d+`);
  return sameSentence(said, real) || (pattern !== '' && new RegExp(pattern).test(squeezed(real)));
}

/**
 * The same on a processor that computes 16-bit numbers itself (AVX512-BF16, AVX512-FP16): there, convolutions of such
 * input go to the vendor's library, which names the wrong weight in other words than PyTorch's own kernel does.
 * Source: ATen/native/Convolution.cpp, `check_input_same_type_as_parameters`, PyTorch 2.13.
 */
export function sameOnAnyProcessor(said: string, real: string): boolean {
  const vendor = /^Input type \((CPUBFloat16|torch\.Half)T\w+\) and weight type \(torch\.(\w+)Tensor\)/.exec(real);
  if (vendor === null) return sameCounts(said, real);
  const input = vendor[1] === 'torch.Half' ? 'Half' : 'BFloat16';
  return sameCounts(said, real) || said === `expected scalar type ${input} but found ${vendor[2]}`;
}

/**
 * The same where the checker's sentence has names of sizes (`Bx512`, `*x`, `...`): words the runtime doesn't use stand
 * for anything.
 */
export function sentencesAgree(said: string, real: string): boolean {
  if (sameSentence(said, real)) return true;
  const [ours, theirs] = [squeezed(said), squeezed(real)];
  const known = new Set(words(theirs));
  const pattern = words(ours).map((word) =>
    /[A-Za-z_]|\.{3}/.test(word) && !known.has(word) ? '.+?' : literally(word),
  );
  const literal = pattern.filter((part) => part !== '.+?' && part.trim() !== '').length;
  return pattern.includes('.+?') && literal > 0 && new RegExp(pattern.join(''), 's').test(theirs);
}
