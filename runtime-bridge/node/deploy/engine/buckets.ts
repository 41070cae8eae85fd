/**
 * Who belongs to the candidate: a unit's bucket is a hash of the experiment's salt and its name, and the candidate owns
 * the lowest buckets. Raising its share only adds units, and another experiment draws anew.
 *
 * MurmurHash3 32 bit with its finaliser (Austin Appleby's MurmurHash3_x86_32): FNV-1a makes two experiments depend on
 * each other where their salts differ in the last letter.
 */

export const bucketCount = 10_000;

/** The bucket of a unit, 0 to 9999. */
export const bucketOf = (salt: string, unit: string): number => murmur3(`${salt}\0${unit}`) % bucketCount;

/** @param weightPercent share of the candidate, 0 to 100 */
export const isCandidateBucket = (bucket: number, weightPercent: number): boolean =>
  bucket < Math.round((weightPercent / 100) * bucketCount);

/** MurmurHash3_x86_32 of a text's UTF-8 bytes, 0 to 2^32 - 1. */
export function murmur3(text: string, seed = 0): number {
  const bytes = utf8.encode(text);
  const whole = bytes.length & ~3;
  let hash = seed;
  for (let i = 0; i < whole; i += 4) {
    const word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    hash = rotate(hash ^ scrambled(word), 13);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let i = bytes.length - 1; i >= whole; i--) rest = (rest << 8) | (bytes[i] as number);
  if (whole < bytes.length) hash ^= scrambled(rest);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const utf8 = new TextEncoder();
const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));
const scrambled = (word: number): number => Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
