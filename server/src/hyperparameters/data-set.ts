/**
 * Data sets and samplers that don't fit what they are made of.
 *
 * Errors: `invalid-argument`.
 * Source: torch.utils.data, PyTorch 2.13.
 */
import type { CallCheck } from '../core/infer/check';
import { mismatch, type Call, type Mismatch } from '../core/infer/operator';
import type { Scene } from '../core/infer/scene';
import { numberOf } from './common/numbers';

type Look = (call: Call, scene: Scene) => string | undefined;

const nothing: Look = (call, scene) =>
  scene.items(call.value('datasets'))?.length === 0 ? 'datasets should not be an empty iterable' : undefined;

/** Shares of a data set add up to one at most. */
const shares: Look = (call, scene) => {
  const parts = scene.items(call.value('lengths'))?.map(numberOf);
  if (!parts?.every((part) => part !== undefined)) return undefined;
  const sum = parts.reduce((total, { value }) => total + value, 0);
  const isShare = parts.some(({ value }) => !Number.isInteger(value));
  // Rounding of floats is left alone; shares that add up to less are lengths to torch, which is another check.
  return isShare && sum > 1 + 1e-6 ? 'Sum of input lengths does not equal the length of the input dataset!' : undefined;
};

const looks: Readonly<Record<string, { readonly params: string; readonly look: Look }>> = {
  ConcatDataset: { params: 'datasets: any', look: nothing },
  random_split: { params: 'dataset: any, lengths: any, generator: any = None', look: shares },
};

const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

export const dataSet: CallCheck = {
  kind: 'call',
  id: 'data-set',
  names: Object.keys(looks).map((name) => `torch.utils.data.${name}`),
  params: (name) => [looks[shortName(name)]?.params ?? ''],
  look(call, scene, _solve, name): Mismatch | undefined {
    const message = looks[shortName(name)]?.look(call, scene);
    return message === undefined ? undefined : mismatch('invalid-argument', message);
  },
};
