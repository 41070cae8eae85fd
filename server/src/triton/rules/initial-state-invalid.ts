import { openingOf, placeOf, type Problem, rule } from '../rule';
import type { Model } from '../repository/model';
import type { Message } from '../textFormat/message';
import { elementSize } from './shared/warmup';

/** The file of an initial state: there, and long enough. The folder may be kept elsewhere as a whole. */
function* fileProblem(model: Model, state: Message, initial: Message): Iterable<Problem> {
  const folder = `${model.folder}/initial_state`;
  const file = initial.text('data_file');
  if (!initial.has('data_file') || model.world.files.entries(folder) === undefined) return;
  const size = model.world.files.size(`${folder}/${file}`);
  const at = placeOf(initial, 'data_file');
  const element = elementSize(initial);
  if (size === undefined)
    yield { message: `failed to open text file for read ${folder}/${file}: No such file or directory`, at };
  else if (element !== undefined && !initial.numbers('dims').includes(-1)) {
    const needed = initial.numbers('dims').reduce((product, dim) => product * dim, element);
    if (size < needed)
      yield {
        message: `initial_state setting expects ${needed} bytes, but the data provided from ${state.text('input_name')} only has ${size} bytes`,
        at,
      };
  }
}

export const initialStateInvalid = rule({
  id: 'initial-state-invalid',
  phase: 'sequences',
  source: 'sequence_state.cc, sequence_batch_scheduler.cc',
  summary: 'The initial state of a sequence does not fit its state.',
  why: 'At most one initial state, with a name, the type and the rank of the state, fixed sizes, and either zeros or a file.',
  bad: 'backend: "identity"\nsequence_batching { state { input_name: "i" output_name: "o" data_type: TYPE_FP32 dims: [ 1 ] initial_state { name: "s" data_type: TYPE_INT32 dims: [ 1 ] zero_data: true } } }',
  good: 'backend: "identity"\nsequence_batching { state { input_name: "i" output_name: "o" data_type: TYPE_FP32 dims: [ 1 ] initial_state { name: "s" data_type: TYPE_FP32 dims: [ 1 ] zero_data: true } } }',
  *check({ model, config }) {
    const seen = new Set<string>();
    for (const state of config.one('sequence_batching')?.all('state') ?? []) {
      const [initial, more] = state.all('initial_state');
      const input = state.text('input_name');
      if (more)
        yield {
          message: `initial_state field for state input '${input}' must contain exactly one or zero element. Found '${state.all('initial_state').length}' elements.`,
          at: openingOf(more),
        };
      if (!initial || more) continue;
      const [type, own] = [initial.enumName('data_type'), state.enumName('data_type')];
      // The server often does not survive these, and says nothing.
      if (seen.size === seen.add(input).size)
        yield {
          message: `State input name '${input}' specified more than once.`,
          at: placeOf(state, 'input_name'),
        };
      yield* fileProblem(model, state, initial);
      const [dims, wanted] = [initial.numbers('dims'), state.numbers('dims')];
      const unlike = wanted.findIndex((size, index) => size !== -1 && size !== dims[index]);
      if (type !== own)
        yield {
          message: `The data type used for 'initial_state' field of state '${input}' does not match the state data type.`,
          at: placeOf(initial, 'data_type'),
        };
      else if (initial.text('name') === '')
        yield {
          message: `Field 'name' must be set when using initial_state for state input '${input}'.`,
          at: openingOf(initial),
        };
      else if (dims.length !== wanted.length)
        yield {
          message: `Number of dimensions in 'initial_state' doesn't match the size of 'state' dimensions for state input '${input}'. ${dims.length} != ${wanted.length}`,
          at: placeOf(initial, 'dims'),
        };
      else if (dims.includes(-1))
        yield {
          message: `'initial_state' field for state input name '${input}' contains variable dimensions.`,
          at: placeOf(initial, 'dims'),
        };
      else if (unlike !== -1)
        yield {
          message: `'initial_state' dim for input name '${input}' doesn't match 'state' dim description. ${dims[unlike]} != ${wanted[unlike]}`,
          at: initial.scalars('dims')[unlike]?.span ?? placeOf(initial, 'dims'),
        };
      else if (!initial.has('zero_data') && !initial.has('data_file'))
        yield {
          message: `initial_state setting expects state'${input}' to have state_data set`,
          at: openingOf(initial),
        };
    }
  },
});
