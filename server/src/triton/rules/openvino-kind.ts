import { placeOf, rule } from '../rule';

export const openvinoKind = rule({
  id: 'openvino-kind',
  phase: 'start',
  source: 'openvino.cc ModelInstanceState',
  summary: 'An OpenVINO model is put on GPUs.',
  why: 'The OpenVINO backend runs on the CPU. A group without a kind goes to the GPU where there is one: write KIND_CPU.',
  bad: 'backend: "openvino"\ninstance_group { kind: KIND_GPU }',
  good: 'backend: "openvino"\ninstance_group { kind: KIND_CPU }',
  *check({ model, config }) {
    if (config.text('backend') !== 'openvino') return;
    for (const group of config.all('instance_group')) {
      if (!['KIND_GPU', 'KIND_MODEL'].includes(group.enumName('kind'))) continue;
      const at = placeOf(group, 'kind');
      yield {
        message: `unable to load model '${model.name}', OpenVINO backend supports only Kind CPU and AUTO`,
        at,
        fixes: at ? [{ title: 'Write KIND_CPU', changes: [{ span: at, newText: 'KIND_CPU' }] }] : [],
      };
    }
  },
});
