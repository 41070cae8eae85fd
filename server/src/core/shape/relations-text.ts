/** What is known of symbols, in the user's words: `H >= 262`, `16 divides H`. */
import { type Knowledge, type Reasons, type Relation, filledIn, isAbout, rangesOf } from './knowledge';
import { type Dim, type Sym, constantOf, modOf, sym } from './polynomial';
import { plainRange, rangeOf } from './range';
import { type NameOf, showDim, showSides } from './show-dim';

/** One sentence for each bound, divisor and open relation of these symbols. */
export const describe = (k: Knowledge, syms: readonly Sym[], nameOf: NameOf): readonly string[] => {
  const sentences: string[] = [];
  const reached = new Set<Sym>();
  for (const s of syms) {
    const value = filledIn(k, sym(s));
    for (const inner of value.syms) reached.add(inner);
    if (constantOf(value) !== undefined) continue;
    sentences.push(...divisors(s, value, nameOf), ...ends(k, s, value, nameOf));
  }
  for (const relation of k.open)
    if (relation.dims.some((d) => d.syms.some((s) => reached.has(s)))) sentences.push(sentence(relation, nameOf));
  return [...new Set(sentences)];
};

/** `16 divides H` for `H := 16*h`. */
const divisors = (s: Sym, value: Dim, nameOf: NameOf): readonly string[] => {
  const [term] = value.terms;
  if (value.terms.length !== 1 || term === undefined) return [];
  const part = value.syms.find((x) => x.part !== undefined && isPartOf(x, s));
  if (part === undefined) return [];
  const number = term.coef;
  if (term.factors.length === 1 && number > 1) {
    const rest = modOf(value.constant, number);
    return [rest === 0 ? `${number} divides ${nameOf(s)}` : `${nameOf(s)} % ${number} == ${rest}`];
  }
  const by = part.part?.by;
  return by === undefined || constantOf(by) !== undefined ? [] : [`${showDim(by, nameOf)} divides ${nameOf(s)}`];
};

const isPartOf = (x: Sym, s: Sym): boolean => x.part?.of.syms.some((y) => y === s || isPartOf(y, s)) ?? false;

const ends = (k: Knowledge, s: Sym, value: Dim, nameOf: NameOf): readonly string[] => {
  const [inner] = value.syms;
  // Bounds of a size of several symbols are open relations.
  if (inner === undefined || value.syms.length > 1) return [];
  const { low, high } = rangeOf(value, rangesOf(k));
  const bounds = k.bounds.get(inner.id);
  const ownLow = Math.max(s.lower, plainRange(value).low);
  const isLow = low > ownLow && !isFromOpen(k, inner, bounds?.whyLow ?? []);
  const isHigh = high < Infinity && !isFromOpen(k, inner, bounds?.whyHigh ?? []);
  return [...(isLow ? [`${nameOf(s)} >= ${low}`] : []), ...(isHigh ? [`${nameOf(s)} <= ${high}`] : [])];
};

/** Whether a bound was drawn from a relation that is shown itself. */
const isFromOpen = (k: Knowledge, s: Sym, why: Reasons): boolean =>
  k.open.some((r) => isAbout(r, s) && r.why.length > 0 && r.why.every((reason) => why.includes(reason)));

const sentence = ({ kind, dims }: Relation, nameOf: NameOf): string => {
  const [first] = dims;
  if (first === undefined) return '';
  if (kind === 'any')
    return [...dims]
      .sort(byAge)
      .map((d) => showSides(d, nameOf, '=='))
      .join(' or ');
  return showSides(first, nameOf, { zero: '==', least: '>=', differ: '!=' }[kind]);
};

/** Relations of older symbols first. */
const byAge = (a: Dim, b: Dim): number => oldest(a) - oldest(b);
const oldest = (d: Dim): number => Math.min(...d.syms.map((s) => s.id));
