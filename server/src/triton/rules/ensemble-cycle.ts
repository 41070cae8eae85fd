import { placeOf, rule } from '../rule';
import type { Model } from '../repository/model';

/** The last model of a way from `from` back to the model; undefined where there is none. */
function wayBack(model: Model, from: string): string | undefined {
  if (from === model.name) return from;
  const waiting = [from];
  const seen = new Set(waiting);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const steps = model.repository.model(name)?.filled.one('ensemble_scheduling')?.all('step') ?? [];
    for (const step of steps) {
      const next = step.text('model_name');
      if (next === model.name) return name;
      if (seen.size < seen.add(next).size) waiting.push(next);
    }
  }
  return undefined;
}

export const ensembleCycle = rule({
  id: 'ensemble-cycle',
  phase: 'graph',
  source: 'model_repository_manager.cc CircularDependencyCheck',
  summary: 'An ensemble contains itself.',
  why: 'Directly, or through another ensemble among its steps.',
  bad: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "model" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}',
  good: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}',
  *check({ model, config }) {
    for (const step of config.one('ensemble_scheduling')?.all('step') ?? []) {
      const first = step.text('model_name');
      const last = wayBack(model, first);
      if (last !== undefined)
        yield {
          message: `circular dependency between ensembles: ${model.name} -> ... -> ${last} -> ${model.name}`,
          at: placeOf(step, 'model_name'),
        };
    }
  },
});
