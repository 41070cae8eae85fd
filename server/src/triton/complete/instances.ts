/** Instance groups as the server completes them; they hang on the backend and on the GPUs of the machine. */
import type { Backend } from '../backends';
import type { Message } from '../textFormat/message';

const KIND = { KIND_AUTO: 0, KIND_GPU: 1, KIND_CPU: 2, KIND_MODEL: 3 } as const;

/** Fills in groups, kinds, counts and GPUs, as NormalizeInstanceGroup does. */
export function fillInstances(config: Message, backend: Backend, gpus: number): void {
  if (config.has('ensemble_scheduling')) return;
  if (!config.has('instance_group')) {
    const group = config.append('instance_group');
    group.set('name', config.text('name'));
    if (backend.name === 'openvino') group.set('kind', KIND.KIND_CPU);
  }
  for (const [index, group] of config.all('instance_group').entries()) {
    if (group.text('name') === '') group.set('name', `${config.text('name')}_${index}`);
    if (group.number('kind') === KIND.KIND_AUTO) group.set('kind', kindFor(group, gpus));
    const onCpu = group.number('kind') === KIND.KIND_CPU;
    const doubled = onCpu && ['onnxruntime', 'tensorflow'].includes(backend.name);
    if (group.number('count') < 1) group.set('count', doubled ? 2 : 1);
    if (group.number('kind') === KIND.KIND_GPU && !group.has('gpus'))
      for (let id = 0; id < gpus; id++) group.add('gpus', id);
  }
}

/** GPUs, unless there are none or one that is listed is missing. */
const kindFor = (group: Message, gpus: number): number =>
  gpus === 0 || group.numbers('gpus').some((id) => id >= gpus) ? KIND.KIND_CPU : KIND.KIND_GPU;
