import { equal } from 'node:assert/strict';
import { suppressionOn } from '../../server/src/lsp/suppression';

describe('silencing a finding on a line', () => {
  for (const [line, after] of [
    ['x = f(y)', 'x = f(y)  # tensorwright: ignore[my-id]'],
    ['x = f(y)   ', 'x = f(y)  # tensorwright: ignore[my-id]'],
    ['x = f(y)  # why', 'x = f(y)  # why  # tensorwright: ignore[my-id]'],
    ['x = f(y)  # tensorwright: ignore[other]', 'x = f(y)  # tensorwright: ignore[other, my-id]'],
    ['x = f(y)  # tensorwright: ignore[]', 'x = f(y)  # tensorwright: ignore[my-id]'],
    ['x = f(y)  # tensorwright: ignore[a,b]  # more', 'x = f(y)  # tensorwright: ignore[a, b, my-id]  # more'],
    ['x = f(y)  # tensorwright: ignore[my-id]', undefined],
    ['x = f(y) + \\', undefined],
    ['x = f("""', undefined],
    ['x = f("""a""")', 'x = f("""a""")  # tensorwright: ignore[my-id]'],
  ] as const)
    it(line, () => {
      const edit = suppressionOn(line, 'my-id');
      equal(edit && line.slice(0, edit.start) + edit.newText + line.slice(edit.end), after);
    });
});
