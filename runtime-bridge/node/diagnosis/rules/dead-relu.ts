/** Units of a ReLU that never fire. */
import { initAdvice } from '../advice';
import { percent } from '../numbers';
import { diagnosis } from '../rule';

interface Seen {
  readonly highest: Float32Array;
  readonly rows: number;
  readonly samples: number;
}
type State = ReadonlyMap<string, Seen>;

export const deadRelu = diagnosis({
  id: 'dead-relu',
  catalogue: 'A1',
  summary: 'Channels of a ReLU are zero for every example.',
  why: 'A unit that never fires has no gradient and does not come back by itself. Counted are channels over many batches, not elements of one: a sparse layer whose units fire now and then is healthy.',
  source: 'SageMaker Debugger DeadRelu; DeepDiagnosis dead node, per channel instead of per element.',
  needs: ['stats', 'scalars'],
  thresholds: { rows: 300, samples: 8, warn: 0.5, error: 0.9, leastGain: 0.3, step: 20 },
  explains: [
    'vanishing-gradient',
    'no-gradient',
    'not-learning',
    'weights-not-updating',
    'bad-init',
    'collapsed-output',
    'lr-too-low',
  ],
  rank: 32,
  start: (): State => new Map(),
  step(state, record, run) {
    if (record.kind !== 'stats' || record.what !== 'activation') return state;
    const next = new Map(state);
    for (const { name, channelMax, rows } of record.entries) {
      const layer = run.layers.get(name);
      if (channelMax === undefined || layer === undefined) continue;
      const isRelu = layer.type === 'ReLU';
      if (!isRelu && layer.activation?.name !== 'relu') continue;
      const before = state.get(name);
      const highest =
        before?.highest.length === channelMax.length
          ? channelMax.map((value, i) => Math.max(value, before.highest[i] as number))
          : channelMax;
      next.set(name, { highest, rows: (before?.rows ?? 0) + rows, samples: (before?.samples ?? 0) + 1 });
    }
    return next;
  },
  verdict(state, t, run) {
    if (run.step < t.step) return undefined;
    const dead = [...state]
      .filter(([, { rows, samples }]) => samples >= t.samples && rows >= t.rows)
      .map(([name, { highest, rows }]) => ({
        name,
        rows,
        share: highest.filter((value) => value <= 0).length / highest.length,
      }))
      .filter(({ share }) => share >= t.warn)
      .sort((a, b) => (run.layers.get(a.name)?.order ?? 0) - (run.layers.get(b.name)?.order ?? 0));
    const [first] = dead;
    if (first === undefined) return undefined;
    const progress = run.progress;
    const all = dead.some(({ share }) => share >= t.error);
    if (!all && (progress === undefined || progress.points < 60 || progress.gain > t.leastGain)) return undefined;
    const guilty = all ? (dead.find(({ share }) => share >= t.error) ?? first) : first;
    const layer = run.layers.get(guilty.name);
    const advice = layer === undefined ? [] : initAdvice(layer);
    const source = { file: advice[0]?.file ?? null, line: advice[0]?.line ?? null };
    const place = run.layerPlace(guilty.name);
    return {
      severity: guilty.share >= t.error ? 'error' : 'warning',
      layer: guilty.name,
      place: source.line === null ? place : source,
      message: `${percent(guilty.share)} of the channels of ${guilty.name} never fired for ${guilty.rows} examples: they are dead, and so is what comes before them.`,
      suggestions: [
        ...advice,
        { title: 'Start the bias at 0', ...place },
        { title: 'Use LeakyReLU or GELU, which pass a gradient for negative inputs', ...place },
        { title: 'Lower the learning rate: one large step can push all units below 0', ...run.optimizer },
      ],
    };
  },
});
