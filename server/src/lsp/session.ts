/** One client being served: its documents, its projects and what happens to them. */
import {
  type CancellationToken,
  type Connection,
  type Location,
  MessageType,
  ResponseError,
  ShowMessageNotification,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Settings } from '../../../protocol/src/settings';
import type { RuleText } from '../core/infer/operator';
import type { Finding } from '../core/finding';
import type { LineIndex } from '../core/text/lines';
import type { Place } from '../core/text/place';
import { spanOf } from '../core/text/place';
import { LineTables } from '../host/lineTables';
import type { Project, StartService } from '../host/project';
import type { Client } from './client';
import { Documents } from './documents';
import { pathOf, rangeOf, uriOf } from './locations';
import { Projects } from './projects';
import { joinSeen, SeenFacts } from './seenFacts';

export interface SessionOptions {
  readonly connection: Connection;
  readonly client: Client;
  /** Resolves when the parser is loaded. */
  readonly startService: Promise<StartService>;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly rules: readonly RuleText[];
}

export interface SessionEvents {
  /** The client is ready for requests. */
  initialized?(): void;
  /** A document was opened or edited. */
  edited?(path: string): void;
  closed?(path: string, uri: string): void;
  /** Findings of any file may differ now: settings, folders or files on the disk changed. */
  unsettled?(changedPaths: readonly string[]): void;
  /** Findings of a file were computed for another reason than an edit. */
  checked?(path: string, findings: readonly Finding[]): void;
}

export class Session {
  readonly connection: Connection;
  readonly client: Client;
  readonly rules: readonly RuleText[];
  readonly documents: Documents;
  readonly projects: Projects;
  /** What training runs saw of the user's files. */
  readonly seen = new SeenFacts();
  /** Resolves when the settings are known; handlers wait for it. */
  readonly ready: Promise<void>;
  /** Counts what may change findings; equal counts mean equal findings. */
  changes = 0;

  private readonly startService: Promise<StartService>;
  private readonly listeners: SessionEvents[] = [];
  private readonly tables = new LineTables();
  private readonly logged = new Set<string>();
  private becomeReady: () => void = () => undefined;
  private configured = false;

  constructor(options: SessionOptions) {
    this.connection = options.connection;
    this.client = options.client;
    this.rules = options.rules;
    this.startService = options.startService;
    this.ready = new Promise((resolve) => (this.becomeReady = resolve));
    this.documents = new Documents({
      projectOf: (path) => (this.configured ? this.projects.of(path) : undefined),
      edited: (path) => this.changed((listener) => listener.edited?.(path)),
      closed: (path, uri) => this.changed((listener) => listener.closed?.(path, uri)),
      guard: (name, run) => this.guard(name, run),
    });
    this.projects = new Projects({
      variables: options.variables,
      ruleIds: options.rules.map(({ id }) => id),
      onSettingsProblem: (sentence) => this.warn(sentence),
      onFileProblem: (sentence) => this.connection.console.warn(sentence),
      openPaths: () => this.documents.paths(),
    });
  }

  listen(events: SessionEvents): void {
    this.listeners.push(events);
  }

  /** Puts folders and settings in force: every document moves to its new project. */
  async configure(roots: readonly string[], settings: ReadonlyMap<string, Partial<Settings>>): Promise<void> {
    const startService = await this.startService;
    if (this.configured) this.documents.release();
    this.projects.configure(startService, roots, settings);
    this.configured = true;
    this.documents.reopen();
    this.becomeReady();
    this.unsettled([]);
  }

  /** Starts a project anew with the same folders and settings. */
  restart(project: Project): void {
    const belongs = (path: string): boolean => this.projects.of(path) === project;
    const moved = this.documents.paths().filter(belongs);
    this.documents.release(belongs);
    this.projects.restart(project);
    this.documents.reopen((path) => moved.includes(path));
  }

  initialized(): void {
    this.announce((listener) => listener.initialized?.());
  }

  unsettled(changedPaths: readonly string[]): void {
    this.changed((listener) => listener.unsettled?.(changedPaths));
  }

  checked(path: string, findings: readonly Finding[]): void {
    this.announce((listener) => listener.checked?.(path, findings));
  }

