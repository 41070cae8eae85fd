/** Tanh or sigmoid units that sit at an end of their range. */
import { activationAdvice, initAdvice } from '../advice';
import { percent } from '../numbers';
import { diagnosis, eventNamed, objectFact, toNumber } from '../rule';
import { isStuck } from '../run';

interface Seen {
  readonly share: number;
  readonly samples: number;
}
type State = ReadonlyMap<string, Seen>;

export const saturatedActivation = diagnosis({
  id: 'saturated-activation',
  catalogue: 'A2',
  summary: 'Most units of a tanh or sigmoid are at the end of their range for nearly every example.',
  why: 'There its derivative is almost 0 and nothing is learnt. Outputs of a model may saturate, and nothing is said while the loss falls.',
  source: 'SageMaker Debugger SaturatedActivation; DeepDiagnosis (share beyond 5), per unit.',
  needs: ['event:saturation', 'stats', 'scalars'],
  thresholds: { share: 0.5, samples: 5, leastGain: 0.3, steps: 60 },
  explains: ['vanishing-gradient', 'not-learning', 'bad-init', 'exploding-gradient', 'collapsed-output'],
  rank: 34,
  start: (): State => new Map(),
  step(state, record, run, _rank, t) {
    const next = new Map(state);
    const take = (name: string, share: number): void => {
      const before = state.get(name) ?? { share: 0, samples: 0 };
      next.set(name, { share: Math.max(share, before.share * 0.8), samples: before.samples + Number(share > t.share) });
    };
    const event = eventNamed(record, 'saturation');
    if (event !== undefined)
      for (const [name, share] of Object.entries(objectFact(event, 'layers'))) take(name, toNumber(share) ?? 0);
    if (record.kind === 'stats' && record.what === 'activation')
      for (const { name, exponents, n } of record.entries) {
        const kind = run.layers.get(name)?.activation?.name;
        if (kind !== 'tanh' && kind !== 'sigmoid') continue;
        // Beyond 4, both signs: bin 26 is 2^2.
        let beyond = 0;
        for (let bin = 26; bin < 32; bin++) beyond += (exponents[bin] as number) + (exponents[bin + 32] as number);
        take(name, beyond / Math.max(1, n));
      }
    return next;
  },
  verdict(state, t, run) {
    if (!isStuck(run, t.leastGain, t.steps)) return undefined;
    const last = run
      .inOrder()
      .filter(({ parameters }) => parameters.length > 0)
      .at(-1);
    const found = [...state]
      .filter(
        ([name, { share, samples }]) =>
          samples >= t.samples &&
          share > t.share &&
          !isOutput(name, last?.name, run.layers.get(name)?.order, last?.order),
      )
      .sort(([a], [b]) => (run.layers.get(a)?.order ?? 0) - (run.layers.get(b)?.order ?? 0))[0];
    if (found === undefined) return undefined;
    const [name, { share }] = found;
    const before = run
      .inOrder()
      .filter((each) => (each.order ?? 0) <= (run.layers.get(name)?.order ?? 0) && each.parameters.length > 0)
      .at(-1);
    const advice = before === undefined ? [] : initAdvice(before);
    const source = { file: advice[0]?.file ?? null, line: advice[0]?.line ?? null };
    return {
      severity: 'error',
      layer: name,
      place: source.line === null ? run.layerPlace(name) : source,
      message: `${percent(share)} of the units of ${name} are at the end of their range for nearly every example, where the derivative is almost 0; the loss does not fall.`,
      suggestions: [
        ...advice,
        ...activationAdvice(run.layers.get(name)),
        { title: 'Make the weights before it smaller: xavier_normal_', ...run.layerPlace(before?.name ?? name) },
        { title: 'Normalise the inputs of this layer', ...run.layerPlace(name) },
        { title: 'Scale the data to mean 0 and standard deviation 1', ...run.layerPlace(name) },
      ],
    };
  },
});

const isOutput = (
  name: string,
  last: string | undefined,
  order: number | undefined,
  lastOrder: number | undefined,
): boolean => name === last || (order !== undefined && lastOrder !== undefined && order > lastOrder);
