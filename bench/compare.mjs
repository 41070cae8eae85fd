/** Graphs of 10,000 nodes found again after 60 edits, under other names and in another order. */
import { loadTypeScript } from '../scripts/loadTypeScript.mjs';
import { inRoot } from '../scripts/paths.mjs';

const seeds = 20;
const blocks = 200;
const edits = 60;

/** @returns {Promise<object>} nodes, and for each kind of edits the share of right pairs and the times of all seeds */
export async function measureCompare() {
  const [{ transformer, edited }, { onnxFile }, { readOnnxModel }, { linked }, { matchGraphs }, { chance }] =
    await Promise.all(
      [
        ['test', 'compare', 'editedModels.ts'],
        ['test', 'compare', 'onnxWriter.ts'],
        ['server', 'src', 'models', 'onnxGraph.ts'],
        ['runtime-bridge', 'node', 'compare', 'graph', 'linked.ts'],
        ['runtime-bridge', 'node', 'compare', 'graph', 'match.ts'],
        ['test', 'triton', 'texts.ts'],
      ].map((path) => loadTypeScript(inRoot(...path))),
    );
  const graphOf = (model) => {
    const bytes = onnxFile(model);
    return readOnnxModel({ size: bytes.length, read: (start, length) => bytes.subarray(start, start + length) }).graph;
  };
  const measured = [];
  for (const [name, options] of [
    ['renamed, shuffled', { renamed: true }],
    ['renamed, shuffled, other weights', { renamed: true, retrained: true }],
  ]) {
    const found = [];
    for (let seed = 0; seed < seeds; seed++) {
      const model = transformer(blocks, chance(seed));
      const { model: other, truth } = edited(model, { edits, ...options }, chance(seed + 100));
      const [before, after] = [graphOf(model), graphOf(other)];
      const [started, processor] = [performance.now(), process.cpuUsage()];
      const pairs = matchGraphs(linked(before), linked(after));
      const { user, system } = process.cpuUsage(processor);
      const right = pairs.filter((pair) => truth.get(pair.before) === pair.after).length;
      found.push({
        seconds: (performance.now() - started) / 1e3,
        processorSeconds: (user + system) / 1e6,
        rightPercent: (100 * right) / Math.max(truth.size, pairs.length),
        nodes: before.nodes.length,
      });
    }
    measured.push({
      name,
      nodes: found[0].nodes,
      leastRightPercent: rounded(Math.min(...found.map(({ rightPercent }) => rightPercent))),
      seconds: spread(found.map(({ seconds }) => seconds)),
      processorSeconds: spread(found.map(({ processorSeconds }) => processorSeconds)),
    });
  }
  return { seeds, edits, kinds: measured };
}

const rounded = (value) => Number(value.toFixed(3));
const spread = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: rounded(sorted[sorted.length >> 1]), most: rounded(sorted.at(-1)) };
};
