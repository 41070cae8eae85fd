/** The deployments of the workspace: their logs, followed as they grow, whoever writes them. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { DeploymentLog } from '../../../protocol/src/canary';
import { type DeployRecord, finalStates } from '../../../protocol/src/deploy';
import { LogTail } from './logTail';

/** Between two looks; a person reads no faster. */
const lookMs = 400;

export const stateFolderOf = (folder: vscode.WorkspaceFolder): string => join(folder.uri.fsPath, '.tensorwright');

export class Deployments implements vscode.Disposable {
  private readonly tails = new Map<string, { readonly stateFolder: string; readonly tail: LogTail }>();
  private readonly changed = new vscode.EventEmitter<readonly DeploymentLog[]>();
  private readonly timer = setInterval(() => this.look(), lookMs);
  readonly onDidChange = this.changed.event;

  get logs(): readonly DeploymentLog[] {
    return [...this.tails.values()].flatMap(({ stateFolder, tail }) =>
      tail.records.length === 0 ? [] : [{ id: basename(tail.path, '.jsonl'), stateFolder, records: tail.records }],
    );
  }

  /** Newest first. */
  get going(): readonly DeploymentLog[] {
    return this.logs.filter((log) => !finalStates.includes(lastOf(log).to)).sort((a, b) => lastOf(b).ts - lastOf(a).ts);
  }

  log(id: string): DeploymentLog | undefined {
    return this.logs.find((log) => log.id === id);
  }

  look(): void {
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      const stateFolder = stateFolderOf(folder);
      for (const path of logsIn(join(stateFolder, 'deployments')))
        if (!this.tails.has(path)) this.tails.set(path, { stateFolder, tail: new LogTail(path) });
    }
    const news = [...this.tails.values()].filter(({ tail }) => tail.read());
    if (news.length > 0) this.changed.fire(this.logs);
  }

  dispose(): void {
    clearInterval(this.timer);
    this.changed.dispose();
  }
}

export const lastOf = ({ records }: DeploymentLog): DeployRecord => records.at(-1) as DeployRecord;

function logsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(folder, name));
}
