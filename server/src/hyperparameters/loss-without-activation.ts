/**
 * Losses that take probabilities or their logarithms, given what a layer gives as it is.
 *
 * nll_loss takes log-probabilities: of a softmax it makes a loss below zero that stops at -1, of raw scores one
 * without a lower end. binary_cross_entropy takes probabilities and raises as soon as a score is outside of 0 to 1.
 * Source: torch.nn.NLLLoss, torch.nn.BCELoss, PyTorch 2.13.
 */
import type { CallCheck } from '../core/infer/check';
import type { Fix } from '../core/finding';
import type { Scene } from '../core/infer/scene';
import type { Trait } from '../core/infer/value';
import type { Expr } from '../core/python/tree';
import { advice, givenAt } from './common/advice';

const gives = (trait: Trait): string => trait.by.slice(trait.by.lastIndexOf('.') + 1);

/** `nn.NLLLoss` becomes `nn.CrossEntropyLoss`, `F.nll_loss` `F.cross_entropy`: losses that take raw scores. */
function takingScores(scene: Scene, from: RegExp, layer: string, fn: string): readonly Fix[] {
  const built = scene.built ?? scene.place;
  const call = built as Expr;
  if (!('kind' in built) || call.kind !== 'call') return [];
  const callee = scene.text(call.callee);
  if (!from.test(callee)) return [];
  const name = scene.built === undefined ? fn : layer;
  const newText = callee.replace(from, name);
  return [{ title: `Use ${name}`, edits: [{ place: call.callee, newText }] }];
}

/** `F.softmax` becomes `F.log_softmax`, `nn.Softmax` `nn.LogSoftmax`. */
function withLogarithm(scene: Scene, trait: Trait): readonly Fix[] {
  const written = (trait.built ?? trait.place) as Expr;
  if (written.kind !== 'call') return [];
  const callee = scene.text(written.callee);
  const newText = callee.replace(/softmax$/, 'log_softmax').replace(/\bSoftmax$/, 'LogSoftmax');
  return newText === callee
    ? []
    : [{ title: 'Use its logarithm, log_softmax', edits: [{ place: written.callee, newText }] }];
}

const logLikelihood: CallCheck = {
  kind: 'call',
  id: 'loss-without-activation',
  names: ['torch.nn.NLLLoss.forward', 'torch.nn.functional.nll_loss'],
  look(call, scene) {
    const { trait } = call.tensor('input');
    if (trait?.kind !== 'softmax' && trait?.kind !== 'scores') return undefined;
    return advice(
      'loss-without-activation',
      'warning',
      trait.kind === 'softmax'
        ? 'nll_loss takes log-probabilities, but its input is a softmax without the logarithm'
        : `nll_loss takes log-probabilities, but its input is what ${gives(trait)} gives, without log_softmax`,
      {
        related: [givenAt(trait, trait.kind === 'softmax' ? 'softmax' : 'layer')],
        edits:
          trait.kind === 'softmax'
            ? withLogarithm(scene, trait)
            : takingScores(scene, /(NLLLoss|nll_loss)$/, 'CrossEntropyLoss', 'cross_entropy'),
      },
    );
  },
};

const binary: CallCheck = {
  kind: 'call',
  id: 'loss-without-activation',
  names: ['torch.nn.BCELoss.forward', 'torch.nn.functional.binary_cross_entropy'],
  look(call, scene) {
    const { trait } = call.tensor('input');
    if (trait?.kind !== 'scores') return undefined;
    return advice(
      'loss-without-activation',
      'warning',
      `binary_cross_entropy takes probabilities, but its input is what ${gives(trait)} gives, without a sigmoid`,
      {
        related: [givenAt(trait, 'layer')],
        edits: takingScores(
          scene,
          /(BCELoss|binary_cross_entropy)$/,
          'BCEWithLogitsLoss',
          'binary_cross_entropy_with_logits',
        ),
      },
    );
  },
};

export const lossWithoutActivation: readonly CallCheck[] = [logLikelihood, binary];
