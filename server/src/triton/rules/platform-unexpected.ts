import { placeOf, rule } from '../rule';

/** What people write there, and what they mean. */
const backends: Readonly<Record<string, string>> = {
  python: 'python',
  openvino: 'openvino',
  onnxruntime: 'onnxruntime',
  onnx: 'onnxruntime',
  pytorch: 'pytorch',
  tensorrt: 'tensorrt',
};

export const platformUnexpected = rule({
  id: 'platform-unexpected',
  phase: 'config',
  source: 'model_config_utils.cc ValidateModelConfig',
  summary: 'The platform names no backend.',
  why: '`platform` is an older way to choose a framework and knows only a few words. Python, OpenVINO and your own backends are named by `backend`.',
  bad: 'platform: "python"',
  good: 'backend: "python"',
  *check({ config, name }) {
    const platform = config.text('platform');
    if (
      config.text('backend') !== '' ||
      platform === 'ensemble' ||
      (platform === '' && config.text('default_model_filename') === '')
    )
      return;
    const at = placeOf(config, 'platform', 'default_model_filename');
    const item = config.item('platform');
    const fix = backends[platform];
    const fixes =
      item?.name && item.value.span && fix !== undefined
        ? [
            {
              title: `Write backend: "${fix}"`,
              changes: [{ span: { start: item.name.start, end: item.value.span.end }, newText: `backend: "${fix}"` }],
            },
          ]
        : [];
    yield { message: `unexpected platform type '${platform}' for ${name}`, at, fixes };
  },
});
