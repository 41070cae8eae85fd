/** Python constructs and the tree they become. */
import { equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { PythonFrontEnd } from '../../server/src/core/python/frontend';
import type { FunctionDef, Stmt } from '../../server/src/core/python/tree';
import { spanOf } from '../../server/src/core/text/place';
import { absolute, dumpBody, dumpExpression } from './dump';
import { frontEnd } from './frontEnd';

const EXPRESSIONS: readonly (readonly [string, string])[] = [
  ['x', '(name x)'],
  ['ﬁ', '(name fi)'],
  ['1_000', '(int 1000)'],
  ['0xFF', '(int 255)'],
  ['0o17', '(int 15)'],
  ['0b1_01', '(int 5)'],
  ['00', '(int 0)'],
  ['017', '(invalid)'],
  ['9007199254740993', '(int NaN)'],
  ['2e3', '(float 2000)'],
  ['1_0.5e-1_0', '(float 1.05e-9)'],
  ['.5', '(float 0.5)'],
  ['3j', '(imaginary)'],
  ['1e2J', '(imaginary)'],
  ['...', '(ellipsis)'],
  ['None', '(none)'],
  ['True', '(bool True)'],
  [
    String.raw`'a\tb\x41\u00e9\U0001F600\101\
c\q'`,
    '(str "a\\tbAé😀Ac\\\\q")',
  ],
  [String.raw`r'\n' "\n"`, '(str "\\\\n\\n")'],
  ["'''a\nb'''", '(str "a\\nb")'],
  ["b'a' rb'b'", '(bytes)'],
  ["b'a' 'b'", '(invalid)'],
  [String.raw`'a\N{DASH}b'`, '(fstring (invalid))'],
  ["f'a{x}b{{c}}'", '(fstring "a" (name x) "b{c}")'],
  ["f'{x!r}'", '(fstring (call (name repr) (name x)))'],
  ["f'{x:>{w}.2f}'", '(fstring (call (name format) (name x) (fstring ">" (name w) ".2f")))'],
  ["f'{x = }'", '(fstring "x = " (call (name repr) (name x)))'],
  ["f'{x!s:4}'", '(fstring (call (name format) (call (name str) (name x)) (str "4")))'],
  ["'a' f'{x}' 'b'", '(fstring "a" (name x) "b")'],
  ['f"{d["k"]} {f"{y}"}"', '(fstring (subscript (name d) (str "k")) " " (fstring (name y)))'],
  ['f"{a, b}"', '(fstring (tuple (name a) (name b)))'],
  ["f''", '(fstring)'],
  ['a.b.c', '(attribute (attribute (name a) b) c)'],
  ['x[1]', '(subscript (name x) (int 1))'],
  ['x[1,]', '(subscript (name x) (tuple (int 1)))'],
  ['x[:, ..., None, 1::2]', '(subscript (name x) (tuple (slice - - -) (ellipsis) (none) (slice (int 1) - (int 2))))'],
  ['x[a:b]', '(subscript (name x) (slice (name a) (name b) -))'],
  ['x[*i]', '(subscript (name x) (tuple (starred (name i))))'],
  ['f()', '(call (name f))'],
  ['f(a, *b, c=d, **e)', '(call (name f) (name a) *(name b) c=(name d) **(name e))'],
  ['f(*g(x).h)', '(call (name f) *(attribute (call (name g) (name x)) h))'],
  ['f(x for x in y)', '(call (name f) (comprehension generator (name x) - for (name x) in (name y) []))'],
  ['print(x)', '(call (name print) (name x))'],
  ['match(type, case)', '(call (name match) (name type) (name case))'],
  ['-x ** 2', '(unary - (binary ** (name x) (int 2)))'],
  ['2 ** -x', '(binary ** (int 2) (unary - (name x)))'],
  ['a + b * c', '(binary + (name a) (binary * (name b) (name c)))'],
  ['a - b - c', '(binary - (binary - (name a) (name b)) (name c))'],
  ['a @ b // c % d', '(binary % (binary // (binary @ (name a) (name b)) (name c)) (name d))'],
  ['a | b & ~c << 1', '(binary | (name a) (binary & (name b) (binary << (unary ~ (name c)) (int 1))))'],
  ['a & b ^ c', '(invalid)'],
  ['a < b <= c', '(compare (name a) < (name b) <= (name c))'],
  ['a is not b not in c', '(compare (name a) is not (name b) not in (name c))'],
  ['not a == b', '(unary not (compare (name a) == (name b)))'],
  ['a or b and c', '(boolop or (name a) (boolop and (name b) (name c)))'],
  ['a if b else c if d else e', '(conditional (name b) (name a) (conditional (name d) (name c) (name e)))'],
  ['lambda: 0', '(lambda [] (int 0))'],
  ['lambda x, /, y=1, *a, k, **kw: x', '(lambda [/x y=(int 1) *a !k **kw] (name x))'],
  ['lambda *, k=2: k if k else 1', '(lambda [!k=(int 2)] (conditional (name k) (name k) (int 1)))'],
  ['()', '(tuple)'],
  ['(a)', '(name a)'],
  ['(a,)', '(tuple (name a))'],
  ['[a, *b]', '(list (name a) (starred (name b)))'],
  ['{a, b}', '(set (name a) (name b))'],
  ['{a: b, **c}', '(dict (name a):(name b) **:(name c))'],
  [
    '[x for x, y in z if x if y]',
    '(comprehension list (name x) - for (tuple (name x) (name y)) in (name z) [(name x) (name y)])',
  ],
  [
    '{k: v for k in a for v in b}',
    '(comprehension dict (name k) (name v) for (name k) in (name a) [] for (name v) in (name b) [])',
  ],
  ['{x async for x in y}', '(comprehension set (name x) - for (name x) in (name y) [])'],
  ['(y := f(x))', '(walrus (name y) (call (name f) (name x)))'],
  ['(y := a if b else c)', '(walrus (name y) (conditional (name b) (name a) (name c)))'],
  ['await x', '(await (name x))'],
  ['(yield)', '(yield  -)'],
  ['(yield from x)', '(yield from (name x))'],
  ['a <> b', '(invalid)'],
  ['a \\\n + b', '(binary + (name a) (name b))'],
];

const STATEMENTS: readonly (readonly [string, string])[] = [
  ['x, = y', '(assign [(tuple (name x))] (name y))'],
  ['a = b[0] = c.d = 1', '(assign [(name a) (subscript (name b) (int 0)) (attribute (name c) d)] (int 1))'],
  ['(a, [b, *c]) = d', '(assign [(tuple (name a) (list (name b) (starred (name c))))] (name d))'],
  ['x = 1, 2', '(assign [(name x)] (tuple (int 1) (int 2)))'],
  ['return_ = *[None] * 2, 1', '(assign [(name return_)] (tuple (starred (binary * (list (none)) (int 2))) (int 1)))'],
  ['x: int', '(annassign (name x) (name int) -)'],
  [
    'x: A[int, "b c"] | B | None = 1',
    '(annassign (name x) (binary | (binary | (subscript (name A) (tuple (name int) (str "b c"))) (name B)) (none)) (int 1))',
  ],
  [
    'x.y: Float[torch.Tensor, "b"] = z',
    '(annassign (attribute (name x) y) (subscript (name Float) (tuple (attribute (name torch) Tensor) (str "b"))) (name z))',
  ],
  ['x @= y', '(augassign @ (name x) (name y))'],
  ['x //= 2; y **= 3', '(augassign // (name x) (int 2))\n(augassign ** (name y) (int 3))'],
  ['x = yield y', '(assign [(name x)] (yield  (name y)))'],
  ['print >>f, x', '(invalidstmt print f x)'],
  ['print x', '(invalidstmt print x)'],
  ['exec "x"', '(invalidstmt exec x)'],
  ['type X = list[int]', '(typealias X (subscript (name list) (name int)))'],
  ['type X[T: int, *Ts, **P] = T', '(typealias X (name T))'],
  ['type = 3', '(assign [(name type)] (int 3))'],
  ['match = case', '(assign [(name match)] (name case))'],
  ['import a.b as c, d', '(import a.b as c d)'],
  ['from . import x', '(importfrom . x)'],
  ['from .. a.b import (x as y, z,)', '(importfrom ..a.b x as y z)'],
  ['from ...c import *', '(importfrom ...c *)'],
  ['from __future__ import annotations', '(importfrom __future__ annotations)'],
  ['global a, b', '(global global a b)'],
  ['nonlocal a', '(global nonlocal a)'],
  ['del a, b[0]', '(delete (name a) (subscript (name b) (int 0)))'],
  ['del (a, b)', '(delete (tuple (name a) (name b)))'],
  ['assert a, "b"', '(assert (name a) (str "b"))'],
  ['raise A from b', '(raise (name A))'],
  ['raise', '(raise -)'],
  [
    'if a: b\nelif c:\n  d\nelse: e',
    '(if (name a) {(expr (name b))} {(if (name c) {(expr (name d))} {(expr (name e))})})',
  ],
  ['while a:\n  break\nelse:\n  continue', '(while (name a) {(break)} {(continue)})'],
  ['for a, in b: pass', '(for sync (tuple (name a)) (name b) {(pass)} {})'],
  [
    'for i, (a, b) in c:\n  pass\nelse:\n  d',
    '(for sync (tuple (name i) (tuple (name a) (name b))) (name c) {(pass)} {(expr (name d))})',
  ],
  ['async for a in *b, c: pass', '(for async (name a) (tuple (starred (name b)) (name c)) {(pass)} {})'],
  ['with a as b, c: pass', '(with (name a) as (name b) (name c) as - {(pass)})'],
  ['with (a as b, c as (d, e)):\n  pass', '(with (name a) as (name b) (name c) as (tuple (name d) (name e)) {(pass)})'],
  ['with (a, b): pass', '(with (name a) as - (name b) as - {(pass)})'],
  ['with (a, b) as c: pass', '(with (tuple (name a) (name b)) as (name c) {(pass)})'],
  ['with a if b else c as d: pass', '(with (conditional (name b) (name a) (name c)) as (name d) {(pass)})'],
  [
    'try:\n  a\nexcept A as e:\n  b\nexcept (B, C): c\nexcept: d\nelse:\n  f\nfinally:\n  g',
    '(try {(expr (name a))} except (name A) e {(expr (name b))} except (tuple (name B) (name C)) - {(expr (name c))} except - - {(expr (name d))} {(expr (name f))} {(expr (name g))})',
  ],
  ['try:\n  a\nexcept* A as e:\n  b', '(try {(expr (name a))} except (name A) e {(expr (name b))} {} {})'],
  [
    'match a, b:\n  case 1 | -2.5:\n    c\n  case x if x > 0: d\n  case [x, y], _: e',
    '(match (tuple (name a) (name b)) case (or (value (int 1)) (value (unary - (float 2.5)))) - {(expr (name c))} case (capture x) (compare (name x) > (int 0)) {(expr (name d))} case (sequence (sequence (capture x) (capture y)) (wildcard)) - {(expr (name e))})',
  ],
  [
    'match a:\n  case A.B: p\n  case "s" | None | True: q\n  case {"k": v, **r}: s\n  case C(x, n=y) as z: t\n  case [a, *b]: u\n  case (w): v',
    '(match (name a) case (value (attribute (name A) B)) - {(expr (name p))} case (or (value (str "s")) (value (none)) (value (bool True))) - {(expr (name q))} case (other r v) - {(expr (name s))} case (other x y z) - {(expr (name t))} case (other a b) - {(expr (name u))} case (capture w) - {(expr (name v))})',
  ],
  [
    '@a.b(1)\n@c\nasync def f[T](x, /, y: int = 2, *args: T, z, **kw) -> str:\n  "doc"\n  return x, *y',
    '(function async f [(call (attribute (name a) b) (int 1)) (name c)] [/x y:(name int)=(int 2) *args:(name T) !z **kw] (name str) {(expr (str "doc")); (return (tuple (name x) (starred (name y))))})',
  ],
  ['def f(): return 1', '(function sync f [] [] - {(return (int 1))})'],
  ['def f((a, b)): pass', '(invalidstmt def f a b pass)'],
  [
    '@d\nclass A[T](B, metaclass=M, *c):\n  x = 1\n  def f(self): pass',
    '(class A [(name d)] [(name B) metaclass=(name M) *(name c)] {(assign [(name x)] (int 1)); (function sync f [] [self] - {(pass)})})',
  ],
  ['class A: pass', '(class A [] [] {(pass)})'],
  [
    'if a:\n  def f(): x\n  class B:\n    def g(): y',
    '(if (name a) {(function sync f [] [] - {(expr (name x))}); (class B [] [] {(function sync g [] [] - {(expr (name y))})})} {})',
  ],
];

describe('python: the tree', () => {
  let front: PythonFrontEnd;
  before(async () => {
    front = await frontEnd();
  });
  const body = (text: string): readonly Stmt[] => front.parse('a.py', text).body;

  for (const [text, tree] of EXPRESSIONS)
    it(text, () => {
      const [statement, more] = body(`(${text}\n)`);
      equal(more, undefined);
      equal(statement?.kind === 'expr' ? dumpExpression(statement.value) : statement?.kind, tree);
    });
  for (const [text, tree] of STATEMENTS) it(text, () => equal(dumpBody(body(text)), tree));

  it('reads the sample whole', () => {
    const file = front.parse('sample.py', readFileSync('test/python/sample.py', 'utf8'));
    equal(file.syntaxErrors, false);
    equal(file.body.length, 27);
  });

  describe('places', () => {
    it('are UTF-16 offsets, counted right past characters outside the base plane', () =>
      equal(
        dumpBody(body('a = "😀" + x.y'), absolute),
        '(assign@0-14 [(name@0-1 a)] (binary@4-14 + (str@4-8 "😀") (attribute@11-14 (name@11-12 x) y)))',
      ));
    it('of functions count from the function, decorators included', () => {
      const text = 'class A:\n    @p\n    def f(self):\n        return self.x\n';
      const [owner] = body(text);
      const [method] = owner?.kind === 'class' ? owner.body : [];
      const { at, nameStart, body: inner, text: own } = method as FunctionDef;
      equal(at.base, text.indexOf('@p'));
      equal(text[at.base + nameStart], 'f');
      equal(own, '@p\n    def f(self):\n        return self.x');
      const { start, end } = spanOf(inner[0] as Stmt);
      equal(text.slice(start, end), 'return self.x');
    });
    it('are the same with CR LF', () => {
      const [, second] = body('x = 1\r\nif y:\r\n    z\r\n');
      equal(dumpBody([second as Stmt], absolute), '(if@7-19 (name@10-11 y) {(expr@18-19 (name@18-19 z))} {})');
    });
    it('are the same with CR alone', () =>
      equal(dumpBody(body('x\ry'), absolute), '(expr@0-1 (name@0-1 x))\n(expr@2-3 (name@2-3 y))'));
  });

  describe('functions', () => {
    const first = (text: string): FunctionDef => body(text)[0] as FunctionDef;
    it('know what they bind', () => {
      const { locals } = first(`def f(a, b):
        global g
        a = c = d[0] = e.f = 1
        for i, (j, *k) in b: l: int
        with m as n, o as (p, q): import r.s, t as u
        try: from v import w as x
        except A as y: [z for z in (aa := b)]
        def bb(): cc = 1
        class dd: ee = 1
        match a:
          case [ff, {"k": gg}]: del hh
        g = lambda: (ii := 1)`);
      equal([...locals].sort().join(' '), 'aa bb c dd ff gg hh i j k l n p q r u x y');
    });
    for (const [text, expected] of [
      ['def f(): yield', true],
      ['def f(): x = [(yield from y)]', true],
      ['def f():\n  def g(): yield', false],
      ['def f(): return lambda: (yield)', false],
    ] as const)
      it(`${text} is ${expected ? 'a' : 'no'} generator`, () => equal(first(text).generator, expected));
    it('know their docstring', () => {
      equal(first('def f():\n  "a" "b"\n  pass').docstring, 'ab');
      equal(first('def f(): pass').docstring, undefined);
    });
  });

  for (const [text, comment] of [
    ['x = 1  # (B, C)', '(B, C)'],
    ['x = f(\n  1)#a', 'a'],
    ['x = 1', undefined],
    ['x = 1\n# next', undefined],
    ['x = "#"', undefined],
  ] as const)
    it(`comment of ${JSON.stringify(text)}`, () => {
      const [statement] = body(text);
      equal(statement?.kind === 'assign' ? statement.comment : 'not assigned', comment);
    });
});
