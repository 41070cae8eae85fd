import { placeOf, rule } from '../rule';

export const metricNotCustomizable = rule({
  id: 'metric-not-customizable',
  phase: 'config',
  severity: 'warning',
  source: 'metric_model_reporter.cc',
  summary: 'A metric that can not be changed is named.',
  why: 'Only the histogram of the time to the first response can be given other buckets; the control has no effect.',
  bad: 'backend: "python"\nmodel_metrics { metric_control { metric_identifier { family: "nv_inference_count" } histogram_options { buckets: [ 1 ] } } }',
  good: 'backend: "python"\nmodel_metrics { metric_control { metric_identifier { family: "nv_inference_first_response_histogram_ms" } histogram_options { buckets: [ 1 ] } } }',
  *check({ config }) {
    for (const control of config.one('model_metrics')?.all('metric_control') ?? []) {
      const identifier = control.one('metric_identifier');
      const family = identifier?.text('family') ?? '';
      if (identifier && family !== '' && family !== 'nv_inference_first_response_histogram_ms')
        yield {
          message: `Metric family '${family}' in 'metric_identifier' is not a customizable metric in Triton core.`,
          at: placeOf(identifier, 'family'),
        };
    }
  },
});
