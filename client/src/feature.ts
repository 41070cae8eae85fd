/** What a feature of the editor side is given, and what it is. */
import type * as vscode from 'vscode';
import type { BridgeLink } from './bridge/bridgeLink';
import type { Deployments } from './deploy/deployments';
import type { LanguageServer } from './languageClient';
import type { PythonEnvironment } from './pythonEnvironment';

export interface Surroundings {
  readonly context: vscode.ExtensionContext;
  readonly server: LanguageServer;
  /** The training runs of the workspace. */
  readonly training: BridgeLink;
  readonly deployments: Deployments;
  readonly environment: PythonEnvironment;
  readonly log: vscode.LogOutputChannel;
}

/** Starts the feature; disposing the answer ends it. */
export type Feature = (surroundings: Surroundings) => vscode.Disposable;
