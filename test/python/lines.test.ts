/** Offsets, lines and edits of a text. */
import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import '../harness/properties';
import { applyChanges } from '../../server/src/core/text/changes';
import { LineIndex, withoutBom } from '../../server/src/core/text/lines';

describe('text: lines', () => {
  for (const [text, lines] of [
    ['', ['']],
    ['a', ['a']],
    ['a\n', ['a', '']],
    ['a\r\nb', ['a', 'b']],
    ['a\rb\r', ['a', 'b', '']],
    ['a\n\r\n\rb', ['a', '', '', 'b']],
    ['😀\nb', ['😀', 'b']],
  ] as const)
    it(JSON.stringify(text), () => {
      const index = new LineIndex(text);
      deepEqual(
        lines.map((_, line) => index.line(line)),
        lines,
      );
      equal(index.count, lines.length);
    });

  it('count UTF-16 code units', () => deepEqual(new LineIndex('a\n😀b').position(4), { line: 1, character: 2 }));
  it('end before their line end', () => deepEqual(new LineIndex('ab\r\nc').position(3), { line: 0, character: 2 }));
  it('clamp positions', () => {
    const index = new LineIndex('ab\ncd');
    equal(index.offset({ line: 0, character: 99 }), 2);
    equal(index.offset({ line: 9, character: 0 }), 5);
    equal(index.offset({ line: -1, character: 3 }), 0);
    deepEqual(index.position(99), { line: 1, character: 2 });
    deepEqual(index.position(-1), { line: 0, character: 0 });
  });
  it('there and back again', () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '\n', '\r', '😀', ' ')), (characters) => {
        const text = characters.join('');
        const index = new LineIndex(text);
        for (let at = 0; at <= text.length; at++) {
          const back = index.offset(index.position(at));
          equal(back === at || text.slice(back, at) === '\r', true);
        }
      }),
    ));
  it('a byte order mark is dropped', () => equal(withoutBom('\ufeffx'), 'x'));
});

describe('text: changes', () => {
  for (const [before, changes, after] of [
    ['abc', [{ span: { start: 1, end: 2 }, text: 'XY' }], 'aXYc'],
    ['abc', [{ span: undefined, text: 'new' }], 'new'],
    [
      'abc',
      [
        { span: { start: 3, end: 3 }, text: 'd' },
        { span: { start: 0, end: 1 }, text: '' },
      ],
      'bcd',
    ],
    ['abc', [{ span: { start: 2, end: 99 }, text: '!' }], 'ab!'],
    ['abc', [{ span: { start: -5, end: 1 }, text: '!' }], '!bc'],
  ] as const)
    it(`${before} to ${after}`, () => equal(applyChanges(before, changes), after));
});
