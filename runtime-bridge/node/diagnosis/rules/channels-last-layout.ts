/** Pictures come with their channels last. */
import { diagnosis, eventNamed, listFact } from '../rule';

export const channelsLastLayout = diagnosis({
  id: 'channels-last-layout',
  catalogue: 'D6',
  summary: 'Pictures come as (batch, height, width, channels), and a convolution takes the height for channels.',
  why: 'PyTorch wants (batch, channels, height, width). It only runs because the height happens to be the number of input channels.',
  source: 'PyTorch Conv2d input layout.',
  needs: ['event:batch'],
  thresholds: { calls: 2 },
  rank: 8,
  start: () => ({ count: 0, shape: [] as readonly number[] }),
  step(state, record, run) {
    const event = eventNamed(record, 'batch');
    const shape = listFact<number>(event, 'shape');
    const first = run.inOrder().find(({ parameters }) => parameters.length > 0);
    const [, second = 0, third = 0, last = 0] = shape;
    const odd =
      shape.length === 4 &&
      [1, 3, 4].includes(last) &&
      second > 4 &&
      second === third &&
      first?.type === 'Conv2d' &&
      first.settings['in_channels'] === second;
    return odd ? { count: state.count + 1, shape } : state;
  },
  verdict({ count, shape }, t, run) {
    if (count < t.calls) return undefined;
    const first = run.inOrder().find(({ parameters }) => parameters.length > 0);
    return {
      severity: 'warning',
      layer: first?.name ?? null,
      place: run.layerPlace(first?.name),
      since: 1,
      message: `Batches of shape (${shape.join(', ')}) have their channels last; ${first?.name ?? 'the convolution'} takes ${String(shape[1])} as the number of channels.`,
      suggestions: [{ title: 'Move the channels: x.permute(0, 3, 1, 2)', ...run.layerPlace(first?.name) }],
    };
  },
});
