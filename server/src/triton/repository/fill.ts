/**
 * What the server fills in before it looks at a configuration: name, backend, platform, file name, then defaults.
 *
 * Follows AutoCompleteBackendFields and NormalizeModelConfig of the server's core.
 */
import { backendOf } from '../backends';
import type { Entry } from '../files';
import type { Message } from '../textFormat/message';

/** What lies in the first version folder; undefined where there is none. Asked only where the text does not tell. */
export type FirstVersion = () => readonly Entry[] | undefined;

/** Fills in a configuration. The sentence is that of the server where no backend is found. */
export function fillBackend(config: Message, name: string, first: FirstVersion): string | undefined {
  if (config.text('name') === '') config.set('name', name);
  if (isTensorflow(config, first)) return undefined;
  if (config.text('backend') === '') {
    const found = guess(config, first);
    if (found) config.set('backend', found);
  }
  const { platforms, file } = backendOf(config.text('backend'));
  const written = config.text('platform');
  const detected = written === '' ? (platforms?.[0] ?? '') : written;
  if (['onnxruntime', 'tensorrt', 'openvino', 'python', 'pytorch'].includes(config.text('backend'))) {
    // A pytorch backend that was found by its file keeps its file name to itself.
    const byFile = config.text('backend') === 'pytorch' && !writes(config, 'backend') && written === '';
    if (written === '' && detected !== '') config.set('platform', detected);
    if (config.text('default_model_filename') === '' && file !== undefined) {
      const aoti = detected === 'torch_aoti';
      if (config.text('backend') !== 'pytorch' || aoti || (written === '' && !byFile))
        config.set('default_model_filename', aoti ? 'model.pt2' : file);
    }
    return undefined;
  }
  return fillCustom(config, name);
}

/** Whether a field was written, not filled in. */
const writes = (config: Message, field: string): boolean => config.item(field)?.name !== undefined;

function isTensorflow(config: Message, first: FirstVersion): boolean {
  const platforms = { 'model.savedmodel': 'tensorflow_savedmodel', 'model.graphdef': 'tensorflow_graphdef' } as const;
  if (config.text('platform') === '' && ['', 'tensorflow'].includes(config.text('backend'))) {
    const file = config.text('default_model_filename');
    for (const [name, platform] of Object.entries(platforms)) {
      const isFolder = name === 'model.savedmodel';
      const there = first()?.some((entry) => entry.name === name && entry.isFolder === isFolder) ?? false;
      if (file === name || (file === '' && there)) config.set('platform', platform);
    }
  }
  const found = Object.entries(platforms).find(([, platform]) => platform === config.text('platform'));
  if (!found) return false;
  if (config.text('backend') === '') config.set('backend', 'tensorflow');
  if (config.text('default_model_filename') === '') config.set('default_model_filename', found[0]);
  return true;
}

/** In the order in which the server tries them. */
const guesses: readonly { readonly backend: string; readonly file: string; readonly platforms: readonly string[] }[] = [
  { backend: 'tensorrt', file: 'model.plan', platforms: ['tensorrt_plan'] },
  { backend: 'onnxruntime', file: 'model.onnx', platforms: ['onnxruntime_onnx'] },
  { backend: 'openvino', file: 'model.xml', platforms: [] },
  { backend: 'pytorch', file: 'model.pt', platforms: ['pytorch_libtorch', 'libtorch'] },
  { backend: 'pytorch', file: 'model.pt2', platforms: ['torch_aoti'] },
  { backend: 'python', file: 'model.py', platforms: [] },
];

function guess(config: Message, first: FirstVersion): string | undefined {
  const [platform, file] = [config.text('platform'), config.text('default_model_filename')];
  const open = platform === '' && file === '';
  const found = guesses.find(
    (each) =>
      each.platforms.includes(platform) ||
      each.file === file ||
      (open && first()?.some(({ name, isFolder }) => name === each.file && (!isFolder || each.file === 'model.onnx'))),
  );
  return found?.backend;
}

function fillCustom(config: Message, name: string): string | undefined {
  if (['backend', 'platform', 'default_model_filename'].some((field) => config.text(field) !== '')) return undefined;
  const dot = name.indexOf('.');
  if (dot < 0)
    return `Invalid model name: Could not determine backend for model '${name}' with no backend in model configuration. Expected model name of the form 'model.<backend_name>'.`;
  const backend = name.slice(dot + 1);
  config.set('backend', backend);
  config.set('default_model_filename', `model.${backend}`);
  return undefined;
}

/** Defaults that do not depend on the machine. */
export function fillDefaults(config: Message): void {
  if (!config.has('version_policy')) config.make('version_policy').make('latest').set('num_versions', 1);
  const batch = config.number('max_batch_size');
  const prefer = (scheduler: Message | undefined): void => {
    if (scheduler && batch > 0 && !scheduler.has('preferred_batch_size')) scheduler.add('preferred_batch_size', batch);
  };
  prefer(config.one('dynamic_batching'));
  const sequences = config.one('sequence_batching');
  if (sequences?.number('max_sequence_idle_microseconds') === 0)
    sequences.set('max_sequence_idle_microseconds', 1_000_000);
  prefer(sequences?.one('oldest'));
  if (config.has('ensemble_scheduling')) return;
  const optimization = config.make('optimization');
  for (const side of ['input_pinned_memory', 'output_pinned_memory'])
    if (!optimization.has(side)) optimization.make(side).set('enable', true);
}
