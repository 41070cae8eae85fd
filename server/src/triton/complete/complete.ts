/**
 * What a backend makes of a configuration before it loads the model.
 *
 * `isCertain` is false where that hangs on what can't be seen: a backend of unknown make, a file that isn't there, code
 * that does more than literal calls. Then nothing may be said about what is missing.
 */
import type { Model } from '../repository/model';
import { fillDefaults } from '../repository/fill';
import type { Problem } from '../rule';
import type { Message } from '../textFormat/message';
import { completeByOnnx } from './onnx';
import { completeByPython } from './python';

export interface Completion {
  readonly config: Message;
  readonly isCertain: boolean;
  readonly problems: readonly Problem[];
}

/** Backends whose ways are followed. */
const completers: Readonly<Record<string, (model: Model, config: Message) => Omit<Completion, 'config'>>> = {
  onnxruntime: completeByOnnx,
  python: completeByPython,
};

export function completeModel(model: Model): Completion {
  const { backend, filled } = model;
  const asItIs = (isCertain: boolean): Completion => ({ config: filled, isCertain, problems: [] });
  if (model.isEnsemble || model.world.strict || backend.completes === 'nothing') return asItIs(true);
  if (backend.completes === 'lists' && filled.has('input') && filled.has('output')) return asItIs(true);
  const complete = completers[backend.name];
  if (!complete) return asItIs(false);
  const config = filled.copy();
  const answer = complete(model, config);
  fillDefaults(config);
  return { config, ...answer };
}
