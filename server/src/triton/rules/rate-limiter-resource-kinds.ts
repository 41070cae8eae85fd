import { placeOf, rule } from '../rule';
import type { Message } from '../textFormat/message';

interface Resource {
  readonly name: string;
  readonly isGlobal: boolean;
  readonly message: Message;
}

const resourcesOf = (config: Message): readonly Resource[] =>
  config.all('instance_group').flatMap((group) =>
    (group.one('rate_limiter')?.all('resources') ?? []).map((message) => ({
      name: message.text('name'),
      isGlobal: message.flag('global'),
      message,
    })),
  );

export const rateLimiterResourceKinds = rule({
  id: 'rate-limiter-resource-kinds',
  phase: 'start',
  severity: 'warning',
  source: 'rate_limiter.cc',
  summary: 'A resource of the rate limiter is global in one place and one for each device in another.',
  why: 'A server that runs with `--rate-limit=execution_count` refuses the model that comes second; without that option the resources do not count.',
  bad: 'backend: "identity"\ninstance_group [\n  { kind: KIND_CPU rate_limiter { resources { name: "R" count: 1 } } },\n  { kind: KIND_CPU rate_limiter { resources { name: "R" global: true count: 1 } } }\n]',
  good: 'backend: "identity"\ninstance_group [\n  { kind: KIND_CPU rate_limiter { resources { name: "R" count: 1 } } },\n  { kind: KIND_CPU rate_limiter { resources { name: "R" count: 1 } } }\n]',
  *check({ model, config }) {
    const seen = new Map<string, boolean>();
    const own = resourcesOf(config);
    if (own.length === 0) return;
    for (const other of model.repository.names() ?? []) {
      if (other === model.name) continue;
      const neighbour = model.repository.model(other);
      for (const { name, isGlobal } of neighbour?.isReadable ? resourcesOf(neighbour.filled) : [])
        seen.set(name, seen.get(name) ?? isGlobal);
    }
    for (const { name, isGlobal, message } of own) {
      const before = seen.get(name);
      if (before === undefined) seen.set(name, isGlobal);
      else if (before !== isGlobal)
        yield {
          message: `Resource "${name}" is present as both global and device-specific resource in the model configuration.`,
          at: placeOf(message, 'global', 'name'),
        };
    }
  },
});
