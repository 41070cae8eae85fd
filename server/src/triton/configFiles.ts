/**
 * The checker of configuration files behind the service: which files they are, and what is found in them.
 *
 * What was read of a repository is remembered until something in it changes.
 */
import type { Edit, Finding } from '../core/finding';
import { withoutSuppressed } from '../core/suppressedLines';
import type { PythonFile } from '../core/python/tree';
import type { Place, Span } from '../core/text/place';
import { checkModel } from './check';
import { definitionAt } from './editor/definition';
import { type CompletedView, completedView } from './editor/completedView';
import { type Proposal, proposalsAt } from './editor/completion';
import { formatted } from './editor/format';
import { type ConfigHover, hoverIn } from './editor/hover';
import { type OutlineEntry, outlineOf } from './editor/outline';
import { fixedBy, placesOf, refusalOf, tensorAt } from './editor/tensorPlaces';
import { type TextToken, tokensOf } from './editor/tokens';
import type { Exported } from './exports';
import { type Files, nameOf, parentOf } from './files';
import { type NewConfig, newConfig, type NoNewConfig } from './newConfig';
import { locate } from './repository/locate';
import { Model, type World } from './repository/model';
import { Repository } from './repository/repository';
import { modelServerConfig } from './schema/modelServerConfig';
import { checkServerConfig } from './serving/check';
import type { Message } from './textFormat/message';
import { readTextFormat } from './textFormat/reader';

/** Whether a file is a configuration that is checked: config.pbtxt, configs/*.pbtxt of a model, models.config. */
export const isConfigFile = (path: string): boolean => {
  const name = nameOf(path);
  return name === 'config.pbtxt' || name === 'models.config' || isNamedConfig(path);
};

/** `MODEL/configs/NAME.pbtxt`, which `--model-config-name` chooses. */
const isNamedConfig = (path: string): boolean => path.endsWith('.pbtxt') && nameOf(parentOf(path)) === 'configs';

export interface ConfigOptions {
  readonly files: Files;
  python(path: string): PythonFile | undefined;
  readonly strict: boolean;
  /** What a script of the workspace exports to a model file. */
  exported?(path: string): Exported | undefined;
}

/** A tensor that a configuration names. */
export interface TensorUses {
  readonly name: string;
  /** The name that was asked about, quotes included. */
  readonly span: Span;
  /** Every text that names it, quotes included, in all files of the repository. */
  readonly places: readonly Place[];
  /** Why it can't be renamed, as a sentence. */
  readonly problem?: string;
}

export class ConfigFiles {
  /** Replaced, never cleared: a cleared map's old table keeps what it held alive through the next collections. */
  private repositories = new Map<string, Repository>();
  private readonly world: World;

  constructor(options: ConfigOptions) {
    this.world = options;
  }

  /** Findings of one file, suppressed ones left out. */
  findings(path: string): readonly Finding[] {
    const text = this.world.files.text(path);
    if (text === undefined) return [];
    const found =
      nameOf(path) === 'models.config' ? checkServerConfig(path, text) : checkModel(this.modelAt(path, text));
    return withoutSuppressed(found, text);
  }

  hover(path: string, offset: number): ConfigHover | undefined {
    const { root, model } = this.read(path);
    return root && hoverIn(root, offset, model);
  }

  proposals(path: string, offset: number): readonly Proposal[] {
    const { root, model, text } = this.read(path);
    return root ? proposalsAt(text, root, offset, model) : [];
  }

  outline(path: string): readonly OutlineEntry[] {
    const { root } = this.read(path);
    return root ? outlineOf(root) : [];
  }

  tokens(path: string): readonly TextToken[] {
    const { root, text } = this.read(path);
    return root ? tokensOf(root, text) : [];
  }

  formatted(path: string): string | undefined {
    const text = this.world.files.text(path);
    return text === undefined ? undefined : formatted(text);
  }

  /** The places that name the tensor at an offset, and why it can't be renamed where that is so. */
  tensor(path: string, offset: number): TensorUses | undefined {
    const { model } = this.read(path);
    const found = model && tensorAt(model, offset);
    if (!found || 'unknown' in found) return undefined;
    const { tensor, span } = found;
    const problem = fixedBy(tensor);
    return { name: tensor.name, span, places: placesOf(tensor), ...(problem === undefined ? {} : { problem }) };
  }

  /** The edits that give the tensor at an offset another name. */
  rename(path: string, offset: number, newName: string): readonly Edit[] | { readonly problem: string } {
    const { model } = this.read(path);
    const found = model && tensorAt(model, offset);
    if (!found) return { problem: 'There is no name of a tensor here.' };
    if ('unknown' in found)
      return { problem: `The repository has no configuration of model '${found.unknown}', whose tensor this is.` };
    const { tensor } = found;
    const problem = fixedBy(tensor) ?? refusalOf(tensor, newName);
    if (problem !== undefined) return { problem };
    return placesOf(tensor).map((place) => {
      const quote = this.world.files.text(place.at.file)?.[place.start] === "'" ? "'" : '"';
      return { place, newText: quoted(newName, quote) };
    });
  }

  definition(path: string, offset: number): Place | undefined {
    const { model } = this.read(path);
    return model && definitionAt(model, offset);
  }

  /** A model by its folder, with or without a configuration. */
  modelIn(folder: string): Model | undefined {
    return this.repository(parentOf(folder)).model(nameOf(folder));
  }

  /** The completed configuration of the model that a path belongs to; undefined where it belongs to none. */
  completedView(path: string, gpus: number): CompletedView | undefined {
    const text = isConfigFile(path) ? this.world.files.text(path) : undefined;
    if (text !== undefined && nameOf(path) !== 'models.config') return completedView(this.modelAt(path, text), gpus);
    const folder = locate(this.world.files, path)?.folder;
    const model = folder === undefined ? undefined : this.modelIn(folder);
    return model && completedView(model, gpus);
  }

  /** A first configuration for the model that a path belongs to. */
  newConfig(path: string): NewConfig | NoNewConfig {
    return newConfig(this.world, (folder) => this.repository(parentOf(folder)), path);
  }

  /** Something changed: models refer to each other, so nothing is kept. */
  forget(): void {
    this.repositories = new Map();
  }

  private read(path: string): { readonly root?: Message; readonly model?: Model; readonly text: string } {
    const text = this.world.files.text(path);
    if (text === undefined) return { text: '' };
    if (nameOf(path) === 'models.config') return { root: readTextFormat(text, modelServerConfig).root, text };
    const model = this.modelAt(path, text);
    return { root: model.file.root, model, text };
  }

  private modelAt(path: string, text: string): Model {
    const folder = isNamedConfig(path) && nameOf(path) !== 'config.pbtxt' ? parentOf(parentOf(path)) : parentOf(path);
    const repository = this.repository(parentOf(folder));
    const known = repository.model(nameOf(folder));
    if (known?.path === path) return known;
    return new Model(this.world, repository, nameOf(folder), folder, path, text);
  }

  private repository(folder: string): Repository {
    const known = this.repositories.get(folder) ?? new Repository(this.world, folder);
    this.repositories.set(folder, known);
    return known;
  }
}

/** A name in quotes, as text format and Python write it. */
const quoted = (name: string, quote: string): string =>
  `${quote}${name.replace(/[\\"'\n\r\t]/g, (each) => (each === quote ? `\\${each}` : (escapes[each] ?? each)))}${quote}`;

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
