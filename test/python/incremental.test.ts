/** Edited documents: the same tree as from a fresh read, the same objects where the text is the same. */
import { equal, notEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import '../harness/properties';
import type { PythonDocument, PythonFrontEnd } from '../../server/src/core/python/frontend';
import type { ClassDef, FunctionDef } from '../../server/src/core/python/tree';
import { absolute, dumpBody } from './dump';
import { frontEnd } from './frontEnd';

const MODULE = `import torch

def top(x):
    return x

class Net(Module):
    size = 3

    def first(self):
        a = 1  # (B, C)
        return a

    @property
    def second(self):
        def inner(): pass
        return inner

end = 1
`;

describe('python: edited documents', () => {
  let front: PythonFrontEnd;
  let sample: string;
  before(async () => {
    front = await frontEnd();
    sample = readFileSync('test/python/sample.py', 'utf8');
  });

  const replace = (document: PythonDocument, old: string, text: string): void => {
    const start = document.text.indexOf(old);
    ok(start >= 0);
    document.edit([{ span: { start, end: start + old.length }, text }]);
  };
  const parts = (document: PythonDocument) => {
    const net = document.file.body.find((statement) => statement.kind === 'class') as ClassDef;
    const [first, second] = net.body.filter((statement) => statement.kind === 'function');
    return {
      top: document.file.body[1] as FunctionDef,
      net,
      first: first as FunctionDef,
      second: second as FunctionDef,
    };
  };
  const isFresh = (document: PythonDocument): void =>
    equal(dumpBody(document.file.body, absolute), dumpBody(front.parse('a.py', document.text).body, absolute));

  it('keep what an edit before them moves', () => {
    const document = front.open('a.py', MODULE);
    const before = parts(document);
    equal(before.second.body.length, 2);
    replace(document, 'import torch', 'import torch as t\n\n# more');
    const after = parts(document);
    equal(after.top, before.top);
    equal(after.net, before.net);
    isFresh(document);
  });
  it('keep the other methods of a class that changes', () => {
    const document = front.open('a.py', MODULE);
    const before = parts(document);
    equal(before.second.body.length, 2);
    replace(document, 'a = 1', 'a = 12345');
    const after = parts(document);
    notEqual(after.net, before.net);
    notEqual(after.first, before.first);
    equal(after.second, before.second);
    equal(after.top, before.top);
    isFresh(document);
    equal(before.first.at.base, -1);
    equal(before.net.at.base, -1);
  });
  it('see a comment that changes after an assignment', () => {
    const document = front.open('a.py', MODULE);
    replace(document, '(B, C)', '(B, C, H)');
    const [assignment] = parts(document).first.body;
    equal(assignment?.kind === 'assign' && assignment.comment, '(B, C, H)');
  });
  it('lower a body that was not read before an edit', () => {
    const document = front.open('a.py', MODULE);
    const { second } = parts(document);
    replace(document, 'def top(x):\n', 'def top(x, y):\n    z = 3\n');
    equal(parts(document).second, second);
    isFresh(document);
  });
  it('can be replaced whole', () => {
    const document = front.open('a.py', MODULE);
    const before = parts(document);
    document.edit([{ span: undefined, text: `# new\n${MODULE}` }]);
    equal(parts(document).net, before.net);
    isFresh(document);
  });
  it('take changes in order', () => {
    const document = front.open('a.py', 'abc');
    document.edit([
      { span: { start: 0, end: 1 }, text: 'xy' },
      { span: { start: 2, end: 4 }, text: ' = 1' },
    ]);
    equal(document.text, 'xy = 1');
    equal(dumpBody(document.file.body), '(assign [(name xy)] (int 1))');
  });
  it('keep twins apart', () => {
    const document = front.open('a.py', 'def f(): pass\n\ndef f(): pass\n');
    const [first, second] = document.file.body;
    replace(document, '\n\n', '\nx\n');
    equal(document.file.body[0], first);
    equal(document.file.body[2], second);
    isFresh(document);
  });

  const piece = fc.oneof(
    fc.constantFrom(
      '(',
      ')',
      '[',
      '"',
      "'",
      '"""',
      ':',
      '\n',
      '    ',
      '#',
      ' = ',
      '\\',
      'def f(self):\n',
      'x',
      '\r\n',
      '😀',
      'else:\n',
      '@',
      '',
    ),
    fc.nat().map((at) => sample.slice(at % sample.length, (at % sample.length) + (at % 97))),
  );
  it('are as if read anew after any edits', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.nat(60), piece, fc.boolean()), { minLength: 1, maxLength: 12 }),
        (edits) => {
          const document = front.open('a.py', sample);
          for (const [at, length, text, undo] of edits) {
            const start = at % (document.text.length + 1);
            const old = document.text;
            document.edit([{ span: { start, end: Math.min(old.length, start + length) }, text }]);
            isFresh(document);
            if (undo) document.edit([{ span: undefined, text: old }]);
            if (undo) isFresh(document);
          }
        },
      ),
      { numRuns: 60 },
    ));
});