  /**
   * Findings of a file; none where the project leaves it out or the checker fails on it.
   *
   * @returns undefined when cancelled
   */
  findings(path: string, cancelled?: () => boolean): readonly Finding[] | undefined {
    try {
      const project = this.projects.of(path);
      if (!project.settings.enable || !project.covers(path)) return [];
      const found = project.findings(path, cancelled);
      return found && this.joined(path, found);
    } catch (error) {
      this.logOnce(`check of ${path}`, error);
      return [];
    }
  }

  /** The findings with what training runs saw of the same text. */
  private joined(path: string, findings: readonly Finding[]): readonly Finding[] {
    const text = findings.length === 0 ? undefined : this.projects.of(path).service.text(path);
    const seen = text === undefined ? undefined : this.seen.of(path, text);
    const lines = this.linesOf(path);
    if (text === undefined || seen === undefined || lines === undefined) return findings;
    return findings.map((finding) => {
      const { start, end } = spanOf(finding.place);
      const [first, last] = [lines.position(start).line + 1, lines.position(end).line + 1];
      return joinSeen({ finding, first, last, text: text.slice(start, end) }, seen);
    });
  }

  /** Where a place is now; undefined once the text it was in is gone. */
  locate(place: Place): Location | undefined {
    if (place.at.base < 0) return undefined;
    const path = place.at.file;
    const { start, end } = spanOf(place);
    const open = this.documents.get(path);
    if (open) return { uri: open.uri, range: rangeOf(open, { start, end }) };
    const lines = this.linesOf(path);
    return lines && { uri: uriOf(path), range: { start: lines.position(start), end: lines.position(end) } };
  }

  /** The lines of a file as the service knows it. */
  linesOf(path: string): LineIndex | undefined {
    const text = this.projects.of(path).service.text(path);
    return text === undefined ? undefined : this.tables.of(path, text);
  }

  /** The client's spelling of a file's URI. */
  uri(path: string): string {
    return this.documents.get(path)?.uri ?? uriOf(path);
  }

  /**
   * A request handler about one document.
   *
   * It runs once the settings are known. A failure is logged once and answered with `nothing`.
   */
  handler<Params extends { readonly textDocument: { readonly uri: string } }, Answer>(
    name: string,
    nothing: Answer,
    answer: (about: { params: Params; path: string; document: TextDocument; project: Project }) => Answer,
  ): (params: Params, token: CancellationToken) => Promise<Answer> {
    return (params, token) =>
      this.answer(name, nothing, () => {
        const path = pathOf(params.textDocument.uri);
        const document = this.documents.get(path);
        if (!document || token.isCancellationRequested) return nothing;
        const project = this.projects.of(path);
        return project.settings.enable ? answer({ params, path, document, project }) : nothing;
      });
  }

  /** Answers a request once the settings are known; a failure is logged once and answered with `nothing`. */
  async answer<Answer>(name: string, nothing: Answer, run: () => Answer | Promise<Answer>): Promise<Answer> {
    try {
      await this.ready;
      return await run();
    } catch (error) {
      if (error instanceof ResponseError) throw error;
      this.logOnce(name, error);
      return nothing;
    }
  }

  /** Runs something whose failure is logged and goes no further; says whether all went well. */
  guard(name: string, run: () => void): boolean {
    try {
      run();
      return true;
    } catch (error) {
      this.logOnce(name, error);
      return false;
    }
  }

  /** Shows the user a sentence, each once. */
  warn(sentence: string): void {
    if (this.logged.has(sentence)) return;
    this.logged.add(sentence);
    const message = `Tensorwright: ${sentence}`;
    void this.connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message });
  }

  /** One line with the stack for each different failure. */
  logOnce(name: string, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const key = `${name}: ${text.slice(0, 300)}`;
    if (this.logged.has(key)) return;
    this.logged.add(key);
    this.connection.console.error(`${name} failed: ${text}`);
  }

  private changed(tell: (listener: SessionEvents) => void): void {
    this.changes += 1;
    this.announce(tell);
  }

  private announce(tell: (listener: SessionEvents) => void): void {
    for (const listener of this.listeners) this.guard('event', () => tell(listener));
  }
}
