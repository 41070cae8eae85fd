/** Inputs are much larger than what layers are made for. */
import { shown } from '../numbers';
import { diagnosis } from '../rule';
import { isStuck, type Run } from '../run';

interface Seen {
  readonly rows: number;
  readonly absMax: number;
  readonly sum: number;
  readonly squares: number;
  readonly n: number;
  readonly low: Float32Array | undefined;
  readonly high: Float32Array | undefined;
}
type State = ReadonlyMap<string, Seen>;

export const inputScale = diagnosis({
  id: 'input-scale',
  catalogue: 'D1',
  summary: 'Inputs are many times larger than 1.',
  why: 'Initial weights and usual learning rates are made for inputs around 0 with standard deviation 1. Images normalised with the usual means (about -2.6 to 2.6) are silent, and so is everything before a normalisation layer. While the loss falls well it is only a hint.',
  source: 'LeCun et al., Efficient BackProp; UMLAUT and DeepDiagnosis test [-1, 1], which is too strict.',
  needs: ['stats', 'scalars'],
  thresholds: { deviation: 10, absMax: 30, rows: 200, leastGain: 0.6, steps: 60 },
  explains: [
    'exploding-gradient',
    'loss-divergence',
    'not-learning',
    'dead-relu',
    'lr-too-high',
    'loss-oscillation',
    'saturated-activation',
    'collapsed-output',
    'bad-init',
    'vanishing-gradient',
    'initial-loss',
  ],
  rank: 24,
  start: (): State => new Map(),
  step(state, record) {
    if (record.kind !== 'stats' || record.what !== 'input') return state;
    const next = new Map(state);
    for (const { name, rows, absMax, sum, sumSquares, n, channelMax, channelMin } of record.entries) {
      if (name.includes('#')) continue;
      const before = state.get(name);
      next.set(name, {
        rows: (before?.rows ?? 0) + rows,
        absMax: Math.max(before?.absMax ?? 0, absMax),
        sum: (before?.sum ?? 0) + sum,
        squares: (before?.squares ?? 0) + sumSquares,
        n: (before?.n ?? 0) + n,
        low: merged(before?.low, channelMin, Math.min),
        high: merged(before?.high, channelMax, Math.max),
      });
    }
    return next;
  },
  verdict(state, t, run) {
    const first = firstLayer(run);
    if (first === undefined || /Norm|Embedding/.test(first.type)) return undefined;
    for (const [, seen] of state) {
      if (seen.rows < t.rows && run.end === undefined) continue;
      const average = seen.sum / seen.n;
      const deviation = Math.sqrt(Math.max(0, seen.squares / seen.n - average ** 2));
      if (deviation < t.deviation && seen.absMax < t.absMax) continue;
      if (deviation < 3 && Math.abs(average) < 10) continue;
      if (!isStuck(run, t.leastGain, t.steps)) continue;
      const { place, title } = whereData(run);
      const pixels = seen.absMax <= 255 && seen.absMax > 100 && average > 1;
      return {
        severity: 'warning',
        layer: first.name,
        place: place ?? run.layerPlace(first.name),
        since: 1,
        message: `Inputs of ${first.name} reach ${shown(seen.absMax)} (mean ${shown(average)}, standard deviation ${shown(deviation)})${pixels ? ', as bytes of a picture do' : ''}: layers are made for about 1.`,
        suggestions: [
          {
            title: pixels
              ? `Divide by 255 and normalise: (x / 255 - ${shown(average / 255)}) / ${shown(deviation / 255)}`
              : `Normalise the inputs: (x - ${shown(average)}) / ${shown(deviation)}`,
            ...place,
          },
          { title, ...run.layerPlace(first.name) },
        ],
      };
    }
    return undefined;
  },
});

const firstLayer = (run: Run) =>
  run.inOrder().find(({ name, parameters, type }) => (name !== '' && parameters.length > 0) || type.includes('Norm'));

function whereData(run: Run) {
  const loader = run.loaders.get(run.trainingLoader ?? -1);
  const place = loader?.item ?? ((loader?.line ?? null) === null ? undefined : loader);
  return { place, title: 'Or put a BatchNorm before the first layer' };
}

function merged(
  before: Float32Array | undefined,
  now: Float32Array | undefined,
  pick: (a: number, b: number) => number,
): Float32Array | undefined {
  if (now === undefined || before?.length !== now.length) return now ?? before;
  return now.map((value, i) => pick(value, before[i] as number));
}
