import { placeOf, rule } from '../rule';

export const tensorNameRepeated = rule({
  id: 'tensor-name-repeated',
  phase: 'ours',
  source: 'our own',
  summary: 'Two inputs or two outputs have the same name.',
  why: 'The server takes the first and ignores the other.',
  bad: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }\ninput { name: "x" data_type: TYPE_FP32 dims: [ 2 ] }',
  good: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }\ninput { name: "y" data_type: TYPE_FP32 dims: [ 2 ] }',
  *check({ config }) {
    for (const side of ['input', 'output']) {
      const seen = new Set<string>();
      for (const tensor of config.all(side)) {
        const name = tensor.text('name');
        if (name !== '' && seen.size === seen.add(name).size)
          yield {
            message: `the ${side} '${name}' is written twice; the first one counts`,
            at: placeOf(tensor, 'name'),
          };
      }
    }
  },
});
