/** A rare class is never recognised. */
import { percent, shown } from '../numbers';
import { diagnosis, eventNamed, facts } from '../rule';
import type { EventRecord } from '../../../../protocol/src/journal';

interface State {
  readonly labels: readonly number[];
  readonly recentLabels: readonly number[];
  readonly recentHits: readonly number[];
  readonly last: EventRecord | undefined;
}

export const classImbalance = diagnosis({
  id: 'class-imbalance',
  catalogue: 'D4',
  summary: 'Some classes are far rarer than others, and the model hardly ever recognises them.',
  why: 'Saying "common" is right most of the time. Weights in the loss or a sampler make rare classes count. Where the rare ones are recognised, nothing is said.',
  source: 'SageMaker Debugger ClassImbalance (ratio 10), with recall as the evidence.',
  needs: ['event:loss-call'],
  thresholds: { ratio: 8, labels: 500, recall: 0.3, recent: 3, steps: 60 },
  explains: ['collapsed-output', 'not-learning'],
  rank: 23,
  start: (): State => ({ labels: [], recentLabels: [], recentHits: [], last: undefined }),
  step(state, record): State {
    const event = eventNamed(record, 'loss-call');
    const [labels, hits] = [event && facts(event, 'labels'), event && facts(event, 'hits')];
    if (event === undefined || labels === undefined || hits === undefined) return state;
    const fade = (before: readonly number[], now: readonly number[]): readonly number[] =>
      now.map((count, i) => count + 0.9 * (before[i] ?? 0));
    return {
      labels: labels.map((count, i) => count + (state.labels[i] ?? 0)),
      recentLabels: fade(state.recentLabels, labels),
      recentHits: fade(state.recentHits, hits),
      last: event,
    };
  },
  verdict({ labels, recentLabels, recentHits, last }, t, run) {
    const total = labels.reduce((sum, count) => sum + count, 0);
    if (last === undefined || last['weighted'] === true || labels.length > 50 || total < t.labels || run.step < t.steps)
      return undefined;
    const loader = run.loaders.get(run.trainingLoader ?? -1);
    if (
      loader !== undefined &&
      !['RandomSampler', 'SequentialSampler', 'none', 'DistributedSampler'].includes(loader.sampler)
    )
      return undefined;
    const most = Math.max(...labels);
    const rare = labels
      .map((count, i) => ({
        i,
        count,
        recall: (recentHits[i] ?? 0) / Math.max(1e-9, recentLabels[i] ?? 0),
        recent: recentLabels[i] ?? 0,
      }))
      .filter(
        ({ count, recall, recent }) => count > 0 && most > t.ratio * count && recall < t.recall && recent >= t.recent,
      );
    const [worst] = rare;
    // Early on nothing is recognised yet: half of a usual epoch must be over.
    if (worst === undefined || (run.end === undefined && run.step < 150)) return undefined;
    return {
      severity: 'warning',
      place: { file: last.file ?? null, line: last.line ?? null },
      message: `Class ${worst.i} makes up ${percent(worst.count / total)} of the labels (the most common ${percent(most / total)}), and the model recognises ${shown(100 * worst.recall)} % of it.`,
      suggestions: [
        {
          title: 'Weight the classes in the loss: weight=total / (classes * counts)',
          file: last.file ?? null,
          line: last.line ?? null,
        },
        { title: 'Or draw rare examples more often with WeightedRandomSampler', ...loader },
      ],
    };
  },
});
