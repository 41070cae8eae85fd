/**
 * A Triton server in explicit model control, behind our front.
 *
 * Loading a version beside another one moves every request that names no version to the higher one. So clients ask the
 * front, which names the version in each request that it passes on. What is loaded stands in the model's `config.pbtxt`
 * as `version_policy: { specific: ... }`: Triton reloads neither the untouched versions nor any other model for that.
 * A load takes all listed versions or none, so a failed one is followed by the old text.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { modelConfig } from '../../../../server/src/triton/schema/modelConfig';
import { readTextFormat } from '../../../../server/src/triton/textFormat/reader';
import type { TargetVersion } from '../../../../protocol/src/deploy';
import { type Backend, BehindFront } from './behindFront';
import { TargetDown, type TargetKind, type TargetPlace, TargetRefused } from './target';
import { until } from './until';

export const triton: TargetKind = {
  id: 'triton',
  canSplit: true,
  canShadow: true,
  canRead: true,
  open: async (place) => {
    const server = new TritonVersions(place);
    // Whether it is there at all is said before anything is begun.
    await server.versions();
    return BehindFront.open(place, server);
  },
};

const usualServer = 'http://127.0.0.1:8000';
/** Loading reads the model and initialises its backend. */
const loadSeconds = 300;
const answerMs = 10_000;
/** In which a version that is said to be loaded appears in the index. */
const graceMs = 2_000;

/** An entry of Triton's repository index. */
interface Indexed {
  readonly name: string;
  readonly version?: string;
  readonly state?: string;
  readonly reason?: string;
}

const states: Readonly<Record<string, TargetVersion['state']>> = {
  READY: 'ready',
  LOADING: 'loading',
  UNLOADING: 'unloading',
};

export class TritonVersions implements Backend {
  private readonly server: string;
  private readonly model: string;

  constructor(private readonly place: TargetPlace) {
    this.server = place.server ?? usualServer;
    this.model = encodeURIComponent(place.model);
  }

  async versions(): Promise<readonly TargetVersion[]> {
    const listed = (await this.ask('POST', '/v2/repository/index', {})) as readonly Indexed[];
    return listed
      .filter(({ name }) => name === this.place.model)
      .flatMap(({ version, state = '', reason = '' }) => {
        const shown = states[state];
        return version === undefined || shown === undefined
          ? []
          : [{ version, state: shown, ...(reason ? { reason } : {}) }];
      });
  }

  async load(version: string): Promise<string> {
    const loaded = await this.loaded();
    if (!loaded.includes(version)) await this.show([...loaded, version], version);
    await this.becomesReady(version);
    return `${this.server}/v2/models/${this.model}/versions/${version}`;
  }

  async unload(version: string): Promise<void> {
    const loaded = await this.loaded();
    const left = loaded.filter((each) => each !== version);
    if (left.length === loaded.length) return;
    if (left.length > 0) await this.show(left);
    else await this.ask('POST', `/v2/repository/models/${this.model}/unload`, {});
    const isGone = async (): Promise<boolean> => !(await this.versions()).some((each) => each.version === version);
    await until(loadSeconds, isGone, `Triton said OK, but version ${version} is still there`);
  }

  /** Triton answers once it has loaded; what it does not even list after that will not come. */
  private async becomesReady(version: string): Promise<void> {
    const graceEnds = performance.now() + graceMs;
    const isReady = async (): Promise<boolean> => {
      if (await this.isReady(version)) return true;
      const isListed = (await this.versions()).some((each) => each.version === version);
      if (isListed || performance.now() < graceEnds) return false;
      throw new TargetRefused(`Triton said OK, but version ${version} is not there`);
    };
    await until(loadSeconds, isReady, `Triton said OK, but version ${version} is not ready`);
  }

  private async loaded(): Promise<readonly string[]> {
    const ready = (await this.versions()).filter(({ state }) => state === 'ready' || state === 'loading');
    return ready.map(({ version }) => version).sort((a, b) => Number(a) - Number(b));
  }

  /** Has exactly these versions loaded. @param added which of them may be at fault */
  private async show(versions: readonly string[], added?: string): Promise<void> {
    const path = join(this.place.modelFolder, 'config.pbtxt');
    const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    this.write(path, withVersions(before ?? '', versions));
    try {
      await this.ask('POST', `/v2/repository/models/${this.model}/load`, {}, loadSeconds * 1000);
    } catch (error) {
      if (error instanceof TargetRefused && added !== undefined) this.write(path, before);
      throw error;
    }
  }

  /** By a name outside the model's folder: whatever else lies in it counts as a change of the model. */
  private write(path: string, text: string | undefined): void {
    if (text === undefined) return rmSync(path, { force: true });
    const draft = join(dirname(dirname(path)), `.${basename(dirname(path))}.${process.pid}`);
    writeFileSync(draft, text);
    renameSync(draft, path);
  }

  private async isReady(version: string): Promise<boolean> {
    const { status } = await this.fetch('GET', `/v2/models/${this.model}/versions/${version}/ready`);
    return status === 200;
  }

  private async ask(method: string, path: string, body?: object, patience = answerMs): Promise<unknown> {
    const answer = await this.fetch(method, path, body, patience);
    const text = await answer.text();
    if (answer.ok) return text === '' ? undefined : (JSON.parse(text) as unknown);
    throw new TargetRefused(wordsIn(text) ?? `Triton answers ${answer.status} to ${path}`);
  }

  private async fetch(method: string, path: string, body?: object, patience = answerMs): Promise<Response> {
    try {
      return await fetch(this.server + path, {
        method,
        signal: AbortSignal.timeout(patience),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new TargetDown(
        `Triton at ${this.server} does not answer: ${cause instanceof Error ? cause.message : String(cause)}; "--target triton=http://HOST:PORT" names another`,
      );
    }
  }
}

function wordsIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown };
    return typeof error === 'string' ? error.slice(0, 2000) : undefined;
  } catch {
    return text === '' ? undefined : text.slice(0, 500);
  }
}

/** The text of a configuration with another version policy; all else stays as it was written. */
export function withVersions(text: string, versions: readonly string[]): string {
  const policy = `version_policy: { specific: { versions: [ ${versions.join(', ')} ] } }`;
  const { root } = readTextFormat(text, modelConfig);
  const written = root.itemsOf('version_policy').flatMap(({ name, value }) => {
    const { span } = value;
    return name === undefined || span === undefined ? [] : [{ start: name.start, end: span.end }];
  });
  const [first] = written;
  if (first === undefined) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${policy}\n`;
  const rest = [...written].reverse();
  return rest.reduce(
    (now, span) => now.slice(0, span.start) + (span === first ? policy : '') + now.slice(span.end),
    text,
  );
}
