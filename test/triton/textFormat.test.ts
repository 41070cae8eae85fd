import { deepEqual, doesNotThrow, equal, ok } from 'node:assert/strict';
import { modelConfig } from '../../server/src/triton/schema/modelConfig';
import { readTextFormat } from '../../server/src/triton/textFormat/reader';
import { allTexts, chance } from './texts';
import { verdicts } from './textFormat.generated';

/** What our reader says first, in the form that protobuf prints. */
function verdict(text: string): string {
  const [first] = readTextFormat(text, modelConfig).problems;
  return first === undefined ? 'ok' : `${first.line + 1}:${first.column + 1}: ${first.message}`;
}

/** A byte of a character that isn't ASCII is printed alone; neither side can write it as text. */
const withoutBytes = (said: string): string => said.replace(/[^\x20-\x7e].*$/s, '');

describe('text format: as C++ reads it', () => {
  it('agrees on every text, with its words, line and column', () => {
    const texts = allTexts();
    equal(texts.length, verdicts.length, 'node test/triton/write-text-format.mjs writes the verdicts anew');
    const different = texts.flatMap((text, index) => {
      const [ours, theirs] = [verdict(text), verdicts[index] ?? ''];
      return withoutBytes(ours) === withoutBytes(theirs) ? [] : [{ text, ours, theirs }];
    });
    deepEqual(different.slice(0, 5), [], `${different.length} of ${texts.length} differ`);
  });
});

describe('text format: going on after an error', () => {
  for (const [what, text, sentences] of [
    ['an unknown field', 'nam: "x"\nmax_batch: 3\n', ['has no field named "nam"', 'has no field named "max_batch"']],
    ['a wrong value', 'input { data_type: FP32 dims: ["a", 2.5] }', ['value of "FP32"', 'got: "a"', 'got: 2.5']],
    ['a lost closing brace', 'input [ { name: "a"\n]\nbakend: "x"', ['Expected identifier, got: ]', 'named "bakend"']],
    [
      'a lost comma',
      'input { dims: [1 2]\nnamme: "x" }\nbakend: "x"',
      ['Expected ","', 'named "namme"', 'named "bakend"'],
    ],
    ['a line without a value', 'name:\nbackend: "x"\nfoo: 1', ['Expected string, got: backend', 'named "foo"']],
    ['a placeholder', 'max_batch_size: ${batch}\nfoo: 1', ['got: $', 'named "foo"']],
  ] as const)
    it(`${what} costs nothing but itself`, () => {
      const said = readTextFormat(text, modelConfig).problems.map(({ message }) => message);
      equal(said.length, sentences.length, said.join('\n'));
      for (const [index, part] of sentences.entries()) ok(said[index]?.includes(part), `${said[index]} has ${part}`);
    });
});

describe('text format: bad input', () => {
  it('comes to an end on texts cut anywhere and on soup of brackets', () => {
    const next = chance(7);
    for (const text of allTexts().slice(0, 200))
      readTextFormat(text.slice(0, Math.floor(next() * text.length)), modelConfig);
    for (let round = 0; round < 300; round++) {
      const soup = Array.from({ length: 200 }, () => '{}[]<>:,;"\'$ \nname input dims 1'[Math.floor(next() * 32)]).join(
        '',
      );
      readTextFormat(soup, modelConfig);
    }
  });

  for (const [what, text] of [
    ['deep brackets', 'input { '.repeat(200_000)],
    ['ten megabytes of dims', `input { dims: [ ${'1234567, '.repeat(1_100_000)}1 ] }`],
    ['one long string', `name: "${'x'.repeat(10_000_000)}`],
    ['binary content', '\u0000\u0001\u0002\ufffd'.repeat(100_000)],
  ] as const)
    it(`comes to an end of ${what}`, () => {
      doesNotThrow(() => readTextFormat(text, modelConfig));
    });
});
