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

export function completeModel(model: Model): Completion {
  const config = model.filled.copy();
  const done = (isCertain: boolean, problems: readonly Problem[] = []): Completion => {
    fillDefaults(config);
    return { config, isCertain, problems };
  };
  const { backend } = model;
  if (model.isEnsemble || model.world.strict || backend.completes === 'nothing') return done(true);
  if (backend.completes === 'lists' && config.has('input') && config.has('output')) return done(true);
  if (backend.name === 'python') {
    const { isCertain, problems } = completeByPython(model, config);
    return done(isCertain, problems);
  }
  if (backend.name === 'onnxruntime') {
    const { isCertain, problems } = completeByOnnx(model, config);
    return done(isCertain, problems);
  }
  return done(false);
}
