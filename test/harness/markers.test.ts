import { deepEqual, equal } from 'node:assert/strict';
import { readMarkers, writeMarkers, type Marker } from './markers';

const marker = (more: Partial<Marker>): Marker => ({
  line: 0,
  column: 4,
  endLine: 0,
  endColumn: 9,
  kind: 'shape',
  id: undefined,
  text: '(4, 3)',
  ...more,
});

describe('markers of fixtures', () => {
  for (const [what, text, code, expected] of [
    [
      'under an indented line',
      '    y = f(x)\n    #   ^^^^ error[some-id]: too: bad',
      '    y = f(x)',
      marker({ column: 8, endColumn: 12, kind: 'error', id: 'some-id', text: 'too: bad' }),
    ],
    ['left of the code', '    y = f(x)\n#   ^ shape: (4, 3)', '    y = f(x)', marker({ endColumn: 5 })],
    [
      'at the margin',
      'y = f(x)\n#<^^^^^^ fix: Do it',
      'y = f(x)',
      marker({ column: 0, endColumn: 8, kind: 'fix', text: 'Do it' }),
    ],
    [
      'of one column at the margin',
      'y = 3\n#<+0:1 note: 3',
      'y = 3',
      marker({ column: 0, endColumn: 1, kind: 'note', text: '3' }),
    ],
    [
      'over several lines',
      'y = f(\n#   ^^+1:4 shape: (4, 3)\n  x)',
      'y = f(\n  x)',
      marker({ endLine: 1, endColumn: 4 }),
    ],
    [
      'with a line end in the text',
      'y = f(x)\n#   ^ note: a\\nb',
      'y = f(x)',
      marker({ endColumn: 5, kind: 'note', text: 'a\nb' }),
    ],
  ] as const) {
    it(`reads one ${what}`, () => deepEqual(readMarkers(text), { code, markers: [expected] }));
    it(`writes one ${what}`, () => equal(writeMarkers({ code, markers: [expected] }), text));
  }

  it('takes other comments for code', () => {
    const text = 'x = 3\n# ^ nothing\n# shape: (3,)\n#^^ shape\n';
    deepEqual(readMarkers(text), { code: text, markers: [] });
  });
});
