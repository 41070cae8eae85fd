/** What a feature of the editor side is given, and what it is. */
import type * as vscode from 'vscode';
import type { LanguageServer } from './languageClient';

export interface Surroundings {
  readonly context: vscode.ExtensionContext;
  readonly server: LanguageServer;
  readonly log: vscode.LogOutputChannel;
}

/** Starts the feature; disposing the answer ends it. */
export type Feature = (surroundings: Surroundings) => vscode.Disposable;
