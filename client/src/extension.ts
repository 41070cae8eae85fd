/** The extension's start: one language server, and the features that are listed in features/index.ts. */
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { BridgeLink } from './bridge/bridgeLink';
import { runFolders } from './bridge/runFolders';
import { Deployments } from './deploy/deployments';
import { features } from './features';
import { LanguageServer } from './languageClient';
import { PythonEnvironment } from './pythonEnvironment';

let server: LanguageServer | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Tensorwright', { log: true });
  const environment = new PythonEnvironment(log);
  server = new LanguageServer(context.asAbsolutePath('dist/server.js'), environment, log);
  const training = new BridgeLink({
    module: context.asAbsolutePath('dist/bridge.js'),
    folders: runFolders(),
    log: (line) => log.info(line),
  });
  const deployments = new Deployments();
  context.subscriptions.push(log, environment, server, training, deployments);
  const surroundings = { context, server, training, deployments, environment, log };
  for (const feature of features) context.subscriptions.push(feature(surroundings));
  // Without a run there is nothing to follow; the first one that is started here starts it.
  if (runFolders().some((folder) => existsSync(folder))) training.start();
  await server.start();
}

/** Ends the server before the extension host goes. */
export async function deactivate(): Promise<void> {
  await server?.stop();
  server = undefined;
}
