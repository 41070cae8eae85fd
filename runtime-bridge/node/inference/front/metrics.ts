/** The counters in Prometheus' text form, under Triton's names where Triton has one. */
import type { Front } from './front';
import type { ServedVersion } from './servedVersion';
import { durationBounds } from './statistics';

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly value: (served: ServedVersion) => number;
}

const micros = (millis: number): number => Math.round(millis * 1000);

const metrics: readonly Metric[] = [
  {
    name: 'nv_inference_request_success',
    help: 'Number of successful inference requests',
    type: 'counter',
    value: ({ statistics: s }) => s.succeeded.count,
  },
  {
    name: 'nv_inference_request_failure',
    help: 'Number of failed inference requests',
    type: 'counter',
    value: ({ statistics: s }) => s.failed.count,
  },
  {
    name: 'nv_inference_count',
    help: 'Number of inferences performed',
    type: 'counter',
    value: ({ statistics: s }) => s.succeeded.count,
  },
  {
    name: 'nv_inference_exec_count',
    help: 'Number of model executions performed',
    type: 'counter',
    value: ({ statistics: s }) => s.executions,
  },
  {
    name: 'nv_inference_request_duration_us',
    help: 'Cumulative inference request duration in microseconds',
    type: 'counter',
    value: ({ statistics: s }) => micros(s.succeeded.millis),
  },
  {
    name: 'nv_inference_queue_duration_us',
    help: 'Cumulative inference queuing duration in microseconds',
    type: 'counter',
    value: ({ statistics: s }) => micros(s.queued.millis),
  },
  {
    name: 'nv_inference_compute_infer_duration_us',
    help: 'Cumulative compute inference duration in microseconds',
    type: 'counter',
    value: ({ statistics: s }) => micros(s.computed.millis),
  },
  {
    name: 'nv_inference_pending_request_count',
    help: 'Instantaneous number of pending requests',
    type: 'gauge',
    value: (served) => served.inFlight,
  },
  {
    name: 'tensorwright_version_ready',
    help: 'Whether the version answers requests',
    type: 'gauge',
    value: ({ state }) => (state === 'ready' ? 1 : 0),
  },
  {
    name: 'tensorwright_resident_bytes',
    help: 'Memory of the process of the version',
    type: 'gauge',
    value: (served) => served.describe().resident ?? 0,
  },
];

export function metricsText(front: Front): string {
  const versions = front.all();
  const lines = metrics.flatMap(({ name, help, type, value }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...versions.map((each) => `${name}{${labels(each)}} ${value(each)}`),
  ]);
  lines.push(
    '# HELP tensorwright_request_duration_ms Durations of successful requests',
    '# TYPE tensorwright_request_duration_ms histogram',
  );
  for (const each of versions) lines.push(...histogram(each));
  lines.push('# HELP tensorwright_weight_percent Share of the candidate', '# TYPE tensorwright_weight_percent gauge');
  for (const { model, weightPercent } of front.routes.routings)
    lines.push(`tensorwright_weight_percent{model="${model}"} ${weightPercent}`);
  lines.push(
    '# HELP tensorwright_shadow_dropped Copies for a candidate that were dropped',
    '# TYPE tensorwright_shadow_dropped counter',
  );
  for (const { model } of front.routes.routings)
    lines.push(`tensorwright_shadow_dropped{model="${model}"} ${front.shadow(model).dropped}`);
  return `${lines.join('\n')}\n`;
}

// Names of models are checked where they come in: nothing to escape.
const labels = ({ key }: ServedVersion): string => `model="${key.model}",version="${key.version}"`;

function histogram(served: ServedVersion): string[] {
  const name = 'tensorwright_request_duration_ms';
  const { durations, succeeded } = served.statistics;
  let below = 0;
  const buckets = [...durationBounds, '+Inf'].map((bound, i) => {
    below += durations[i] ?? 0;
    return `${name}_bucket{${labels(served)},le="${bound}"} ${below}`;
  });
  return [
    ...buckets,
    `${name}_sum{${labels(served)}} ${succeeded.millis}`,
    `${name}_count{${labels(served)}} ${succeeded.count}`,
  ];
}
