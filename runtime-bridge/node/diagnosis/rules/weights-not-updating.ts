/** Steps are made, gradients are there, and weights stay as they are. */
import type { Run } from '../run';
import { type Alert, diagnosis, eventNamed, listFact } from '../rule';
import { percent } from '../numbers';

interface State {
  readonly gradients: ReadonlySet<string>;
  readonly still: ReadonlyMap<string, number>;
  readonly samples: number;
  /** How often each parameter had its old values again before the next step. */
  readonly back: ReadonlyMap<string, number>;
}

export const weightsNotUpdating = diagnosis({
  id: 'weights-not-updating',
  catalogue: 'W2',
  summary: 'A weight has a gradient and the optimizer steps, but it keeps its value.',
  why: 'Something puts it back, or the rate of its group is 0. Steps that a gradient scaler skips, frozen parameters and gradients of 0 are not meant.',
  source: 'SageMaker Debugger UnchangedTensor, exact instead of close; TrainCheck.',
  needs: ['stats', 'event:put-back'],
  thresholds: { samples: 5, backShare: 0.8 },
  explains: ['not-learning'],
  rank: 27,
  start: (): State => ({ gradients: new Set(), still: new Map(), samples: 0, back: new Map() }),
  step(state, record) {
    const names = listFact<string>(eventNamed(record, 'put-back'), 'parameters');
    if (names.length > 0) {
      const back = new Map(state.back);
      for (const name of names) back.set(name, (back.get(name) ?? 0) + 1);
      return { ...state, back };
    }
    if (record.kind !== 'stats') return state;
    if (record.what === 'gradient') {
      // Gradients that are rounding errors, as of a bias before batch norm, are too small to change anything.
      const most = Math.max(...record.entries.map(({ absMax }) => absMax));
      const real = record.entries.filter(
        ({ absMax, nan, inf }) => absMax > 1e-3 * most && absMax > 1e-8 && nan + inf === 0,
      );
      return { ...state, gradients: new Set(real.map(({ name }) => name)) };
    }
    if (record.what !== 'update') return state;
    const still = new Map(state.still);
    for (const { name, absMax, nan, inf } of record.entries)
      if (absMax === 0 && nan + inf === 0 && state.gradients.has(name)) still.set(name, (still.get(name) ?? 0) + 1);
      else still.delete(name);
    return { ...state, still, samples: state.samples + 1 };
  },
  verdict({ still, samples, back }, t, run) {
    const returned = [...back].filter(([, count]) => count >= t.samples && count >= t.backShare * (samples - 1));
    if (samples >= t.samples && returned.length > 0 && run.isSimple) return putBack(run, returned);
    if (
      samples < t.samples ||
      run
        .curve('lr')
        .recent(20)
        .every((rate) => rate === 0)
    )
      return undefined;
    const names = [...still].filter(([, count]) => count >= t.samples).map(([name]) => name);
    const [first] = names;
    if (first === undefined) return undefined;
    const layer = run.ownerOf(first);
    const share =
      names.length /
      Math.max(1, run.optimizer?.groups.reduce((sum, { parameters }) => sum + parameters.length, 0) ?? 1);
    return {
      severity: share > 0.5 ? 'error' : 'warning',
      layer,
      place: run.optimizer,
      message: `${first}${names.length > 1 ? ` and ${names.length - 1} more parameters (${percent(share)})` : ''} got gradients in ${samples} steps looked at and did not change.`,
      suggestions: [
        { title: 'Check the learning rate of the parameter group, and its schedule', ...run.optimizer },
        { title: 'Look for code that writes the old weights back after the step', ...run.calledAt('step') },
      ],
    };
  },
});

function putBack(run: Run, returned: readonly (readonly [string, number])[]): Alert {
  const [name, count] = returned[0] as readonly [string, number];
  const more = returned.length > 1 ? ` and ${returned.length - 1} more parameters` : '';
  const place = run.calledAt('step') ?? run.optimizer;
  return {
    severity: 'error',
    layer: run.ownerOf(name),
    place,
    since: 2,
    message: `${name}${more} had the old values again before the next step, ${count} times: something after step() writes them back.`,
    suggestions: [
      {
        title: 'Remove what writes the old weights back after the step: copy_(), .data or load_state_dict()',
        ...place,
      },
    ],
  };
}
