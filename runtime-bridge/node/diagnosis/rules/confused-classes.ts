/** One class is taken for another again and again. */
import type { EventRecord } from '../../../../protocol/src/journal';
import { percent } from '../numbers';
import { diagnosis, eventNamed, facts } from '../rule';

interface State {
  /** Lately, by class. */
  readonly labels: readonly number[];
  /** Lately, by label * classes + guess. */
  readonly pairs: ReadonlyMap<number, number>;
  readonly samples: number;
  readonly last: EventRecord | undefined;
}

/** What a call counts for after each later one. */
const fade = 0.9;
/** Wrong guesses that a call tells of; where there are as many, not all are told. */
const most = 64;

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

export const confusedClasses = diagnosis({
  id: 'confused-classes',
  catalogue: 'D5',
  summary: 'A model that knows the other classes takes one of them for another.',
  why: 'Labels that are mixed up, classes that overlap, or a difference that the input does not show. It is only a hint, and not given for rare classes, nor where most guesses are wrong.',
  source: 'SageMaker Debugger Confusion; share of a class that goes to a single other one.',
  needs: ['event:loss-call'],
  thresholds: { share: 0.3, others: 3, accuracy: 0.75, examples: 20, samples: 5, steps: 100 },
  rank: 91,
  start: (): State => ({ labels: [], pairs: new Map(), samples: 0, last: undefined }),
  step(state, record, _run, _rank, t): State {
    const event = eventNamed(record, 'loss-call');
    const [labels, confused] = [event && facts(event, 'labels'), event && facts(event, 'confused')];
    if (labels === undefined || confused === undefined || confused.length >= most || labels.length < 3) return state;
    // Only what a model says that knows the rest.
    if (confused.length > (1 - t.accuracy) * total(labels)) return state;
    const pairs = new Map([...state.pairs].map(([code, count]) => [code, fade * count]));
    for (const code of confused) pairs.set(code, (pairs.get(code) ?? 0) + 1);
    return {
      labels: labels.map((count, i) => count + fade * (state.labels[i] ?? 0)),
      pairs,
      samples: state.samples + 1,
      last: event,
    };
  },
  verdict({ labels, pairs, samples, last }, t, run) {
    const classes = labels.length;
    if (last === undefined || samples < t.samples || run.step < t.steps) return undefined;
    const [first] = [...pairs]
      .map(([code, count]) => ({ label: Math.floor(code / classes), guess: code % classes, count }))
      .filter(({ label, guess, count }) => {
        const [own, other] = [labels[label] ?? 0, labels[guess] ?? 0];
        const next = Math.max(
          0,
          ...[...pairs].map(([code, each]) =>
            Math.floor(code / classes) === label && code % classes !== guess ? each : 0,
          ),
        );
        return own >= t.examples && 4 * own > other && count > t.share * own && count > t.others * next;
      })
      .sort((a, b) => b.count / (labels[b.label] as number) - a.count / (labels[a.label] as number));
    if (first === undefined) return undefined;
    const place = { file: last.file ?? null, line: last.line ?? null };
    const share = first.count / (labels[first.label] as number);
    return {
      severity: 'info',
      place,
      message: `${percent(share)} of class ${first.label} are taken for class ${first.guess}, while ${percent(1 - total([...pairs.values()]) / total(labels))} of all guesses are right.`,
      suggestions: [
        { title: `Look at examples of classes ${first.label} and ${first.guess}: are their labels right?`, ...place },
        { title: 'Make them one class where nobody can tell them apart', ...place },
      ],
    };
  },
});
