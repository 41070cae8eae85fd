import { placeOf, rule } from '../rule';
import { byBytes } from '../files';
import { nearest } from './shared/nearest';

export const ensembleModelMissing = rule({
  id: 'ensemble-model-missing',
  phase: 'graph',
  source: 'model_repository_manager.cc ConnectDependencyGraph',
  summary: 'A step names a model that is not in the repository.',
  why: 'Models are named by their folders, letter for letter.',
  bad: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "lost" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}',
  good: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}',
  *check({ model, config, name }) {
    const names = model.repository.names();
    // A configuration that lies alone says nothing about its repository.
    if (names === undefined || names.length < 2) return;
    const steps = config.one('ensemble_scheduling')?.all('step') ?? [];
    const isLost = (part: string): boolean => {
      const found = model.repository.model(part);
      // With auto-complete off a model without a configuration fails by itself.
      return found === undefined || (model.world.strict && found.path === undefined);
    };
    const lost = steps.filter((step) => step.text('model_name') !== '' && isLost(step.text('model_name')));
    const missing = [...new Set(lost.map((step) => step.text('model_name')))].sort(byBytes);
    for (const step of lost) {
      const at = placeOf(step, 'model_name');
      const near = nearest(step.text('model_name'), names);
      yield {
        message: `ensemble ${name} contains models that are not available or ambiguous: ${missing.join(', ')}`,
        at,
        fixes:
          at && near !== undefined
            ? [{ title: `Change it to ${near}`, changes: [{ span: at, newText: JSON.stringify(near) }] }]
            : [],
      };
    }
  },
});
