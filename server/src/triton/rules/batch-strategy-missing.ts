import { rule } from '../rule';
import { parameterOf } from './shared/parameters';

export const batchStrategyMissing = rule({
  id: 'batch-strategy-missing',
  phase: 'library',
  severity: 'warning',
  source: 'backend_model.cc Create',
  summary: 'The batching library is named by a relative path.',
  why: 'The server looks for it from its own working directory, not from the model. Write an absolute path, or put the library into the model folder as batchstrategy.so and leave the parameter out.',
  bad: 'backend: "identity"\nmax_batch_size: 4\nparameters { key: "TRITON_BATCH_STRATEGY_PATH" value { string_value: "batch.so" } }',
  good: 'backend: "identity"\nmax_batch_size: 4\nparameters { key: "TRITON_BATCH_STRATEGY_PATH" value { string_value: "/opt/batch.so" } }',
  *check({ model, config }) {
    const path = parameterOf(config, 'TRITON_BATCH_STRATEGY_PATH');
    if (!path || model.isEnsemble || config.has('sequence_batching') || path.value.startsWith('/')) return;
    yield {
      message: `Batching library path not found: ${path.value}`,
      at: path.at,
      // No file can have an empty name, wherever the server looks.
      severity: path.value === '' ? 'error' : 'warning',
    };
  },
});
