/** Where the name under the pointer is defined: models and tensors of an ensemble. */
import type { Place, Span } from '../../core/text/place';
import type { Model } from '../repository/model';
import { openingOf, placeOf } from '../rule';
import { Message } from '../textFormat/message';
import { hitAt } from './context';

export function definitionAt(model: Model, offset: number): Place | undefined {
  const { root } = model.file;
  const hit = hitAt(root, offset);
  if (!hit || hit.isName || hit.item.value instanceof Message || typeof hit.item.value.value !== 'string')
    return undefined;
  const name = hit.item.value.value;
  if (hit.item.field.name === 'model_name') return inModel(model.repository.model(name));
  const side = /\.(Input|Output)MapEntry$/.exec(hit.parent.type.name)?.[1]?.toLowerCase();
  if (side === undefined) return undefined;
  const steps = root.one('ensemble_scheduling')?.all('step') ?? [];
  if (hit.item.field.name === 'value') return ownTensor(model, steps, name);
  const step = steps.find((each) => each.all(`${side}_map`).includes(hit.parent));
  const part = model.repository.model(step?.text('model_name') ?? '');
  return inModel(
    part,
    part?.file.root.all(side).find((tensor) => tensor.text('name') === name),
  );
}

/** A tensor of the ensemble: its declaration, else the step that writes it. */
function ownTensor(model: Model, steps: readonly Message[], name: string): Place | undefined {
  const declared = ['input', 'output']
    .flatMap((side) => model.file.root.all(side))
    .find((each) => each.text('name') === name);
  if (declared) return inModel(model, declared);
  const writer = steps.flatMap((step) => step.all('output_map')).find((entry) => entry.text('value') === name);
  return writer && place(model, placeOf(writer, 'value'));
}

function inModel(model: Model | undefined, tensor?: Message): Place | undefined {
  if (!model) return undefined;
  return place(model, tensor ? placeOf(tensor, 'name') : (openingOf(model.file.root) ?? { start: 0, end: 0 }));
}

function place(model: Model, span: Span | undefined): Place | undefined {
  if (model.path === undefined || !span) return undefined;
  return { at: { file: model.path, base: 0 }, start: span.start, end: span.end };
}
