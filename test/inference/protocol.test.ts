/** Frames between front and process, and the protocol's JSON, without either process. */
import { deepEqual, equal, throws } from 'node:assert/strict';
import { assert as check, array, constantFrom, integer, property, uint8Array } from 'fast-check';
import { type Datatype, datatypeOf, datatypes, elementsOf } from '../../runtime-bridge/node/inference/datatypes';
import { type Frame, FrameReader, frameKinds, framePieces } from '../../runtime-bridge/node/inference/frames';
import { bytesOfJson, jsonOfBytes, printDouble } from '../../runtime-bridge/node/inference/oip/elements';
import { ProtocolError } from '../../runtime-bridge/node/inference/oip/errors';
import { readJson } from '../../runtime-bridge/node/inference/oip/json';
import { readInferRequest } from '../../runtime-bridge/node/inference/oip/request';
import { RequestReader } from '../../runtime-bridge/node/inference/oip/requestReader';

const typeNamed = (name: string): Datatype => datatypeOf(name) as Datatype;
const place = { input: 'x', model: 'm', id: '' };

describe('frames', () => {
  const tensor = array(integer({ min: 0, max: 9 }), { maxLength: 4 }).chain((shape) =>
    constantFrom(...datatypes.filter(({ bytes }) => bytes > 0)).chain((datatype) => {
      const length = elementsOf(shape) * datatype.bytes;
      return uint8Array({ minLength: length, maxLength: length }).map((data) => ({ index: 3, datatype, shape, data }));
    }),
  );

  it('come out as they went in, however the pipe cuts them', () =>
    check(
      property(
        array(tensor, { maxLength: 4 }),
        array(integer({ min: 1, max: 5000 }), { minLength: 1 }),
        (tensors, cuts) => {
          const sent = { kind: frameKinds.result, request: 7, tensors, outputs: [1, 0], nanoseconds: 12.5 };
          const bytes = Buffer.concat([...framePieces(sent), ...framePieces(sent)]);
          const seen: Frame[] = [];
          const reader = new FrameReader((frame) => seen.push(frame));
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const end = at + (cuts[i % cuts.length] as number);
            reader.push(bytes.subarray(at, end));
            at = end;
          }
          equal(seen.length, 2);
          for (const frame of seen) {
            deepEqual([frame.request, frame.outputs, frame.nanoseconds], [7, [1, 0], 12.5]);
            deepEqual(
              frame.tensors.map((each) => [each.index, each.datatype.name, each.shape, [...each.data]]),
              tensors.map((each) => [each.index, each.datatype.name, each.shape, [...each.data]]),
            );
            for (const { data, datatype } of frame.tensors)
              equal(data.length === 0 || data.byteOffset % datatype.bytes === 0, true);
          }
        },
      ),
      { numRuns: 200 },
    ));

  it('of an impossible length are refused', () => {
    const reader = new FrameReader(() => undefined);
    throws(() => reader.push(Buffer.from([255, 255, 255, 255])), RangeError);
  });
});

describe('requests of one connection', () => {
  const binary = (name: string, size: number): object => ({
    ...{ name, datatype: 'UINT8', shape: [size], parameters: { binary_data_size: size } },
  });
  const plain = { name: 'p', datatype: 'INT32', shape: [2], data: [1, 2] };
  const heads = [
    { inputs: [binary('a', 4)] },
    { inputs: [binary('b', 4)] },
    { inputs: [binary('a', 4)], id: 'seven' },
    { inputs: [binary('a', 1), plain, binary('b', 3)], outputs: [{ name: 'y', parameters: { binary_data: true } }] },
    { inputs: [plain] },
    { inputs: [] },
    { inputs: 3 },
  ].map((value) => JSON.stringify(value));
  const lengths = [(json: string) => String(json.length), () => undefined, () => '0x10', () => '12 bytes', () => ''];
  const request = constantFrom(...heads).chain((json) =>
    constantFrom(...lengths).chain((length) =>
      uint8Array({ minLength: 3, maxLength: 5 }).map((tail) => ({
        body: Buffer.concat([Buffer.from(json), tail]),
        length: length(json),
      })),
    ),
  );
  const found = (read: () => object): object => {
    try {
      return read();
    } catch (error) {
      return { refused: (error as Error).message };
    }
  };

  it('are read as if each were the only one', () =>
    check(
      property(array(request, { maxLength: 30 }), (requests) => {
        const reader = new RequestReader();
        for (const { body, length } of requests)
          deepEqual(
            found(() => reader.read(body, length, 'm')),
            found(() => readInferRequest(body, length, 'm')),
          );
      }),
      { numRuns: 300 },
    ));
});

describe('JSON of tensors', () => {
  const round = (name: string, text: string, shape: readonly number[]): string => {
    const type = typeNamed(name);
    return jsonOfBytes(type, shape, bytesOfJson(readJson(text), type, shape, place));
  };

  for (const [name, text] of [
    ['INT64', '9223372036854775807,-9223372036854775808,9007199254740993'],
    ['UINT64', '18446744073709551615,0,9007199254740993'],
    ['FP64', '1.1,1e300,-0.0'],
    ['BYTES', '"a","9007199254740993","\\"quoted\\""'],
    ['BOOL', 'true,false,true'],
  ] as const)
    it(`${name} keeps its values`, () => equal(round(name, `[${text}]`, [3]), text));

  it('may be nested or flat', () =>
    equal(round('INT32', '[[1, 2], [3, 4]]', [2, 2]), round('INT32', '[1,2,3,4]', [2, 2])));

  for (const [what, name, text] of [
    ['256 in 8 bits', 'UINT8', '[256]'],
    ['-1 without a sign', 'UINT64', '[-1]'],
    ['2^63', 'INT64', '[9223372036854775808]'],
    ['a fraction for an integer', 'INT32', '[1.5]'],
    ['a text for a number', 'FP32', '["1"]'],
    ['halves', 'FP16', '[1]'],
    ['two for one', 'FP32', '[1, 2]'],
    ['a thousand brackets', 'FP32', `${'['.repeat(1000)}1${']'.repeat(1000)}`],
  ] as const)
    it(`refuses ${what}`, () => throws(() => round(name, text, [1]), ProtocolError));

  it('prints numbers as Triton does', () =>
    deepEqual([2, -0, 1e21, 1e30, 1.5e-7, 0.1, 123456789].map(printDouble), [
      '2.0',
      '-0.0',
      '1e21',
      '1e30',
      '1.5e-7',
      '0.1',
      '123456789.0',
    ]));
});
