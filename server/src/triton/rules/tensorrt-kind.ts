import { placeOf, rule } from '../rule';
import { parameterOf } from './shared/parameters';

export const tensorrtKind = rule({
  id: 'tensorrt-kind',
  phase: 'start',
  source: 'instance_state.cc ModelInstanceState',
  summary: 'A TensorRT model is not put on GPUs.',
  why: 'Engines run on GPUs only: write KIND_GPU, or leave the kind out.',
  bad: 'platform: "tensorrt_plan"\ninstance_group { kind: KIND_CPU }',
  good: 'platform: "tensorrt_plan"\ninstance_group { kind: KIND_GPU }',
  *check({ model, config }) {
    if (config.text('platform') !== 'tensorrt_plan') return;
    // Newer servers spread a model over several GPUs where they are told so.
    const isSpread = parameterOf(config, 'enable_multi_device') !== undefined;
    for (const group of config.all('instance_group')) {
      const kind = group.enumName('kind');
      if (kind !== 'KIND_CPU' && (kind !== 'KIND_MODEL' || isSpread)) continue;
      const at = placeOf(group, 'kind');
      yield {
        message: `unable to load model '${model.name}', TensorRT backend supports only GPU device`,
        at,
        fixes: at ? [{ title: 'Write KIND_GPU', changes: [{ span: at, newText: 'KIND_GPU' }] }] : [],
      };
    }
  },
});
