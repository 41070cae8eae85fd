/** Suggestions that several rules give. */
import { type CodePlace, type LayerFact, numberOf } from '../../../protocol/src/journal';
import { shown } from './numbers';
import type { Suggestion } from './rule';
import type { Run } from './run';

/** Lower the learning rate, where the optimizer or its scheduler was made. */
export function lowerRate(run: Run, factor: number): readonly Suggestion[] {
  const { optimizer } = run;
  const lr = numberOf(optimizer?.groups[0]?.lr);
  if (optimizer === undefined || lr === undefined) return [];
  const place = { file: optimizer.file, line: optimizer.line };
  // Whoever raised it did so elsewhere: the line of the optimizer is no place for an edit then.
  const now = run.curve('lr').last ?? lr;
  if (now > 2 * lr)
    return [
      {
        title: `Keep the learning rate of ${optimizer.type} lower: it has become ${shown(now)}, from ${shown(lr)} at the start`,
        ...place,
      },
    ];
  const wanted = shown(lr / factor);
  return [
    {
      title: `Lower the learning rate of ${optimizer.type} from ${shown(lr)} to about ${wanted}`,
      ...place,
      edit: { ...place, replace: { find: `lr=${lr}`, with: `lr=${wanted}` } },
    },
  ];
}

/** Clip gradients before the step. */
export function clipAdvice(run: Run): Suggestion {
  const place = run.calledAt('step');
  return {
    title: 'Clip gradients before the step: torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)',
    ...place,
    ...(place === undefined
      ? {}
      : { edit: { ...place, insertBefore: 'torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)' } }),
  };
}

/** Where the first of these suggestions is to be carried out, where it says so. */
export function firstPlace(advice: readonly Suggestion[]): CodePlace | undefined {
  const [first] = advice;
  return typeof first?.line === 'number' ? { file: first.file ?? null, line: first.line } : undefined;
}

/** Use another activation, where a squashing one is applied. */
export function activationAdvice(layer: LayerFact | undefined): readonly Suggestion[] {
  const { activation } = layer ?? {};
  if (activation === undefined || activation.line === null || !/sigmoid|tanh|softsign/.test(activation.name)) return [];
  return [{ title: `Use ReLU or GELU instead of ${activation.name}`, file: activation.file, line: activation.line }];
}

/** Change the user's own initialisations of a layer. */
export function initAdvice(layer: LayerFact): readonly Suggestion[] {
  return layer.parameters.flatMap(({ name, init }) => {
    if (init === undefined || init.line === null) return [];
    const values = Object.entries(init.values).map(([key, value]) =>
      /^\d/.test(key) ? String(value) : `${key}=${String(value)}`,
    );
    const part = name.split('.').at(-1) ?? name;
    const better = part === 'bias' ? 'zeros_' : 'kaiming_normal_ or xavier_normal_';
    return [
      {
        title: `Initialise ${part} with ${better} instead of ${init.call}(${values.join(', ')})`,
        file: init.file,
        line: init.line,
      },
    ];
  });
}
