/** One model of a repository: its configuration as written, as filled in, and as its backend completes it. */
import type { PythonFile } from '../../core/python/tree';
import { backendOf } from '../backends';
import type { Exported } from '../exports';
import type { Entry, Files } from '../files';
import type { Problem } from '../rule';
import { modelConfig } from '../schema/modelConfig';
import type { Message } from '../textFormat/message';
import { readTextFormat, type TextFile } from '../textFormat/reader';
import { type Completion, completeModel } from '../complete/complete';
import { fillBackend, fillDefaults } from './fill';
import type { Repository } from './repository';
import { chosenVersions, versionFolders, type VersionFolder } from './versions';

export interface World {
  readonly files: Files;
  /** The tree of a Python file; undefined where it can't be read. */
  python(path: string): PythonFile | undefined;
  /** `--disable-auto-complete-config`. */
  readonly strict: boolean;
  /** What a model file is exported from, where a script of the workspace is seen to write it. */
  exported?(path: string): Exported | undefined;
}

export class Model {
  readonly file: TextFile;
  /** The configuration with what the server itself fills in. */
  readonly filled: Message;
  /** Its sentence where it finds no backend. */
  readonly backendProblem: string | undefined;
  /** What lies in the model's folder; undefined where the host can't say. */
  readonly entries: readonly Entry[] | undefined;
  readonly versions: readonly VersionFolder[];
  private completion: Completion | undefined;

  constructor(
    readonly world: World,
    readonly repository: Repository,
    /** Name of its folder. */
    readonly name: string,
    readonly folder: string,
    /** Undefined where there is no configuration file. */
    readonly path: string | undefined,
    readonly text: string,
  ) {
    this.file = readTextFormat(text, modelConfig);
    this.entries = world.files.entries(folder);
    this.versions = versionFolders(this.entries ?? []);
    this.filled = this.file.root.copy();
    this.backendProblem = fillBackend(this.filled, name, () => this.first());
    fillDefaults(this.filled);
  }

  /** Whether the folder holds nothing but its configuration: what else belongs to the model may lie elsewhere. */
  get isBare(): boolean {
    return (this.entries ?? []).every(({ isFolder, name }) => !isFolder && !name.startsWith('model.'));
  }

  /** Whether a version folder holds anything but placeholders. */
  get hasModelFiles(): boolean {
    const visible = ({ name }: Entry): boolean => !name.startsWith('.');
    return this.versions.some(({ name }) => this.world.files.entries(`${this.folder}/${name}`)?.some(visible) ?? false);
  }

  get isEnsemble(): boolean {
    return this.filled.has('ensemble_scheduling') || this.filled.text('platform') === 'ensemble';
  }

  /** Whether the text can be read without a problem and is complete in itself. */
  get isReadable(): boolean {
    return this.file.problems.length === 0 && !this.file.isTemplate;
  }

  get backend(): ReturnType<typeof backendOf> {
    return backendOf(this.filled.text('backend'));
  }

  /** The versions that are loaded; undefined where the folder can't be seen. */
  get loaded(): readonly number[] | undefined {
    return this.entries === undefined ? undefined : chosenVersions(this.filled, this.versions);
  }

  /** The configuration once the backend has had its say. */
  get completed(): Completion {
    this.completion ??= completeModel(this);
    return this.completion;
  }

  /** Path of a file in the newest version that is loaded. */
  versionFile(file: string): string | undefined {
    const newest = this.loaded?.[0];
    const folder = this.versions.find(({ number, name }) => number === newest && name === String(newest));
    return newest === undefined || !folder ? undefined : `${this.folder}/${folder.name}/${file}`;
  }

  /** Problems that its backend finds while it completes the configuration. */
  get completionProblems(): readonly Problem[] {
    return this.completed.problems;
  }

  /** What the server looks into to tell the backend: the first sub-folder of any name. */
  private first(): readonly Entry[] | undefined {
    const folder = this.entries?.find(({ isFolder }) => isFolder);
    return folder && this.world.files.entries(`${this.folder}/${folder.name}`);
  }
}
