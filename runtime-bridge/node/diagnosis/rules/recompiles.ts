/** A compiled model is compiled again and again. */
import { diagnosis, eventNamed, listFact, placeIn, toNumber } from '../rule';

interface State {
  /** Graphs that were there after the first steps. */
  readonly first: number | undefined;
  readonly graphs: number;
  /** Looks at which there were more than at the one before. */
  readonly rises: number;
  /** The function that was compiled most often. */
  readonly most: Readonly<Record<string, unknown>> | undefined;
}

export const recompiles = diagnosis({
  id: 'recompiles',
  catalogue: 'P5',
  summary: 'torch.compile makes new graphs in step after step.',
  why: 'A number or an attribute that changes with each step is built into the graph, so each step compiles anew until torch gives up and runs the model as it is. It is only a hint.',
  source: 'torch.compile, dealing with recompilations: recompile_limit is 8.',
  needs: ['event:calls'],
  thresholds: { graphs: 6, rises: 4, settled: 1 },
  rank: 94,
  start: (): State => ({ first: undefined, graphs: 0, rises: 0, most: undefined }),
  step(state, record, _run, _rank, t): State {
    const event = eventNamed(record, 'calls');
    const graphs = toNumber(event?.['compiledGraphs']);
    if (event === undefined || graphs === undefined || event.step < t.settled) return state;
    const [most] = listFact(event, 'recompiled');
    if (state.first === undefined) return { first: graphs, graphs, rises: 0, most };
    return { ...state, graphs, rises: state.rises + Number(graphs > state.graphs), most };
  },
  verdict({ first = 0, graphs, rises, most }, t, run) {
    const more = graphs - first;
    // One model of many parts has many graphs: each of them once more, for an evaluation, is usual.
    if (rises < t.rises || more < Math.max(t.graphs, 2 * first)) return undefined;
    const [place, what, check] = [placeIn(most) ?? run.calledAt('backward'), most?.['function'], most?.['check']];
    const changes =
      typeof what === 'string' && typeof check === 'string'
        ? `${what} is compiled again because this no longer held: ${check}.`
        : 'something that changes from step to step is built into them.';
    return {
      severity: 'info',
      place,
      message: `torch.compile has made ${more} more graphs since the first step (${graphs} in all): ${changes}`,
      suggestions: [
        { title: 'Run with TORCH_LOGS=recompiles, which names all that changed', ...place },
        { title: 'Keep counters out of the model, or make them tensors', ...place },
        { title: 'For sizes that change: torch.compile(model, dynamic=True)', ...place },
      ],
    };
  },
});
