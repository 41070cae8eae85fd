/**
 * A loop that computes gradients and steps the optimizer in every round, but never resets them: `backward()` adds to
 * what the rounds before have left.
 *
 * Source: torch.optim.Optimizer.zero_grad, PyTorch 2.13.
 */
import type { LoopCheck } from '../core/infer/check';
import { isOptimizer } from './optimizer';
import { advice } from './common/advice';
import { callsCodeWith, escaped, methodCalls } from './common/trainingLoop';

/** Whatever resets gradients, or says that adding them up is meant. */
const RESETS = /zero_grad|\.grad\b|set_to_none|accum|closure/i;
const OPTIMIZER_NAME = /(^|[._])optim(izer)?s?(_?\w{1,12})?$|^opt$|\.opt$/i;

export const missingZeroGrad: LoopCheck = {
  kind: 'loop',
  id: 'missing-zero-grad',
  marks: /\.backward\([\s\S]*\.step\(/,
  look(loop, scene) {
    const text = scene.text(loop);
    const around = scene.surroundings();
    if (RESETS.test(text) || RESETS.test(around)) return undefined;
    const calls = methodCalls(loop.body).filter(({ conditional }) => !conditional);
    const backward = calls.find(({ method }) => method === 'backward');
    const step = calls.find(({ method, call, depth }) => method === 'step' && depth === 0 && call.args.length === 0);
    if (backward === undefined || step === undefined) return undefined;
    const receiver = scene.text(step.receiver);
    const indent = scene.indent(backward.stmt);
    // `engine.backward(loss); engine.step()`: such engines reset gradients themselves.
    if (!/^[\w.]+$/.test(receiver) || scene.text(backward.receiver) === receiver || indent === undefined)
      return undefined;
    if (isUsedOtherwise(text, receiver)) return undefined;
    const optimizer = scene.lookup(step.receiver);
    const object = scene.object(optimizer);
    const certain = object?.cls !== undefined && isOptimizer(object.cls);
    const open = optimizer === undefined || optimizer.kind === 'latent' || optimizer.kind === 'unknown';
    if (!certain && !(open && OPTIMIZER_NAME.test(receiver))) return undefined;
    if (callsCodeWith(scene, text, RESETS)) return undefined;
    return advice(
      'missing-zero-grad',
      certain ? 'warning' : 'information',
      `the gradients of all rounds add up: nothing in this loop calls ${receiver}.zero_grad()`,
      {
        place: backward.call,
        related: [{ place: step.call, message: 'the optimizer steps here' }],
        edits: [
          {
            title: `Insert ${receiver}.zero_grad()`,
            edits: [
              {
                place: { ...backward.stmt, end: backward.stmt.start },
                newText: `${receiver}.zero_grad()\n${indent}`,
              },
            ],
          },
        ],
      },
    );
  },
};

/** Whether a loop hands the optimizer to somebody, or makes it. */
function isUsedOtherwise(text: string, receiver: string): boolean {
  const uses = text.match(new RegExp(`(?<![\\w.])${escaped(receiver)}(?!\\w)`, 'g'))?.length ?? 0;
  const harmless =
    text.match(
      new RegExp(`(?<![\\w.])${escaped(receiver)}\\.(step\\(|param_groups|state_dict\\(|defaults|state\\b)`, 'g'),
    )?.length ?? 0;
  return uses > harmless;
}
