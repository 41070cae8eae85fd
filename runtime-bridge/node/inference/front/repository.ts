/** The model repository extension: a folder of models whose versions clients load and unload by name. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ProtocolError } from '../oip/errors';
import { membersOf, readJson } from '../oip/json';
import { type Front, isModelName, isVersion } from './front';

export class Repository {
  constructor(
    private readonly front: Front,
    /** Undefined where versions come from a controller only. */
    private readonly folder: string | undefined,
  ) {}

  /** Every version that is served, then the models of the folder that are not. */
  index(body: Buffer): object[] {
    const onlyReady = body.length > 0 && membersOf(readJson(body.toString('utf8')))['ready'] === true;
    const states = { loading: 'LOADING', ready: 'READY', unloading: 'UNLOADING', failed: 'UNAVAILABLE' } as const;
    const served = this.front.all().map(({ key, state, reason }) => ({
      name: key.model,
      version: key.version,
      state: states[state],
      ...(reason === undefined ? {} : { reason }),
    }));
    if (onlyReady) return served.filter(({ state }) => state === 'READY');
    const known = new Set(served.map(({ name }) => name));
    return [
      ...served,
      ...this.models()
        .filter((name) => !known.has(name))
        .map((name) => ({ name })),
    ];
  }

  /** Serves the highest version of a model and lets go of the others; answers when it is ready. */
  async load(model: string): Promise<void> {
    const folder = this.modelFolder(model);
    const version = highestVersion(folder);
    if (version === undefined) throw new ProtocolError(400, `failed to load '${model}', no version is available`);
    this.refuseWhereDeployed(model);
    const epoch = this.front.epochOf(model);
    this.front.load({ epoch, model, version, folder: join(folder, version) });
    const served = this.front.version(model, version);
    await served?.signatureWhenReady().catch((error: unknown) => {
      throw new ProtocolError(
        400,
        `failed to load '${model}': ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    for (const other of this.front.versionsOf(model))
      if (other !== served) void this.front.unload({ epoch, model, version: other.key.version, drain: 30 });
  }

  async unload(model: string): Promise<void> {
    this.refuseWhereDeployed(model);
    const epoch = this.front.epochOf(model);
    await Promise.all(
      this.front
        .versionsOf(model)
        .map(({ key }) => this.front.unload({ epoch, model, version: key.version, drain: 30 })),
    );
  }

  private models(): string[] {
    if (this.folder === undefined || !existsSync(this.folder)) return [];
    return readdirSync(this.folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && isModelName(entry.name))
      .map(({ name }) => name)
      .sort();
  }

  private modelFolder(model: string): string {
    if (this.folder === undefined)
      throw new ProtocolError(
        400,
        'explicit model load / unload is not allowed: this front was started without --models',
      );
    if (!isModelName(model) || !existsSync(join(this.folder, model)))
      throw new ProtocolError(400, `failed to load '${model}', failed to poll from model repository`);
    return join(this.folder, model);
  }

  private refuseWhereDeployed(model: string): void {
    if (this.front.routes.of(model) !== undefined)
      throw new ProtocolError(
        400,
        `'${model}' is routed by a deployment; use tensorwright deploy, promote or rollback`,
      );
  }
}

function highestVersion(folder: string): string | undefined {
  return readdirSync(folder)
    .filter((name) => isVersion(name))
    .sort((a, b) => Number(a) - Number(b))
    .at(-1);
}
