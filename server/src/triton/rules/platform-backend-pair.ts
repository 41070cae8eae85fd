import { placeOf, rule } from '../rule';
import { backendOf } from '../backends';

export const platformBackendPair = rule({
  id: 'platform-backend-pair',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'Platform and backend do not belong together.',
  why: 'A backend that the server knows takes its own platforms only. Leave `platform` out: the server fills it in.',
  bad: 'backend: "onnxruntime"\nplatform: "pytorch_libtorch"',
  good: 'backend: "onnxruntime"',
  *check({ config }) {
    const [platform, backend] = [config.text('platform'), config.text('backend')];
    const { platforms } = backendOf(backend);
    if (backend === '' || platforms === undefined || platforms.includes(platform)) return;
    if (platform === 'ensemble') return;
    const at = placeOf(config, 'platform', 'backend');
    yield { message: `unexpected 'platform' and 'backend' pair, got:${platform}, ${backend}`, at };
  },
});
