/** `textDocument/publishDiagnostics`: findings are sent as soon as the text they belong to is there. */
import type { Finding } from '../core/finding';
import { diagnosticsOf } from './diagnosticOf';
import type { Feature } from './feature';
import { pause, quiet, sliced } from './pace';
import type { Session } from './session';

/** Other files are looked at again after this many milliseconds without an edit. */
const idleAfter = 60;

export const pushDiagnostics: Feature = {
  start(session) {
    const publisher = new Publisher(session);
    session.listen({
      edited: (path) => publisher.edited(path),
      closed: (path, uri) => publisher.closed(path, uri),
      unsettled: (paths) => publisher.unsettled(paths),
      checked: (path, findings) => publisher.checked(path, findings),
    });
  },
};

class Publisher {
  /** Edited documents, the newest last. */
  private urgent: string[] = [];
  /** Files whose findings may have changed through others. */
  private readonly waiting = new Set<string>();
  /** What the client shows, by path: the diagnostics as sent, '' for none. */
  private readonly shown = new Map<string, string>();
  /** Files that a check of the workspace showed; they stay shown when closed. */
  private readonly kept = new Set<string>();
  private lastEdit = 0;
  private working = false;

  constructor(private readonly session: Session) {}

  edited(path: string): void {
    this.lastEdit = performance.now();
    if (!this.session.client.push) {
      if (this.shown.get(path)) this.send(path, []);
      return;
    }
    this.urgent = [...this.urgent.filter((other) => other !== path), path];
    this.wake();
  }

  /** A closed document shows nothing, unless a check of the workspace showed it: then what is on the disk counts. */
  closed(path: string, uri: string): void {
    this.urgent = this.urgent.filter((other) => other !== path);
    this.waiting.delete(path);
    if (this.shown.delete(path)) this.deliver(uri, path, []);
    if (!this.kept.has(path)) return;
    this.waiting.add(path);
    this.wake();
  }

  unsettled(paths: readonly string[]): void {
    for (const path of [...paths.filter((path) => this.shown.has(path)), ...this.others()]) this.waiting.add(path);
    this.wake();
  }

  /** Shows findings that a check of the workspace found. */
  checked(path: string, findings: readonly Finding[]): void {
    this.kept.add(path);
    const open = this.session.documents.get(path) !== undefined;
    if (open && !this.session.client.push) return;
    this.send(path, findings, open);
  }

  private wake(): void {
    if (this.working) return;
    this.working = true;
    void this.work().catch((error: unknown) => {
      this.working = false;
      this.session.logOnce('diagnostics', error);
    });
  }

  private async work(): Promise<void> {
    await this.session.ready;
    for (;;) {
      await quiet(() => this.session.changes);
      const edited = this.urgent.pop();
      if (edited !== undefined) {
        await this.checkEdited(edited);
        continue;
      }
      const [next] = this.waiting;
      if (next === undefined) {
        this.working = false;
        return;
      }
      const rest = this.lastEdit + idleAfter - performance.now();
      if (rest > 0) await pause(rest);
      else await this.checkWaiting(next);
    }
  }

  private async checkEdited(path: string): Promise<void> {
    const findings = await this.check(path);
    if (findings) {
      this.send(path, findings, true);
      for (const other of this.others(path)) this.waiting.add(other);
    } else if (this.session.documents.get(path) && !this.urgent.includes(path)) {
      // Interrupted by an edit of another file: that one goes first.
      this.urgent.unshift(path);
    }
  }

  private async checkWaiting(path: string): Promise<void> {
    const findings = await this.check(path);
    if (!findings) return;
    this.waiting.delete(path);
    const { documents, projects } = this.session;
    const there = documents.get(path) !== undefined || (projects.hold(path) && projects.of(path).host.isFile(path));
    this.send(path, there ? findings : []);
  }

  /** Undefined where something changed meanwhile. */
  private check(path: string): Promise<readonly Finding[] | undefined> {
    const { changes } = this.session;
    return sliced(
      (cancelled) => this.session.findings(path, cancelled),
      () => this.session.changes !== changes,
    );
  }

  /** Open documents, and files that show something now. */
  private others(but?: string): readonly string[] {
    const showing = [...this.shown].filter(([, sent]) => sent !== '').map(([path]) => path);
    const open = this.session.client.push ? this.session.documents.paths() : [];
    return [...new Set([...open, ...showing])].filter((path) => path !== but);
  }

  /** @param always send although the client shows the same already, as the answer to an edit */
  private send(path: string, findings: readonly Finding[], always = false): void {
    const diagnostics = diagnosticsOf(this.session, findings);
    const sent = diagnostics.length === 0 ? '' : JSON.stringify(diagnostics);
    if (!always && (this.shown.get(path) ?? '') === sent) return;
    this.shown.set(path, sent);
    this.deliver(this.session.uri(path), path, diagnostics);
  }

  private deliver(uri: string, path: string, diagnostics: ReturnType<typeof diagnosticsOf>): void {
    const version = this.session.documents.get(path)?.version;
    const params = version === undefined ? { uri, diagnostics } : { uri, version, diagnostics };
    this.session.connection.sendDiagnostics(params).catch(() => undefined);
  }
}
