/** What requirements teach, what is refuted and why, and how it reads. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import {
  type Dim,
  type Sym,
  broadcastDim,
  freshSym,
  num,
  parseDim,
  showDim,
  sym,
} from '../../server/src/core/shape/dim';
import { Facts, type Learned } from '../../server/src/core/shape/facts';

const positive = new Set(['c', 'k', 'heads']);
const symbols = new Map<string, Sym>();
const symbol = (name: string): Sym => {
  const known = symbols.get(name) ?? freshSym(name, positive.has(name) ? 1 : 0);
  symbols.set(name, known);
  return known;
};
for (const name of ['B', 'C', 'H', 'W', 'c', 'k', 'heads', 'dim', 'N']) symbol(name);
const dim = (text: string): Dim => parseDim(text, (name) => sym(symbol(name))) ?? num(NaN);

/** Learns one relation written as text: `a == b`, `a != b`, `a >= b`, `k | a`. The text is its cause too. */
const require = (facts: Facts, text: string): Learned => {
  const [left = '', relation, right = ''] = text.split(/ (==|!=|>=|\|) /u);
  const [a, b, cause] = [dim(left), dim(right), { text }];
  if (relation === '==') return facts.requireEqual(a, b, cause);
  if (relation === '!=') return facts.requireDifferent(a, b, cause);
  return relation === '>=' ? facts.requireAtLeast(a, b, cause) : facts.requireDivides(a, b, cause);
};

const factsOf = (texts: readonly string[]): Facts =>
  texts.reduce((facts, text) => {
    const learned = require(facts, text);
    ok(learned.verdict !== 'refuted', `${text} is refuted`);
    return learned.verdict === 'learned' ? learned.facts : facts;
  }, Facts.none);

/** The texts of the facts that refute, the verdict otherwise. */
const outcome = (learned: Learned): string | readonly string[] =>
  learned.verdict === 'refuted' ? learned.because.map((c) => c.text) : learned.verdict;

const shown = (facts: Facts, d: Dim): string => showDim(facts.dim(d), (s) => facts.nameOf(s));

describe('facts: what a size is known to be', () => {
  for (const [learned, asked, expected] of [
    [['H == 224'], 'H // 2', '112'],
    [['H == W + 1'], 'H - W', '1'],
    [['H == W'], 'H * W', 'H*H'],
    [['2*H == 8'], 'H', '4'],
    [['3*H == 2*W', 'H >= 0'], 'H % 2', '0'],
    [['3*H == 2*W'], 'W % 3', '0'],
    [['16 | H'], 'H // 16 * 16', 'H'],
    [['16 | H'], 'H // 2', 'H//2'],
    [['16 | H'], '(H + 3) // 16', 'H//16'],
    [['4 | H', '6 | H'], 'H % 12', '0'],
    [['4 | H - 2'], 'H % 4', '2'],
    [['heads | dim'], 'heads * (dim // heads)', 'dim'],
    [['heads * (dim // heads) == dim'], '3 * heads * (dim // heads)', '3*dim'],
    [['heads | dim', 'heads == 12', 'dim == 768'], 'dim // heads', '64'],
    [['H // 2 == 5', 'H != 10'], 'H', '11'],
    [['H >= 5', '5 >= H'], 'H', '5'],
    [['H >= 3'], 'max(H - 3, 0)', 'H - 3'],
    [['max(H, 3) == 7'], 'H', '7'],
    [
      ['2 * (H // 16) == H // 8', '4 * (H // 16) == H // 4', '8 * (H // 16) == H // 2', '16 * (H // 16) == H'],
      'H % 16',
      '0',
    ],
    [['H + W == 0'], 'H', '0'],
    [['c * H == c * 5'], 'H', '5'],
    [['H * W == 0', 'H >= 1'], 'W', '0'],
    [['B * C == B * 300', 'B >= 1'], 'C', '300'],
    [['H * W == 12', 'H == 4'], 'W', '3'],
    [['16 >= H'], 'H // 17', '0'],
    [['2 * (H // 2) == H', 'H == W'], 'W % 2', '0'],
  ] as const)
    it(`${learned.join(', ')}: ${asked} is ${expected}`, () => equal(shown(factsOf(learned), dim(asked)), expected));
});

