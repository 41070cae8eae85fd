/** Nodes are found again after edits, under other names, in another order, with other weights. */
import { equal, ok } from 'node:assert/strict';
import { linked } from '../../runtime-bridge/node/compare/graph/linked';
import { matchGraphs, type NodePair } from '../../runtime-bridge/node/compare/graph/match';
import { type OnnxGraph, readOnnxModel } from '../../server/src/models/onnxGraph';
import type { ByteSource } from '../../server/src/models/wire';
import { chance } from '../triton/texts';
import { type EditOptions, edited, transformer } from './editedModels';
import { onnxFile, type WrittenModel } from './onnxWriter';

const sourceOf = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: (start, length) => bytes.subarray(start, start + length),
});

export function graphOf(model: WrittenModel): OnnxGraph {
  const read = readOnnxModel(sourceOf(onnxFile(model)));
  if ('reason' in read) throw new Error(read.reason);
  return read.graph;
}

function matched(
  blocks: number,
  options: EditOptions,
  seed: number,
): { pairs: readonly NodePair[]; right: number; there: number } {
  const model = transformer(blocks, chance(seed));
  const { model: other, truth } = edited(model, options, chance(seed + 100));
  const pairs = matchGraphs(linked(graphOf(model)), linked(graphOf(other)));
  return { pairs, right: pairs.filter(({ before, after }) => truth.get(before) === after).length, there: truth.size };
}

describe('graph matching', () => {
  for (const [what, options] of [
    ['names kept', {}],
    ['names kept, weights trained on', { retrained: true }],
    ['all renamed', { renamed: true }],
    ['all renamed, weights trained on', { renamed: true, retrained: true }],
  ] as const)
    it(`finds 99 % of 10,000 nodes again after 60 edits: ${what}`, () => {
      const { pairs, right, there } = matched(200, { edits: 60, ...options }, 2);
      ok(right >= 0.99 * there, `${right} of ${there}`);
      ok(right >= 0.99 * pairs.length, `${pairs.length - right} of ${pairs.length} pairs are wrong`);
    });

  it('pairs every node of equal graphs with itself', () => {
    const { pairs, right, there } = matched(5, { edits: 0, renamed: true }, 1);
    equal(right, there);
    equal(pairs.length, there);
  });

  it('never pairs a node twice', () => {
    for (let seed = 0; seed < 5; seed++) {
      const { pairs } = matched(4, { edits: 60, renamed: true, retrained: true }, seed);
      equal(new Set(pairs.map(({ after }) => after)).size, pairs.length);
    }
  });

  it('ends on graphs with nothing in common, and on cycles', () => {
    const chain = (op: string, count: number): WrittenModel => ({
      nodes: Array.from({ length: count }, (_, i) => ({
        name: '',
        op,
        inputs: [`v${i}`],
        outputs: [`v${(i + 1) % count}`],
      })),
      outputs: [{ name: 'v0', type: 'float32', dims: [] }],
    });
    equal(matchGraphs(linked(graphOf(chain('Relu', 300))), linked(graphOf(chain('Tanh', 200)))).length, 0);
    equal(matchGraphs(linked(graphOf(chain('Relu', 300))), linked(graphOf({ nodes: [] }))).length, 0);
  });
});
