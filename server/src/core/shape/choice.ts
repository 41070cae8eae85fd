/** `min`, `max` and the size that broadcasting gives, decided where the symbols' own ranges decide. */
import { type Choice, type Dim, add, atomOf, constantOf, num, ofAtom, opaque, sub } from './polynomial';
import { type Range, plainRange } from './range';

type Kind = Choice['kind'];
type Ranges = (d: Dim) => Range;

export const max = (a: Dim, b: Dim): Dim => extreme('max', a, b);
export const min = (a: Dim, b: Dim): Dim => extreme('min', a, b);

/** Arguments beyond this many aren't compared with each other. */
const mostArguments = 8;

const extreme = (kind: 'min' | 'max', a: Dim, b: Dim): Dim => {
  const [x, y] = [constantOf(a), constantOf(b)];
  if (x !== undefined && y !== undefined) return num(kind === 'max' ? Math.max(x, y) : Math.min(x, y));
  const args = [...opened(kind, a), ...opened(kind, b)];
  if (args.length > mostArguments) return opaque(kind, a.key < b.key ? [a, b] : [b, a]);
  const kept = best(kind, args, plainRange);
  const [only] = kept;
  if (only !== undefined && kept.length === 1) return only;
  // A shift that all arguments share stands outside: max(H + 1, W + 1) is max(H, W) + 1.
  const shift = Math.min(...kept.filter((d) => d.terms.length > 0).map((d) => d.constant));
  return add(
    choice(
      kind,
      kept.map((d) => sub(d, num(shift))),
    ),
    num(shift),
  );
};

/** The arguments of `max(..) + n` each with n added; the size itself where it is something else. */
const opened = (kind: Kind, d: Dim): readonly Dim[] => {
  // Unlike an extreme, a broadcast size doesn't move with a number added to its arguments.
  const atom = atomOf(d.constant === 0 || kind === 'broadcast' ? d : sub(d, num(d.constant)));
  return atom?.kind === kind ? atom.args.map((x) => add(x, num(d.constant))) : [d];
};

/** The arguments without those that another one is always as good as. */
const best = (kind: 'min' | 'max', args: readonly Dim[], rangeOf: Ranges): readonly Dim[] => {
  const kept: Dim[] = [];
  for (const d of args) {
    const isBeatenBy = (other: Dim, loser: Dim): boolean =>
      rangeOf(kind === 'max' ? sub(other, loser) : sub(loser, other)).low >= 0;
    if (kept.some((other) => isBeatenBy(other, d))) continue;
    const still = kept.filter((other) => !isBeatenBy(d, other));
    kept.splice(0, kept.length, ...still, d);
  }
  return kept;
};

const choice = (kind: Kind, args: readonly Dim[]): Dim => {
  const sorted = [...args].sort((a, b) => (a.key < b.key ? -1 : 1));
  return ofAtom({ kind, args: sorted, key: `${kind}(${sorted.map((d) => d.key).join(',')})` });
};

/** The size of broadcasting sizes that do broadcast: equal ones, or 1 against any. */
export const broadcastDim = (a: Dim, b: Dim): Dim => {
  const unique = new Map<string, Dim>();
  for (const d of [...opened('broadcast', a), ...opened('broadcast', b)]) if (constantOf(d) !== 1) unique.set(d.key, d);
  const args = [...unique.values()];
  const [only] = args;
  if (only === undefined) return num(1);
  // A size that can't be 1 is the result, whatever the others are: each of them is 1 or equal to it.
  const decided = args.filter((d) => isNotOne(plainRange(d))).sort(numbersFirst)[0];
  if (decided !== undefined) return decided;
  if (args.length === 1) return only;
  return args.length > mostArguments ? opaque('broadcast', args) : choice('broadcast', args);
};

const isNotOne = ({ low, high }: Range): boolean => low > 1 || high < 1;

const numbersFirst = (a: Dim, b: Dim): number => a.terms.length - b.terms.length || (a.key < b.key ? -1 : 1);

/** The choice with fewer arguments where these ranges decide; undefined where they don't. */
export const choose = ({ kind, args }: Choice, rangeOf: Ranges): Dim | undefined => {
  if (kind === 'broadcast') return args.filter((d) => isNotOne(rangeOf(d))).sort(numbersFirst)[0];
  const kept = best(kind, args, rangeOf);
  return kept.length === args.length ? undefined : kept.reduce(kind === 'max' ? max : min);
};
