import { equal } from 'node:assert/strict';
import { decodeSource } from '../../server/src/host/decode';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

describe('decoding a source file', () => {
  for (const [name, source, text] of [
    ['plain', bytes('x = 1\n'), 'x = 1\n'],
    ['empty', bytes(), ''],
    ['UTF-8', bytes('x = "é😀"'), 'x = "é😀"'],
    ['UTF-8 with a byte order mark', bytes([0xef, 0xbb, 0xbf], 'x = 1'), 'x = 1'],
    ['UTF-16, little end first', bytes([0xff, 0xfe, 0x78, 0, 0x3d, 0, 0x31, 0]), 'x=1'],
    ['UTF-16, big end first', bytes([0xfe, 0xff, 0, 0x78, 0, 0x3d, 0, 0x31]), 'x=1'],
    ['UTF-16 with half a character', bytes([0xff, 0xfe, 0x78, 0, 0x3d]), 'x\ufffd'],
    ['CRLF stays', bytes('a\r\nb\r'), 'a\r\nb\r'],
    ['bytes that are no UTF-8', bytes('x = "', [0xe9, 0xff], '"'), 'x = "\ufffd\ufffd"'],
    [
      'a latin-1 cookie',
      bytes('# -*- coding: latin-1 -*-\nx = "', [0xe9, 0x80], '"'),
      '# -*- coding: latin-1 -*-\nx = "é\u0080"',
    ],
    [
      'a cookie on line 2',
      bytes('#!/usr/bin/python\n# vim: set fileencoding=iso-8859-15 :\n', [0xa4]),
      '#!/usr/bin/python\n# vim: set fileencoding=iso-8859-15 :\n€',
    ],
    [
      'a cookie after code counts for nothing',
      bytes('x = 1\n# coding: latin-1\n', [0xe9]),
      'x = 1\n# coding: latin-1\n\ufffd',
    ],
    [
      'a cookie on line 3 counts for nothing',
      bytes('\n\n# coding: latin-1\n', [0xe9]),
      '\n\n# coding: latin-1\n\ufffd',
    ],
    ['koi8-r', bytes('# coding: koi8_r\n', [0xc1]), '# coding: koi8_r\nа'],
    ['an encoding nobody knows is UTF-8', bytes('# coding: klingon\né'), '# coding: klingon\né'],
    ['null bytes', bytes('x', [0], 'y'), 'x\0y'],
  ] as const)
    it(name, () => equal(decodeSource(source), text));
});
