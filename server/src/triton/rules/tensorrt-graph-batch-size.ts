import { nameOfField, rule } from '../rule';
import type { Message } from '../textFormat/message';

export const tensorrtGraphBatchSize = rule({
  id: 'tensorrt-graph-batch-size',
  phase: 'ours',
  source: 'tensorrt_backend, CUDA graphs of instance_state.cc; the words are our own',
  summary: 'A CUDA graph is recorded for a batch that the model does not take.',
  why: 'TensorRT records a graph for batches from 1 to `max_batch_size` only, and its lower bound is not above it; otherwise the model does not load.',
  bad: 'platform: "tensorrt_plan"\nmax_batch_size: 4\noptimization { cuda { graphs: true graph_spec { batch_size: 8 } } }',
  good: 'platform: "tensorrt_plan"\nmax_batch_size: 4\noptimization { cuda { graphs: true graph_spec { batch_size: 4 } } }',
  *check({ config }) {
    const cuda = config.one('optimization')?.one('cuda');
    const max = config.number('max_batch_size');
    // Without max_batch_size the engine may say how large a batch is.
    if (config.text('platform') !== 'tensorrt_plan' || !cuda?.flag('graphs') || max < 1) return;
    const outside = (message: Message, most: number): boolean =>
      message.number('batch_size') < 1 || message.number('batch_size') > most;
    for (const spec of cuda.all('graph_spec')) {
      const [bound, size] = [spec.one('graph_lower_bound'), spec.number('batch_size')];
      if (outside(spec, max))
        yield {
          message: `a CUDA graph of batch size ${size}: it must be from 1 to max_batch_size, which is ${max}`,
          at: nameOfField(spec, 'batch_size'),
        };
      else if (bound && outside(bound, size))
        yield {
          message: `a CUDA graph of batch size ${size} with a lower bound of ${bound.number('batch_size')}: it must be from 1 to ${size}`,
          at: nameOfField(bound, 'batch_size'),
        };
    }
  },
});
