import { openingOf, placeOf, rule } from '../rule';

export const metricControlIncomplete = rule({
  id: 'metric-control-incomplete',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelMetrics',
  summary: 'A metric control lacks its metric or its buckets.',
  why: 'Each control names a metric family and the bounds of its buckets. Servers before 2.55 do not know `model_metrics`.',
  bad: 'backend: "python"\nmodel_metrics { metric_control { metric_identifier { family: "" } } }',
  good: 'backend: "python"\nmodel_metrics { metric_control { metric_identifier { family: "nv_inference_first_response_histogram_ms" } histogram_options { buckets: [ 1, 2 ] } } }',
  *check({ config }) {
    for (const control of config.one('model_metrics')?.all('metric_control') ?? []) {
      const identifier = control.one('metric_identifier');
      const options = control.one('histogram_options');
      const at = openingOf(control);
      if (!identifier) yield { message: "metric control must specify 'metric_identifier'", at };
      else if (identifier.text('family') === '')
        yield { message: "metric identifier must specify non-empty 'family'", at: placeOf(identifier, 'family') };
      else if (!options) yield { message: "metric control must specify 'histogram_options'", at };
      else if (!options.has('buckets'))
        yield { message: "histogram options must specify non-empty 'buckets'", at: openingOf(options) ?? at };
    }
  },
});
