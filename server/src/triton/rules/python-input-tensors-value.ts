import { rule } from '../rule';
import { parameterOf } from './shared/parameters';

export const pythonInputTensorsValue = rule({
  id: 'python-input-tensors-value',
  phase: 'library',
  source: 'python_be.cc ModelState',
  summary: '`FORCE_CPU_ONLY_INPUT_TENSORS` is neither `yes` nor `no`.',
  why: 'The python backend takes these two words, in lower case, and nothing else.',
  bad: 'backend: "python"\nparameters { key: "FORCE_CPU_ONLY_INPUT_TENSORS" value { string_value: "false" } }',
  good: 'backend: "python"\nparameters { key: "FORCE_CPU_ONLY_INPUT_TENSORS" value { string_value: "no" } }',
  *check({ config }) {
    const found = parameterOf(config, 'FORCE_CPU_ONLY_INPUT_TENSORS');
    if (config.text('backend') !== 'python' || !found || ['yes', 'no'].includes(found.value)) return;
    const meant = /^(?:yes|true|1|on)$/i.test(found.value) ? 'yes' : 'no';
    yield {
      // The quote at the end is the server's.
      message: `Incorrect value for FORCE_CPU_ONLY_INPUT_TENSORS: ${found.value}'`,
      at: found.at,
      fixes: found.at ? [{ title: `Write "${meant}"`, changes: [{ span: found.at, newText: `"${meant}"` }] }] : [],
    };
  },
});
