/** A model repository: a folder of model folders, read one model at a time and remembered. */
import { Model, type World } from './model';
import { versionFolders } from './versions';

/** So many folders tell how a repository is kept. */
const LOOKED_INTO = 50;

export class Repository {
  private readonly models = new Map<string, Model | undefined>();
  private emptyVersion: boolean | undefined;
  private listed: { readonly names: readonly string[] | undefined } | undefined;

  constructor(
    private readonly world: World,
    readonly folder: string,
  ) {}

  /** The model of a folder's name; undefined where there is no such folder. */
  model(name: string): Model | undefined {
    if (this.models.has(name)) return this.models.get(name);
    const made = this.read(name);
    this.models.set(name, made);
    return made;
  }

  /** Names of the model folders; undefined where the host can't list them. */
  names(): readonly string[] | undefined {
    this.listed ??= {
      names: this.world.files.entries(this.folder)?.flatMap(({ name, isFolder }) => (isFolder ? [name] : [])),
    };
    return this.listed.names;
  }

  /** Whether one of the first models has an empty version folder, as models without a file of their own have. */
  get hasEmptyVersion(): boolean {
    const { files } = this.world;
    this.emptyVersion ??= (this.names() ?? []).slice(0, LOOKED_INTO).some((name) => {
      const versions = versionFolders(files.entries(`${this.folder}/${name}`) ?? []);
      return versions.some((version) => files.entries(`${this.folder}/${name}/${version.name}`)?.length === 0);
    });
    return this.emptyVersion;
  }

  private read(name: string): Model | undefined {
    if (name === '' || name.includes('/') || name === '.' || name === '..') return undefined;
    const folder = `${this.folder}/${name}`;
    const path = `${folder}/config.pbtxt`;
    const text = this.world.files.text(path);
    if (text === undefined && this.world.files.entries(folder) === undefined) return undefined;
    return new Model(this.world, this, name, folder, text === undefined ? undefined : path, text ?? '');
  }
}
