import { placeOf, rule } from '../rule';
import { hasIndex, isTorchScript } from './shared/pytorchNames';

export const pytorchOutputOrder = rule({
  id: 'pytorch-output-order',
  phase: 'start',
  severity: 'warning',
  source: 'pt/model_instance_state.cc GetNamingConvention',
  summary: 'The name of an output looks like an index and is none.',
  why: 'Outputs are found by `<name>__<index>`. If one name has two underscores and no number behind them, all outputs are taken in the order of the configuration.',
  bad: 'backend: "pytorch"\ninput { name: "INPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "OUTPUT__first" data_type: TYPE_FP32 dims: [ 3 ] }',
  good: 'backend: "pytorch"\ninput { name: "INPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }\noutput { name: "OUTPUT__0" data_type: TYPE_FP32 dims: [ 3 ] }',
  *check({ config, name: model }) {
    if (!isTorchScript(config)) return;
    for (const output of config.all('output')) {
      const name = output.text('name');
      // Without underscores the server is silent, and looks no further.
      if (!name.includes('__')) return;
      if (hasIndex(name)) continue;
      yield {
        message: `output '${name}' or previous output(s) of the model '${model}' do not follow the <name>__<index> naming convention. Falling back to enforcing strict ordering from model configuration.`,
        at: placeOf(output, 'name'),
      };
      return;
    }
  },
});
