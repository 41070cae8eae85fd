/** Settings and workspace folders: asked from the client at start and whenever they change. */
import { DidChangeConfigurationNotification } from 'vscode-languageserver/node';
import { section } from '../../../protocol/src/lsp';
import { readSettings, type Settings } from '../../../protocol/src/settings';
import type { Feature } from './feature';
import { pathOf, uriOf } from './locations';
import type { Session } from './session';

/** A client that promised to answer but doesn't is waited for this long (milliseconds). */
const patience = 1000;

export const configuration: Feature = {
  capabilities: () => ({ workspace: { workspaceFolders: { supported: true, changeNotifications: true } } }),
  start(session) {
    const user = new UserSettings(session);
    const { connection, client } = session;
    session.listen({
      initialized() {
        user.reload();
        if (client.registersConfiguration)
          connection.client.register(DidChangeConfigurationNotification.type, { section }).catch(() => undefined);
        if (client.workspaceFolders)
          connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
            user.changeFolders(
              added.map(({ uri }) => pathOf(uri)),
              removed.map(({ uri }) => pathOf(uri)),
            );
          });
      },
    });
    connection.onDidChangeConfiguration(({ settings }) => user.handed(settings));
  },
};

class UserSettings {
  private roots: readonly string[];
  /** What the client handed over by itself. */
  private given: unknown;
  private loads = 0;

  constructor(private readonly session: Session) {
    this.roots = session.client.roots;
    this.given = session.client.settings;
  }

  handed(settings: unknown): void {
    if (typeof settings === 'object' && settings !== null && section in settings)
      this.given = (settings as Record<string, unknown>)[section];
    this.reload();
  }

  changeFolders(added: readonly string[], removed: readonly string[]): void {
    const left = this.roots.filter((root) => !removed.includes(root));
    this.roots = [...new Set([...left, ...added])];
    this.reload();
  }

  reload(): void {
    this.load().catch((error: unknown) => this.session.logOnce('configuration', error));
  }

  /** Asks for the settings of every folder and puts them in force; the newest question wins. */
  private async load(): Promise<void> {
    const load = ++this.loads;
    const { roots } = this;
    const scopes = ['', ...roots];
    const answers = await this.ask(scopes);
    if (load !== this.loads) return;
    const read = scopes.map((scope, index): [string, Partial<Settings>] => [
      scope,
      this.read(answers?.[index] ?? this.given),
    ]);
    await this.session.configure(roots, new Map(read));
  }

  private async ask(scopes: readonly string[]): Promise<readonly unknown[] | undefined> {
    const { client, connection } = this.session;
    if (!client.configuration) return undefined;
    const items = scopes.map((scope) => (scope === '' ? { section } : { section, scopeUri: uriOf(scope) }));
    const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), patience).unref());
    try {
      return await Promise.race([connection.workspace.getConfiguration(items) as Promise<unknown[]>, late]);
    } catch {
      return undefined;
    }
  }

  private read(raw: unknown): Partial<Settings> {
    const { settings, problems } = readSettings(
      raw,
      'editor',
      this.session.rules.map(({ id }) => id),
    );
    for (const problem of problems) this.session.warn(`settings: ${problem}`);
    return settings;
  }
}
