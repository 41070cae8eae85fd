/** Headers of models: what is read of them, and that bad files are told from good ones without harm. */
import { deepEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inRoot } from '../../scripts/paths.mjs';
import { readOnnxHeader } from '../../server/src/models/onnx';
import { readOpenvinoHeader } from '../../server/src/models/openvino';
import type { ByteSource } from '../../server/src/models/wire';
import { chance } from './texts';

const fixture = JSON.parse(readFileSync(inRoot('test', 'fixtures', 'triton', 'onnx-dims-mismatch.json'), 'utf8')) as {
  readonly bad: { readonly files: Readonly<Record<string, { readonly base64: string }>> };
};
const model = new Uint8Array(Buffer.from(fixture.bad.files['model/1/model.onnx']?.base64 ?? '', 'base64'));

const sourceOf = (bytes: Uint8Array, size = bytes.length): ByteSource => ({
  size,
  read: (start, length) => bytes.subarray(start, start + length),
});

describe('ONNX headers', () => {
  it('have inputs and outputs with types and sizes', () => {
    deepEqual(readOnnxHeader(sourceOf(model)), {
      inputs: [{ name: 'x', type: 1, dims: [-1, 3] }],
      outputs: [{ name: 'y', type: 1, dims: [-1, 3] }],
    });
  });

  it('of files that are cut off have a reason or less in them', () => {
    for (let length = 0; length < model.length; length++) {
      const header = readOnnxHeader(sourceOf(model.subarray(0, length)));
      ok('reason' in header || header.inputs.length < 2);
    }
  });

  it('of files with any byte changed are read or refused', () => {
    const next = chance(3);
    for (let round = 0; round < 5000; round++) {
      const broken = model.slice();
      broken[Math.floor(next() * broken.length)] = Math.floor(next() * 256);
      readOnnxHeader(sourceOf(broken));
    }
  });

  for (const [what, bytes, size] of [
    ['a length of two gigabytes', [0x3a, 0xff, 0xff, 0xff, 0xff, 0x07], 10],
    ['a length of two gigabytes in a file that is as long', [0x3a, 0xff, 0xff, 0xff, 0xff, 0x07], 2 ** 31 + 5],
    ['numbers without an end', Array.from({ length: 1000 }, () => 0xff), 1000],
    ['nothing', [], 0],
    ['text', [...Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n')], 58],
  ] as const)
    it(`are refused for ${what}`, () => {
      ok('reason' in readOnnxHeader(sourceOf(Uint8Array.from(bytes), size)));
    });

  it('skip weights without reading them', () => {
    let read = 0;
    const weights = 0x7fff_0000;
    // graph { initializer { raw_data: … } }, two gigabytes long.
    const length = (value: number): number[] =>
      [0, 7, 14, 21, 28].map((shift, i) => (Math.floor(value / 2 ** shift) & 127) | (i < 4 ? 128 : 0));
    const head = Uint8Array.from([
      0x3a,
      ...length(weights + 12),
      0x2a,
      ...length(weights + 6),
      0x4a,
      ...length(weights),
    ]);
    const header = readOnnxHeader({
      size: head.length + weights,
      read: (start, wanted) => {
        read += wanted;
        return start < head.length ? head.subarray(start, start + wanted) : new Uint8Array();
      },
    });
    deepEqual(header, { inputs: [], outputs: [] });
    ok(read < 1_000_000, `${read} bytes were asked for`);
  });
});

describe('OpenVINO headers', () => {
  for (const text of [
    '',
    '<net',
    '<net></net>',
    '<net><layer type="Parameter"',
    '<?xml?>'.repeat(1000),
    '\u0000'.repeat(1000),
  ])
    it(`come to an end on ${JSON.stringify(text.slice(0, 30))}`, () => {
      const header = readOpenvinoHeader(text);
      ok(header === undefined || header.inputs.length <= 1);
    });
});
