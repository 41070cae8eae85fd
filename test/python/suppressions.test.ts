/** `# tensorwright: ignore` comments. */
import { deepEqual, equal } from 'node:assert/strict';
import type { PythonFrontEnd } from '../../server/src/core/python/frontend';
import { frontEnd } from './frontEnd';

describe('python: suppressions', () => {
  let front: PythonFrontEnd;
  before(async () => {
    front = await frontEnd();
  });
  for (const [what, text, expected] of [
    ['every id on its line', 'x = 1  # tensorwright: ignore', { 0: [] }],
    ['some ids', 'a\nx = 1  # tensorwright: ignore[one, two]', { 1: ['one', 'two'] }],
    ['a reason after them', 'x  # tensorwright: ignore[one] because of that', { 0: ['one'] }],
    ['another tool before it', 'x  # noqa # tensorwright: ignore[one]', { 0: ['one'] }],
    ['without spaces', 'x  #tensorwright:ignore[one]', { 0: ['one'] }],
    ['alone: the next line with code', '# tensorwright: ignore[one]\n# more\n\nx', { 3: ['one'] }],
    ['alone inside brackets', 'f(\n  # tensorwright: ignore[one]\n  x,\n)', { 2: ['one'] }],
    ['inside a call', 'f(\n  x,  # tensorwright: ignore[one]\n)', { 1: ['one'] }],
    ['in a function', 'def f():\n    return 1  # tensorwright: ignore', { 1: [] }],
    ['twice for a line', '# tensorwright: ignore[one]\nx  # tensorwright: ignore[two]', { 1: ['one', 'two'] }],
    ['not in a string', 'x = "# tensorwright: ignore"', {}],
    ['not in a text of many lines', '"""\n# tensorwright: ignore\n"""\nx', {}],
    ['no other words', 'x  # tensorwright: ignored', {}],
    ['no other tool', 'x  # type: ignore[tensorwright]', {}],
    ['with CR LF', 'a\r\nx  # tensorwright: ignore[one]\r\n', { 1: ['one'] }],
  ] as const)
    it(what, () => deepEqual(Object.fromEntries(front.parse('a.py', text).suppressions), expected));

  for (const [text, ignored] of [
    ['# tensorwright: ignore-file\nx', true],
    ['#!/usr/bin/env python\n# tensorwright: ignore-file\n', true],
    ['x\n# tensorwright: ignore-file', false],
    ['# tensorwright: ignore\nx', false],
  ] as const)
    it(`${JSON.stringify(text)} ${ignored ? 'leaves' : 'does not leave'} the file alone`, () =>
      equal(front.parse('a.py', text).ignored, ignored));
});
