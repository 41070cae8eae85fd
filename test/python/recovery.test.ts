/** Text with mistakes: the rest is still read, nothing throws or hangs, and no mistake becomes other code. */
import { equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import '../harness/properties';
import type { PythonFrontEnd } from '../../server/src/core/python/frontend';
import type { PythonFile, Stmt } from '../../server/src/core/python/tree';
import { dumpBody } from './dump';
import { frontEnd } from './frontEnd';

/** A mistake in the middle of a class, and what is left. */
const METHOD_BODIES: readonly (readonly [string, string])[] = [
  ['x = foo(1,', '(invalidstmt x foo)'],
  ['x = foo(1, bar[2', '(invalidstmt x foo bar)'],
  ['x = "open', '(invalidstmt x open)'],
  ["x = f'{open", '(invalidstmt x f open)'],
  ['x =', '(invalidstmt x)'],
  ['x.', '(invalidstmt x)'],
  ['x = self.conv(x))', '(invalidstmt x self conv)'],
  ['if x', '(invalidstmt if x)'],
  ['for i in', '(invalidstmt for i in)'],
  ['return return', '(invalidstmt return)'],
  ['x = 5 5', '(invalidstmt x)'],
  ['x = yield = 3', '(invalidstmt x yield)'],
  ['lambda x', '(invalidstmt lambda x)'],
  ['?', '(invalidstmt)'],
  ['x = a if b', '(invalidstmt x a if b)'],
  ['with a as', '(invalidstmt with a as)'],
  ['import', '(invalidstmt import)'],
  ['@', '(invalidstmt)'],
  ['else:', '(invalidstmt else)'],
  ['try:', '(try {} {} {})'],
];

const BROKEN: readonly (readonly [string, string, string])[] = [
  [
    'a block inside a branch',
    'if a:\n  x = (\n  y\nelse:\n  z = 1 1\n  w',
    '(if (name a) {(invalidstmt x); (expr (name y))} {(invalidstmt z); (expr (name w))})',
  ],
  ['a broken head takes its block along', 'if a =:\n  x\ny', '(invalidstmt if a x)\n(expr (name y))'],
  ['a head without a colon too', 'if a\n  x\ny', '(invalidstmt if a x)\n(expr (name y))'],
  ['a deeper line', 'x\n  y\nz', '(expr (name x))\n(invalidstmt y)\n(expr (name z))'],
  [
    'a match',
    'match a:\n  case 1:\n    x = )\n    y\n  case _: z',
    '(match (name a) case (value (int 1)) - {(invalidstmt x); (expr (name y))} case (wildcard) - {(expr (name z))})',
  ],
  [
    'a loop',
    'for i in a:\n  b\n  c d\nelse:\n  e',
    '(for sync (name i) (name a) {(expr (name b)); (invalidstmt c d)} {(expr (name e))})',
  ],
  [
    'a try',
    'try:\n  a b\nexcept A as e:\n  c d\n  e\nfinally:\n  f',
    '(try {(invalidstmt a b)} except (name A) e {(invalidstmt c d); (expr (name e))} {} {(expr (name f))})',
  ],
  ['a decorator', '@a(\ndef f(): pass', '(function sync f [(invalid)] [] - {(pass)})'],
  ['a class line', 'class A(B:\n  def f(self): pass\nx', '(invalidstmt class A B def f self pass)\n(expr (name x))'],
  [
    'a bracket before a method',
    'class A:\n  x = [1,\n  def f(self): pass\n  y',
    '(class A [] [] {(invalidstmt x); (function sync f [] [self] - {(pass)}); (expr (name y))})',
  ],
  [
    'a bracket before an assignment to an attribute',
    'a = f(b\nc.d = e',
    '(invalidstmt a f b)\n(assign [(attribute (name c) d)] (name e))',
  ],
  ['a triple quote that nothing closes', 'a\nb = """text\nc', '(expr (name a))\n(invalidstmt b text)\n(expr (name c))'],
  ['a statement beside a good one', 'a = ); b', '(invalidstmt a b)'],
  [
    'a merge conflict',
    'a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\nd',
    '(expr (name a))\n(invalidstmt HEAD)\n(expr (name b))\n(invalidstmt)\n(expr (name c))\n(invalidstmt x)\n(expr (name d))',
  ],
];

describe('python: text with mistakes', () => {
  let front: PythonFrontEnd;
  let sample: string;
  before(async () => {
    front = await frontEnd();
    sample = readFileSync('test/python/sample.py', 'utf8');
  });
  const read = (text: string): PythonFile => front.parse('a.py', text);

  for (const [line, tree] of METHOD_BODIES)
    it(`a method with ${JSON.stringify(line)}`, () => {
      const file = read(
        `class A:\n  def f(self, x):\n    a = 1\n    ${line}\n    return a\n\n  def g(self): pass\n\nb = 2\n`,
      );
      equal(
        dumpBody(file.body),
        '(class A [] [] {(function sync f [] [self x] - {' +
          `(assign [(name a)] (int 1)); ${tree}; (return (name a))}); ` +
          '(function sync g [] [self] - {(pass)})})\n(assign [(name b)] (int 2))',
      );
      equal(file.syntaxErrors, line !== 'try:');
    });
  for (const [what, text, tree] of BROKEN) it(what, () => equal(dumpBody(read(text).body), tree));

  it('cut off anywhere', () => {
    for (let at = 0; at < sample.length; at += 37) checkPlaces(read(sample.slice(0, at)), at);
  });
  it('begun anywhere', () => {
    for (let at = 0; at < sample.length; at += 37) checkPlaces(read(sample.slice(at)), sample.length - at);
  });
  it('with any part gone', () =>
    fc.assert(
      fc.property(fc.nat(sample.length), fc.nat(300), (from, length) => {
        const text = sample.slice(0, from) + sample.slice(from + length);
        checkPlaces(read(text), text.length);
      }),
      { numRuns: 80 },
    ));
  it('with characters put in anywhere', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.nat(sample.length),
            fc.constantFrom(
              '(',
              ')',
              '[',
              ']',
              '{',
              '}',
              '"',
              "'",
              '\\',
              '\n',
              '\t',
              ':',
              ';',
              ',',
              '.',
              '=',
              '@',
              '#',
              '*',
              '"""',
              "f'{",
              'def ',
              '\r',
              '\0',
              '😀',
            ),
          ),
          { maxLength: 6 },
        ),
        (inserts) => {
          let text = sample;
          for (const [at, what] of inserts) text = text.slice(0, at) + what + text.slice(at);
          checkPlaces(read(text), text.length);
        },
      ),
      { numRuns: 80 },
    ));
  it('that is no Python at all', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => checkPlaces(read(text), text.length)),
      { numRuns: 200 },
    ));

  it('keeps all methods but the one being typed', () => {
    const methods = /^ {4}def (\w+)/gm;
    const spots = [...sample.matchAll(/^( {8}\w.*)$/gm)].filter((_, at) => at % 3 === 0);
    const count = [...sample.matchAll(methods)].length;
    for (const { 0: line, index } of spots) {
      for (const typed of ['foo(', '[', 'x = (1, ']) {
        const text = `${sample.slice(0, index)}        ${typed}\n${sample.slice(index)}`;
        const kept = dumpBody(read(text).body).match(/\(function /g)?.length ?? 0;
        ok(kept >= count, `${typed} before ${line}: ${kept} of ${count}`);
      }
    }
  });

  const repeated = (text: string, times: number): string => text.repeat(times);
  for (const [what, text] of [
    ['parentheses', `x = ${repeated('(', 1000)}1${repeated(')', 1000)}`],
    ['open parentheses', repeated('(', 5000)],
    ['lists', `x = ${repeated('[', 1000)}${repeated(']', 1000)}`],
    ['calls', `x = ${repeated('f(', 1000)}${repeated(')', 1000)}`],
    ['a sum', `x = a${repeated(' + a', 5000)}`],
    ['powers', `x = a${repeated(' ** a', 3000)}`],
    ['attributes', `x = a${repeated('.b', 5000)}`],
    ['subscripts', `x = a${repeated('[0]', 5000)}`],
    ['nots', `x = ${repeated('not ', 3000)}a`],
    ['minuses', `x = ${repeated('-', 5000)}1`],
    ['lambdas', `x = ${repeated('lambda: ', 2000)}1`],
    ['conditionals', `x = ${repeated('a if b else ', 2000)}c`],
    [
      'branches',
      `${Array.from({ length: 1000 }, (_, depth) => `${repeated(' ', depth)}if a:\n`).join('') + repeated(' ', 1000)}b`,
    ],
    [
      'branches with a mistake',
      `${Array.from({ length: 300 }, (_, depth) => `${repeated(' ', depth)}if a:\n`).join('') + repeated(' ', 300)}b c`,
    ],
    [
      'functions',
      `${
        Array.from({ length: 300 }, (_, depth) => `${repeated(' ', depth)}def f():\n`).join('') + repeated(' ', 300)
      }b`,
    ],
    [
      'classes',
      `${
        Array.from({ length: 300 }, (_, depth) => `${repeated(' ', depth)}class A:\n`).join('') + repeated(' ', 300)
      }b`,
    ],
    ['elifs', `if a: b\n${repeated('elif a: b\n', 3000)}`],
    ['patterns', `match a:\n case ${repeated('[', 1000)}b${repeated(']', 1000)}: c`],
    ['f-strings', `x = ${repeated("f'{", 100)}y${repeated("}'", 100)}`],
    ['chained assignments', `${repeated('a = ', 5000)}1`],
    ['decorators', `${repeated('@a\n', 3000)}def f(): pass`],
    ['quotes', repeated('"""', 4001)],
    ['backslashes', repeated('\\\n', 5000)],
    ['one long line', `x = [${repeated('1, ', 20_000)}]`],
    ['many unclosed brackets', repeated('f(a,\n', 5000)],
  ] as const)
    it(`${what}, deep or many`, function () {
      const file = read(text);
      checkPlaces(file, text.length);
      const after = read(`${text}\ny = 1\n`).body.at(-1);
      ok(after !== undefined);
    });
});

/** Every statement stands in the text and in the statement around it. */
function checkPlaces(file: PythonFile, length: number): void {
  const check = (body: readonly Stmt[], low: number, high: number): void => {
    for (const statement of body) {
      const start = statement.at.base + statement.start;
      const end = statement.at.base + statement.end;
      ok(low <= start && start <= end && end <= high + 1, `${statement.kind} ${start}-${end} not in ${low}-${high}`);
      if (statement.kind === 'function' || statement.kind === 'class') check(statement.body, start, end);
    }
  };
  check(file.body, 0, length);
  equal(typeof file.syntaxErrors, 'boolean');
}
