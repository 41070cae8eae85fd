import { type Problem, rule } from '../rule';
import { isEnum } from '../schema/types';
import { Message } from '../textFormat/message';

function unknownNumbers(message: Message, found: Problem[]): readonly Problem[] {
  for (const { field, value } of message.items) {
    if (value instanceof Message) unknownNumbers(value, found);
    // The server refuses these: a rule of their own.
    else if (message.type.name === 'inference.ModelInstanceGroup') continue;
    else if (isEnum(field.type) && !field.type.values.some(({ number }) => number === value.value))
      found.push({ message: `${String(value.value)} is no value of ${field.name}`, at: value.span });
  }
  return found;
}

export const enumNumberUnknown = rule({
  id: 'enum-number-unknown',
  phase: 'ours',
  source: 'our own',
  summary: 'A number stands for no value of its enum.',
  why: 'The text format takes any number; the server then does what it does for an unknown value.',
  bad: 'backend: "identity"\ninput { name: "x" data_type: 99 dims: [ 1 ] }',
  good: 'backend: "identity"\ninput { name: "x" data_type: TYPE_FP32 dims: [ 1 ] }',
  check: ({ config }) => unknownNumbers(config, []),
});
