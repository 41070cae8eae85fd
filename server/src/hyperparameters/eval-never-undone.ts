/**
 * `model.eval()` after the training part of a round, and nothing that goes back: from the second round on the model
 * trains without dropout and with fixed statistics in its normalisations.
 *
 * Source: torch.nn.Module.eval, PyTorch 2.13.
 */
import type { LoopCheck } from '../core/infer/check';
import type { Scene } from '../core/infer/scene';
import type { Value } from '../core/infer/value';
import { advice } from './common/advice';
import { callsCodeWith, escaped, methodCalls } from './common/trainingLoop';

const GOES_BACK = /\.train\s*\(|\.training\s*=|\btrain\s*=/;
/** Layers that do something else in training. */
const DIFFERS = /^torch\.nn\.(\w*Dropout\w*|\w*BatchNorm\w*|RReLU|InstanceNorm\w*|MultiheadAttention|Transformer\w*)$/;

export const evalNeverUndone: LoopCheck = {
  kind: 'loop',
  id: 'eval-never-undone',
  marks: /\.backward\([\s\S]*\.eval\(\)/,
  look(loop, scene) {
    const text = scene.text(loop);
    if (GOES_BACK.test(text)) return undefined;
    const calls = methodCalls(loop.body).filter(({ conditional }) => !conditional);
    const at = (method: string): number => calls.findIndex((call) => call.method === method);
    const evaluation = calls[at('eval')];
    const first = loop.body[0];
    if (evaluation === undefined || first === undefined || evaluation.depth > 0) return undefined;
    if (at('backward') < 0 || at('step') < 0 || at('eval') < Math.max(at('backward'), at('step'))) return undefined;
    const receiver = scene.text(evaluation.receiver);
    const indent = scene.indent(first);
    if (!/^[\w.]+$/.test(receiver) || indent === undefined) return undefined;
    if (new RegExp(`(?<![\\w.])${escaped(receiver)}\\s*=[^=]`).test(text)) return undefined;
    const matters = changesInTraining(scene, scene.lookup(evaluation.receiver));
    if (matters === false || callsCodeWith(scene, text, GOES_BACK)) return undefined;
    return advice(
      'eval-never-undone',
      matters === true ? 'warning' : 'information',
      `from the second round on ${receiver} trains in evaluation mode: nothing in this loop calls ${receiver}.train()`,
      {
        place: evaluation.call,
        edits: [
          {
            title: `Insert ${receiver}.train()`,
            edits: [{ place: { ...first, end: first.start }, newText: `${receiver}.train()\n${indent}` }],
          },
        ],
      },
    );
  },
};

/** Whether a model has layers that do something else in training; undefined where it isn't known. */
function changesInTraining(scene: Scene, model: Value | undefined): boolean | undefined {
  const modules = model && scene.modules(model);
  if (modules === undefined) return undefined;
  if (modules.some(({ cls }) => cls !== undefined && DIFFERS.test(cls))) return true;
  return modules.every(({ cls }) => cls?.startsWith('torch.nn.') === true) ? false : undefined;
}
