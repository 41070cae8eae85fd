import { nameOfField, placeOf, rule } from '../rule';

export const ensembleVersionMissing = rule({
  id: 'ensemble-version-missing',
  phase: 'graph',
  source: 'model_repository_manager.cc CheckNode',
  summary: 'A step needs a version that is not loaded.',
  why: '-1 stands for the newest version. An omitted `model_version` is 0, a version that hardly ever exists.',
  bad: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a"\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}',
  good: 'platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling {\n  step {\n    model_name: "a" model_version: -1\n    input_map { key: "x" value: "IN" }\n    output_map { key: "y" value: "OUT" }\n  }\n}',
  *check({ model, config, name }) {
    for (const step of config.one('ensemble_scheduling')?.all('step') ?? []) {
      const [other, version] = [step.text('model_name'), step.number('model_version')];
      const found = model.repository.model(other);
      if (version === -1 || !found || other === model.name || found.loaded === undefined) continue;
      // Nothing is known of a model whose versions are kept elsewhere.
      if (found.loaded.length === 0 ? version !== 0 : found.loaded.includes(version)) continue;
      const at = step.has('model_version') ? placeOf(step, 'model_version') : nameOfField(step, 'model_version');
      const end = step.item('model_name')?.value.span?.end ?? 0;
      const span = step.scalar('model_version')?.span;
      yield {
        message: `ensemble '${name}' depends on '${other}' whose required version ${version} is not loaded`,
        at,
        fixes: [
          {
            title: 'Use the newest version: -1',
            changes: [span ? { span, newText: '-1' } : { span: { start: end, end }, newText: ' model_version: -1' }],
          },
        ],
      };
    }
  },
});