describe('facts: what cannot be', () => {
  for (const [learned, refuted, because] of [
    [[], '3 == 4', []],
    [[], 'H + 1 == H', []],
    [[], '5 * H == 12', []],
    [[], 'H == -1', []],
    [[], '2 * H == 2 * W + 1', []],
    [['H == 224'], 'H == 225', ['H == 224']],
    [['H == W', 'W == 3'], 'H == 4', ['H == W', 'W == 3']],
    [['C == 5', 'W == 3'], 'W == 4', ['W == 3']],
    [['H >= 10'], 'H == 5', ['H >= 10']],
    [['16 | H'], 'H == 225', ['16 | H']],
    [['16 | H'], 'H % 4 == 1', ['16 | H']],
    [['H >= W + 1'], 'W >= H', ['H >= W + 1']],
    [['H != W'], 'H == W', ['H != W']],
    [['H == W'], 'H != W', ['H == W']],
    [[], '0 | H', []],
    [['heads == 12'], '12 * (100 // heads) == 100', ['heads == 12']],
    [['N == 2'], 'heads * (N // heads) == 3', ['N == 2']],
    [
      ['8 * ((H - 2) // 260) * ((W - 2) // 260) == 1800'],
      'H == 224',
      ['8 * ((H - 2) // 260) * ((W - 2) // 260) == 1800'],
    ],
    [['H >= 262'], 'H // 262 == 0', ['H >= 262']],
  ] as const)
    it([...learned, refuted].join(', '), () => {
      deepEqual(outcome(require(factsOf(learned), refuted)), because);
    });
  it('H * W == 12, W == 5', () => deepEqual(outcome(require(factsOf(['H * W == 12']), 'W == 5')), ['H * W == 12']));
});

describe('facts: what holds already', () => {
  for (const [learned, proved] of [
    [[], 'H == H'],
    [[], 'H >= 0'],
    [[], 'c >= 1'],
    [[], 'H + 1 >= 1'],
    [[], 'H >= H // 2'],
    [[], '2 | 4 * H'],
    [[], 'H % 7 >= 0'],
    [[], '6 >= H % 7'],
    [[], 'H >= c * (H // c)'],
    [['H == W'], 'W == H'],
    [['H >= W + 1'], 'H >= W'],
    [['H // 2 == W // 3'], 'W // 3 == H // 2'],
    [['16 | H'], '4 | H'],
    [['H != W'], 'W != H'],
    [['H >= 3', 'W >= 3', '8 * ((H - 2) // 260) * ((W - 2) // 260) == 1800'], 'H >= 262'],
    [['H * W == 12'], 'H >= 1'],
    [['H * W == 12'], '12 >= W'],
    [['H == 5'], 'H != 6'],
  ] as const)
    it([...learned, proved].join(', '), () => equal(require(factsOf(learned), proved).verdict, 'proved'));
});

describe('facts: answers without learning', () => {
  for (const [learned, question, answer] of [
    [[], 'equal H, W', 'maybe'],
    [[], 'equal H, H + 1', 'no'],
    [[], 'equal 2 * H, 2 * W + 1', 'no'],
    [['H == W'], 'equal H, W', 'yes'],
    [[], 'less H, H + 1', 'yes'],
    [[], 'less H, 0', 'no'],
    [[], 'less H // 2, H + 1', 'yes'],
    [['H >= 7'], 'less H, 7', 'no'],
    [[], 'divides 3, 6 * H', 'yes'],
    [[], 'divides 3, 6 * H + 1', 'no'],
    [[], 'divides heads, heads * H', 'yes'],
    [[], 'divides 0, H', 'no'],
    [['16 | H'], 'divides 8, H', 'yes'],
    [['16 | H'], 'divides 32, H', 'maybe'],
  ] as const)
    it(`${[...learned, question].join(', ')}: ${answer}`, () => {
      const facts = factsOf(learned);
      const [name = '', ...rest] = question.split(' ');
      const [a = '', b = ''] = rest.join(' ').split(', ');
      equal(facts[name as 'equal' | 'less' | 'divides'](dim(a), dim(b)), answer);
    });
});

