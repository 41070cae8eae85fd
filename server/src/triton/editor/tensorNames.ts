/** Which fields of a configuration name tensors, and on which side of the model. */
import type { Item, Message } from '../textFormat/message';

export type Side = 'input' | 'output';

/**
 * What a text names: a tensor of the model itself, one of a step's model, or one that only an ensemble knows.
 *
 * `side` is undefined where either may be meant.
 */
export type Role =
  | { readonly kind: 'declaration' | 'own'; readonly side: Side }
  | { readonly kind: 'part'; readonly side: Side }
  | { readonly kind: 'ensemble' };

const own = (side: Side): Role => ({ kind: 'own', side });

const roles: Readonly<Record<string, Readonly<Record<string, Role>>>> = {
  'inference.ModelInput': { name: { kind: 'declaration', side: 'input' } },
  'inference.ModelOutput': { name: { kind: 'declaration', side: 'output' } },
  'inference.BatchInput': { target_name: own('input'), source_input: own('input') },
  'inference.BatchOutput': { target_name: own('output'), source_input: own('input') },
  'inference.ModelWarmup.InputsEntry': { key: own('input') },
  'inference.ModelSequenceBatching.ControlInput': { name: own('input') },
  'inference.ModelSequenceBatching.State': { input_name: own('input'), output_name: own('output') },
  'inference.ModelOptimizationPolicy.Cuda.GraphSpec.InputEntry': { key: own('input') },
  'inference.ModelOptimizationPolicy.Cuda.GraphSpec.LowerBound.InputEntry': { key: own('input') },
  'inference.ModelEnsembling.Step.InputMapEntry': {
    key: { kind: 'part', side: 'input' },
    value: { kind: 'ensemble' },
  },
  'inference.ModelEnsembling.Step.OutputMapEntry': {
    key: { kind: 'part', side: 'output' },
    value: { kind: 'ensemble' },
  },
};

/** What the text of a field names; undefined where that is no tensor. */
export const roleOf = (message: Message, { field }: Item): Role | undefined => roles[message.type.name]?.[field.name];
