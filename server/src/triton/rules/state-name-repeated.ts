import { placeOf, rule } from '../rule';

export const stateNameRepeated = rule({
  id: 'state-name-repeated',
  phase: 'ours',
  source: 'our own',
  summary: 'Two states have the same input or output.',
  why: 'The second one is ignored.',
  bad: 'backend: "identity"\nsequence_batching { state { input_name: "i" output_name: "o" } state { input_name: "i" output_name: "p" } }',
  good: 'backend: "identity"\nsequence_batching { state { input_name: "i" output_name: "o" } state { input_name: "j" output_name: "p" } }',
  *check({ config }) {
    for (const field of ['input_name', 'output_name']) {
      const seen = new Set<string>();
      for (const state of config.one('sequence_batching')?.all('state') ?? [])
        if (seen.size === seen.add(state.text(field)).size)
          yield {
            message: `the ${field} '${state.text(field)}' belongs to another state already; this one is ignored`,
            at: placeOf(state, field),
          };
    }
  },
});
