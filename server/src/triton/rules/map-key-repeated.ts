import { placeOf, type Problem, rule } from '../rule';
import { Message } from '../textFormat/message';

function repeated(message: Message, found: Problem[]): readonly Problem[] {
  const maps = new Map<string, Set<string>>();
  for (const { field, value } of message.items) {
    if (!(value instanceof Message)) continue;
    repeated(value, found);
    if (!value.type.isEntry) continue;
    const keys = maps.get(field.name) ?? new Set<string>();
    maps.set(field.name, keys);
    const key = String(value.scalar('key')?.value ?? '');
    if (keys.size === keys.add(key).size)
      found.push({
        message: `${field.name} has the key '${key}' twice; the last one counts`,
        at: placeOf(value, 'key'),
      });
  }
  return found;
}

export const mapKeyRepeated = rule({
  id: 'map-key-repeated',
  phase: 'ours',
  source: 'our own',
  summary: 'A map has the same key twice.',
  why: 'The last entry counts; the others are lost without a word.',
  bad: 'backend: "identity"\nparameters { key: "A" value { string_value: "1" } }\nparameters { key: "A" value { string_value: "2" } }',
  good: 'backend: "identity"\nparameters { key: "A" value { string_value: "2" } }',
  check: ({ config }) => repeated(config, []),
});
