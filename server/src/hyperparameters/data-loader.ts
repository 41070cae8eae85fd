/**
 * Data loaders: options that exclude each other, and numbers that are out of range.
 *
 * Errors: `invalid-argument`.
 * Source: torch.utils.data.DataLoader, PyTorch 2.13.
 */
import type { CallCheck, Thing } from '../core/infer/check';
import { mismatch, type Call, type Mismatch } from '../core/infer/operator';
import type { Scene } from '../core/infer/scene';
import type { Value } from '../core/infer/value';
import type { Fix } from '../core/finding';
import { instead, without } from './common/callFixes';
import { argument, isGivenValue, isNone, isTrue, numberOf } from './common/numbers';

/** Python's truth of an option; undefined where it isn't known. */
function truth(call: Call, name: string): boolean | undefined {
  const value = call.value(name);
  if (value.kind === 'none') return false;
  return value.kind === 'bool' ? value.value : undefined;
}

type Refused = readonly [message: string, edits?: readonly Fix[]];

function workers(call: Call, scene: Scene): Refused | undefined {
  const [count, timeout, ahead] = ['num_workers', 'timeout', 'prefetch_factor'].map((name) => argument(call, name));
  const positive = (name: string): readonly Fix[] => instead(scene, PARAMS, name, (value) => value >= 0);
  if (count !== undefined && count.value < 0)
    return [
      'num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.',
      positive('num_workers'),
    ];
  if (timeout !== undefined && timeout.value < 0) return ['timeout option should be non-negative', positive('timeout')];
  if (count === undefined) return undefined;
  if (count.value === 0 && isGivenValue(call, 'prefetch_factor'))
    return [
      'prefetch_factor option could only be specified in multiprocessing.' +
        'let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None.',
      without(scene, ['prefetch_factor']),
    ];
  if (ahead !== undefined && ahead.value < 0)
    return ['prefetch_factor option should be non-negative', positive('prefetch_factor')];
  return count.value === 0 && isTrue(call, 'persistent_workers')
    ? ['persistent_workers option needs num_workers > 0', without(scene, ['persistent_workers'])]
    : undefined;
}

function batches(call: Call, scene: Scene): Refused | undefined {
  // A data set that is only walked through has other rules.
  if (scene.isA(call.value('dataset'), 'torch.utils.data.IterableDataset') !== false) return undefined;
  const shuffles = truth(call, 'shuffle');
  const sampler = isGivenValue(call, 'sampler');
  if (sampler && shuffles === true)
    return ['sampler option is mutually exclusive with shuffle', without(scene, ['shuffle'])];
  const size = argument(call, 'batch_size');
  if (isGivenValue(call, 'batch_sampler')) {
    const clashing = [
      ...((size !== undefined && size.value !== 1) || isNone(call, 'batch_size') ? ['batch_size'] : []),
      ...(shuffles === true ? ['shuffle'] : []),
      ...(sampler ? ['sampler'] : []),
      ...(truth(call, 'drop_last') === true ? ['drop_last'] : []),
    ];
    return clashing.length > 0
      ? [
          'batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last',
          without(scene, clashing),
        ]
      : undefined;
  }
  if (!isNone(call, 'batch_sampler')) return undefined;
  if (isNone(call, 'batch_size'))
    return truth(call, 'drop_last') === true
      ? [
          'batch_size=None option disables auto-batching and is mutually exclusive with drop_last',
          without(scene, ['drop_last']),
        ]
      : undefined;
  // A sampler that torch makes itself looks at the number of samples first.
  if (shuffles === true && scene.length(call.value('dataset')) === 0)
    return ['num_samples should be a positive integer value, but got num_samples=0'];
  return size !== undefined && (size.value <= 0 || call.value('batch_size').kind !== 'int')
    ? [
        `batch_size should be a positive integer value, but got batch_size=${size.shown}`,
        instead(scene, '', 'batch_size', (value) => value > 0),
      ]
    : undefined;
}

const refused = (told: Refused | undefined): Mismatch | undefined =>
  told && { ...mismatch('invalid-argument', told[0]), edits: told[1] };

const PARAMS =
  'dataset: any, batch_size: any = 1, shuffle: any = None, sampler: any = None, batch_sampler: any = None, num_workers: any = 0, ' +
  'collate_fn: any = None, pin_memory: any = False, drop_last: any = False, timeout: any = 0, worker_init_fn: any = None, ' +
  "multiprocessing_context: any = None, generator: any = None, *, prefetch_factor: any = None, persistent_workers: any = False, pin_memory_device: any = '', in_order: any = True";

const loader: CallCheck = {
  kind: 'call',
  id: 'data-loader',
  names: ['torch.utils.data.DataLoader'],
  params: () => [PARAMS],
  look: (call, scene) => refused(workers(call, scene) ?? batches(call, scene)),
};

const SAMPLERS: Readonly<Record<string, string>> = {
  BatchSampler: 'sampler: any, batch_size: any, drop_last: any',
  RandomSampler: 'data_source: any, replacement: any = False, num_samples: any = None, generator: any = None',
  SequentialSampler: 'data_source: any',
  SubsetRandomSampler: 'indices: any, generator: any = None',
  WeightedRandomSampler: 'weights: any, num_samples: any, replacement: any = True, generator: any = None',
};
const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
/** The argument of a sampler that says how many there are. */
const COUNTS: Readonly<Record<string, string>> = {
  BatchSampler: 'batch_size',
  RandomSampler: 'num_samples',
  WeightedRandomSampler: 'num_samples',
};

const sampler: Thing = {
  kind: 'thing',
  id: 'data-loader',
  names: Object.keys(SAMPLERS).map((name) => `torch.utils.data.${name}`),
  base: 'torch.utils.data.Sampler',
  params: (name) => [SAMPLERS[shortName(name)] ?? ''],
  make(call, _scene, _solve, name): Readonly<Record<string, Value>> | Mismatch {
    const counted = COUNTS[shortName(name)];
    const value = counted === undefined ? undefined : call.value(counted);
    const number = numberOf(value);
    if (number === undefined || (number.value > 0 && value?.kind === 'int')) return {};
    return mismatch(
      'invalid-argument',
      `${counted} should be a positive integer value, but got ${counted}=${number.shown}`,
    );
  },
};

const split: CallCheck = {
  kind: 'call',
  id: 'data-loader',
  names: ['torch.utils.data.random_split'],
  params: () => ['dataset: any, lengths: any, generator: any = None'],
  look(call, scene) {
    const lengths = scene.items(call.value('lengths'))?.map(numberOf);
    const total = scene.length(call.value('dataset'));
    if (total === undefined || lengths === undefined) return undefined;
    let sum = 0;
    for (const length of lengths) {
      // Shares are another matter.
      if (length === undefined || !Number.isInteger(length.value)) return undefined;
      sum += length.value;
    }
    return sum !== total && sum !== 1
      ? refused(['Sum of input lengths does not equal the length of the input dataset!'])
      : undefined;
  },
};

export const dataLoader: readonly (CallCheck | Thing)[] = [loader, sampler, split];
