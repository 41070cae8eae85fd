/** Activations grow or shrink from layer to layer at the start. */
import { firstPlace, initAdvice } from '../advice';
import { shown } from '../numbers';
import { diagnosis } from '../rule';
import { isStuck } from '../run';

type State = ReadonlyMap<string, number>;

export const badInit = diagnosis({
  id: 'bad-init',
  catalogue: 'A4',
  summary: 'Initial weights are many times larger than their fan-in allows.',
  why: 'Weights of standard deviation 1 multiply the signal by the root of the fan-in in every layer. Kaiming and Xavier initialisation keep it as it is. Only layers that the script itself initialised are meant, and only while the loss does not fall.',
  source: 'SageMaker Debugger PoorWeightInitialization; He et al. 2015.',
  needs: ['stats', 'scalars'],
  thresholds: { gain: 5, leastGain: 0.5, steps: 40 },
  explains: [
    'exploding-gradient',
    'loss-divergence',
    'not-learning',
    'vanishing-gradient',
    'lr-too-high',
    'loss-oscillation',
  ],
  rank: 31,
  start: (): State => new Map(),
  step(state, record) {
    if (record.kind !== 'stats' || record.what !== 'activation' || state.size > 0) return state;
    return new Map(record.entries.map(({ name, n, sumSquares }) => [name, Math.sqrt(sumSquares / Math.max(1, n))]));
  },
  verdict(state, t, run) {
    if (!isStuck(run, t.leastGain, t.steps)) return undefined;
    for (const layer of run.inOrder())
      for (const { name, shape, init, first } of layer.parameters) {
        if (shape.length < 2 || typeof first?.standardDeviation !== 'number' || /Embedding|Norm/.test(layer.type))
          continue;
        const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
        const gain = first.standardDeviation * Math.sqrt(fanIn);
        // Weights that were copied come from another model: nobody drew them.
        if (gain < t.gain || init === undefined || init.call === 'copy_') continue;
        const advice = initAdvice(layer);
        const size = state.get(layer.name);
        return {
          severity: 'warning',
          layer: layer.name,
          place: firstPlace(advice) ?? run.layerPlace(layer.name),
          since: 1,
          message: `${name} starts with standard deviation ${shown(first.standardDeviation)} for a fan-in of ${fanIn}: it multiplies its input by ${shown(gain)}${size === undefined ? '' : `, to ${shown(size)} in the first step`}, and the loss does not fall as it should.`,
          suggestions: [
            ...advice,
            {
              title: `Use nn.init.kaiming_normal_: standard deviation ${shown(Math.sqrt(2 / fanIn))} here`,
              ...run.layerPlace(layer.name),
            },
          ],
        };
      }
    return undefined;
  },
});