describe('facts: in the words of the user', () => {
  for (const [learned, about, expected] of [
    [['H >= 262'], 'H', ['H >= 262']],
    [['100 >= H'], 'H', ['H <= 100']],
    [['16 | H'], 'H', ['16 divides H']],
    [['4 | H', '6 | H'], 'H', ['12 divides H']],
    [['4 | H - 2'], 'H', ['H % 4 == 2']],
    [['heads | dim'], 'dim', ['heads divides dim']],
    [['16 | H', 'H >= 30'], 'H', ['16 divides H', 'H >= 32']],
    [['H * W == 12'], 'H', ['H*W == 12']],
    [['H != W'], 'H', ['H != W']],
    [['H >= W + 1'], 'W', ['H >= W + 1']],
    [['H // 2 == W // 2'], 'H', ['H//2 == W//2']],
    [['B * C == B * 300'], 'C', ['B == 0 or C == 300']],
    [['4 | H + W'], 'H', ['(H + W) % 4 == 0']],
    [
      ['H >= 262', 'W >= 262', '8 * ((H - 2) // 260) * ((W - 2) // 260) == 1800'],
      'H',
      ['H >= 262', '8*((H - 2)//260)*((W - 2)//260) == 1800'],
    ],
  ] as const)
    it(`${learned.join(', ')} on ${about}`, () => deepEqual(factsOf(learned).constraintsOn([symbol(about)]), expected));
  it('names given by the user', () => {
    const facts = factsOf(['16 | H']).named(symbol('H'), 'height');
    deepEqual(facts.constraintsOn([symbol('H')]), ['16 divides height']);
    equal(shown(facts, dim('H // 2')), 'height//2');
  });
});

describe('facts: sizes that broadcast', () => {
  const pairs = [
    [sym(symbol('H')), sym(symbol('W'))],
    [sym(symbol('H')), num(1)],
    [sym(symbol('W')), num(1)],
  ] as const;
  const both = Facts.none.requireAnyEqual(pairs, { text: 'they broadcast' });
  const facts = both.verdict === 'learned' ? both.facts : Facts.none;
  it('one of both is 1 or they are equal', () => {
    deepEqual(outcome(require(factsOfPair('W == 7'), 'H == 3')), ['they broadcast', 'W == 7']);
    equal(require(factsOfPair('W == 7'), 'H == 1').verdict, 'learned');
  });
  it('two sizes above 1 are equal', () => {
    const learned = require(factsOfPair('W >= 2'), 'H >= 2');
    equal(learned.verdict === 'learned' && learned.facts.equal(dim('H'), dim('W')), 'yes');
  });
  it('the common size is one of them once that is above 1', () =>
    equal(shown(factsOfPair('W >= 2'), broadcastDim(dim('H'), dim('W'))), 'W'));
  const factsOfPair = (text: string): Facts => {
    const learned = require(facts, text);
    return learned.verdict === 'learned' ? learned.facts : facts;
  };
});

describe('facts: two paths', () => {
  for (const [one, other, asked, answer] of [
    [['H == 3'], ['H == 3'], 'H == 3', 'proved'],
    [['H == 3'], ['H == 5'], 'H >= 3', 'proved'],
    [['H == 3'], ['H == 5'], 'H == 4', 'learned'],
    [['H == 3'], ['H == 5'], 'H == 6', 'refuted'],
    [['16 | H'], ['8 | H'], '8 | H', 'proved'],
    [['H == W', 'W == 3'], ['H == W', 'W == 4'], 'H == W', 'proved'],
    [['H == W'], ['H == 3', 'W == 3'], 'H == W', 'proved'],
    [['H == W'], [], 'H == W', 'learned'],
    [['H != W'], ['H == 3', 'W == 4'], 'H != W', 'proved'],
    [['H * W == 12'], ['H == 3', 'W == 4'], 'H * W == 12', 'proved'],
  ] as const)
    it(`${one.join(', ')} or ${other.join(', ')}: ${asked} is ${answer}`, () => {
      equal(require(factsOf(one).join(factsOf(other)), asked).verdict, answer);
      equal(require(factsOf(other).join(factsOf(one)), asked).verdict, answer);
    });
  it('are the same when they know the same', () => {
    ok(factsOf(['H == W', 'W >= 3']).sameAs(factsOf(['H == W', 'W >= 3'])));
    ok(factsOf(['H * W == 12']).sameAs(factsOf(['H * W == 12'])));
    ok(!factsOf(['H == W']).sameAs(factsOf(['H == 3'])));
    ok(!factsOf(['H >= 1']).sameAs(Facts.none));
  });
});

describe('facts: nothing is copied in vain', () => {
  it('a proof returns no new facts', () =>
    equal(Facts.none.requireEqual(num(3), num(3), { text: '' }).verdict, 'proved'));
  it('the same requirement twice teaches once', () => {
    const facts = factsOf(['H * W == 3 * C', 'heads | dim + 1', 'H // 2 == W // 2']);
    for (const text of ['H * W == 3 * C', 'heads | dim + 1', 'H // 2 == W // 2'])
      equal(require(facts, text).verdict, 'proved', text);
  });
});
