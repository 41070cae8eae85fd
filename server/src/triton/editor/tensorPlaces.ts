/**
 * Every place of a repository that names a tensor: its declaration, the other fields of its configuration, the maps of
 * the ensembles that use its model, and the code of a python model.
 */
import type { Place, Span } from '../../core/text/place';
import { onnxHeader } from '../complete/onnx';
import { parentOf } from '../files';
import { Model } from '../repository/model';
import { Message, type Scalar } from '../textFormat/message';
import { readOpenvinoHeader } from '../../models/openvino';
import { hitAt } from './context';
import { pythonPlaces } from './pythonNames';
import { roleOf, type Side } from './tensorNames';

/** A tensor as requests and ensembles know it, or one that only an ensemble knows. */
export interface Tensor {
  readonly model: Model;
  /** Undefined for what flows only between the steps of an ensemble. */
  readonly side: Side | undefined;
  readonly name: string;
}

export interface TensorAt {
  readonly tensor: Tensor;
  /** The name at the offset, quotes included. */
  readonly span: Span;
}

/** The tensor that is named at an offset; `unknown` names a step's model that the repository does not have. */
export function tensorAt(model: Model, offset: number): TensorAt | { readonly unknown: string } | undefined {
  const hit = hitAt(model.file.root, offset);
  if (!hit || hit.isName || hit.item.value instanceof Message) return undefined;
  const role = roleOf(hit.parent, hit.item);
  const name = hit.item.value.value;
  if (!role || typeof name !== 'string' || name === '') return undefined;
  const { span } = hit;
  if (role.kind === 'part') {
    const part = stepOf(model, hit.parent)?.text('model_name') ?? '';
    const found = model.repository.model(part);
    return found?.path === undefined ? { unknown: part } : { tensor: { model: found, side: role.side, name }, span };
  }
  if (role.kind !== 'ensemble') return { tensor: { model, side: role.side, name }, span };
  return { tensor: { model, side: sidesOf(model, name)[0], name }, span };
}

const stepsOf = (model: Model): readonly Message[] => model.file.root.one('ensemble_scheduling')?.all('step') ?? [];

const stepOf = (model: Model, entry: Message): Message | undefined =>
  stepsOf(model).find((step) => [...step.all('input_map'), ...step.all('output_map')].includes(entry));

const sides: readonly Side[] = ['input', 'output'];

/** The sides on which a model declares a name. */
const sidesOf = (model: Model, name: string): readonly Side[] =>
  sides.filter((side) => declared(model, side).includes(name));

const declared = (model: Model, side: Side): readonly string[] =>
  model.file.root.all(side).map((tensor) => tensor.text('name'));

/** The places that name a tensor, declarations first; places in code are those of the texts with their quotes. */
export function placesOf({ model, side, name }: Tensor): readonly Place[] {
  const isEnsemble = stepsOf(model).length > 0;
  const within = isEnsemble ? sidesOf(model, name) : side === undefined ? [] : [side];
  const own = variantsOf(model).flatMap((each) => ownPlaces(each, within, isEnsemble, name));
  return [...own, ...(isEnsemble ? [] : pythonPlaces(model, name).places), ...usersOf(model, within, name)];
}

function ownPlaces(model: Model, within: readonly Side[], isEnsemble: boolean, name: string): readonly Place[] {
  const found: Span[] = [];
  const visit = (message: Message): void => {
    for (const item of message.items) {
      if (item.value instanceof Message) visit(item.value);
      else if (item.value.value === name && item.value.span) {
        const role = roleOf(message, item);
        if (role?.kind === 'ensemble' ? isEnsemble : role && role.kind !== 'part' && within.includes(role.side))
          found.push(item.value.span);
      }
    }
  };
  visit(model.file.root);
  return found.map((span) => placeIn(model, span));
}

/** The keys of steps that hand the tensor to the model or take it from there. */
function usersOf(model: Model, within: readonly Side[], name: string): readonly Place[] {
  if (within.length === 0) return [];
  const others = (model.repository.names() ?? []).flatMap((other) => model.repository.model(other) ?? []);
  return others.flatMap(variantsOf).flatMap((other) =>
    stepsOf(other)
      .filter((step) => step.text('model_name') === model.name)
      .flatMap((step) => within.flatMap((side) => step.all(`${side}_map`)))
      .flatMap((entry): readonly Scalar[] => {
        const key = entry.scalar('key');
        return key?.value === name ? [key] : [];
      })
      .flatMap(({ span }) => (span ? [placeIn(other, span)] : [])),
  );
}

/** A model's configuration, and those that stand in for it in `configs/`. */
function variantsOf(model: Model): readonly Model[] {
  const folder = `${model.folder}/configs`;
  const inFolder = model.entries?.some(({ name, isFolder }) => isFolder && name === 'configs') ?? false;
  const names = inFolder ? (model.world.files.entries(folder) ?? []) : [];
  const paths = names.filter(({ name, isFolder }) => !isFolder && name.endsWith('.pbtxt'));
  const main = model.path !== undefined && parentOf(model.path) === folder ? mainOf(model) : model;
  const others = paths.flatMap(({ name }) => {
    const path = `${folder}/${name}`;
    const text = model.world.files.text(path);
    return text === undefined ? [] : [new Model(model.world, model.repository, model.name, model.folder, path, text)];
  });
  return [...(main ? [main] : []), ...others];
}

const mainOf = (model: Model): Model | undefined => model.repository.model(model.name);

const placeIn = (model: Model, { start, end }: Span): Place => ({
  at: { file: model.path ?? `${model.folder}/config.pbtxt`, base: 0 },
  start,
  end,
});

/** Why a tensor can't be renamed at all, as a sentence. */
export function fixedBy({ model, side, name }: Tensor): string | undefined {
  if (stepsOf(model).length > 0 || side === undefined) return undefined;
  const file = model.filled.text('default_model_filename');
  if (namesInModel(model, side).includes(name))
    return `'${name}' is the name in ${file} of model '${model.name}': export the model with the other name first.`;
  const unclear = pythonPlaces(model, name).unclear;
  if (unclear === undefined) return undefined;
  return `${unclear.file} writes "${name}" in line ${unclear.line} where it may mean something else: change it there by hand first.`;
}

function namesInModel(model: Model, side: Side): readonly string[] {
  const backend = model.filled.text('backend');
  if (backend === 'onnxruntime') return onnxHeader(model)?.[`${side}s`].map(({ name }) => name) ?? [];
  if (backend !== 'openvino') return [];
  const path = model.versionFile(model.filled.text('default_model_filename'));
  const text = path === undefined ? undefined : model.world.files.text(path);
  return (text === undefined ? undefined : readOpenvinoHeader(text))?.[`${side}s`].flatMap(({ names }) => names) ?? [];
}

/** Why a tensor can't have this name, as a sentence. */
export function refusalOf({ model, side, name }: Tensor, newName: string): string | undefined {
  if (newName === '') return 'A tensor needs a name.';
  if (newName === name) return undefined;
  const steps = stepsOf(model);
  if (steps.length > 0) {
    const flowing = steps.flatMap((step) => [...step.all('input_map'), ...step.all('output_map')]);
    const taken = [...sides.flatMap((each) => declared(model, each)), ...flowing.map((entry) => entry.text('value'))];
    return taken.includes(newName)
      ? `Ensemble '${model.name}' has another tensor '${newName}': the two would become one.`
      : undefined;
  }
  return side !== undefined && declared(model, side).includes(newName)
    ? `Model '${model.name}' has another ${side} '${newName}'.`
    : undefined;
}
