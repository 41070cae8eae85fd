import { rule } from '../rule';
import { parameterOf } from './shared/parameters';

export const batchStrategyWithSequences = rule({
  id: 'batch-strategy-with-sequences',
  phase: 'library',
  source: 'backend_model.cc Create',
  summary: 'A batching library is named for a model that batches sequences.',
  why: 'Libraries of one’s own choose what goes into a dynamic batch; the sequence batcher takes none. Leave the parameter out.',
  bad: 'backend: "identity"\nmax_batch_size: 4\nsequence_batching { }\nparameters { key: "TRITON_BATCH_STRATEGY_PATH" value { string_value: "/opt/batch.so" } }',
  good: 'backend: "identity"\nmax_batch_size: 4\nsequence_batching { }',
  *check({ model, config }) {
    const path = parameterOf(config, 'TRITON_BATCH_STRATEGY_PATH');
    if (!path || model.isEnsemble || !config.has('sequence_batching')) return;
    yield {
      message: 'TRITON_BATCH_STRATEGY_PATH cannot be specified with sequence batcher, using default batching strategy',
      at: path.at,
    };
  },
});
