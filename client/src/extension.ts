/** The extension's start: one language server, and the features that are listed in features/index.ts. */
import * as vscode from 'vscode';
import { features } from './features';
import { LanguageServer } from './languageClient';
import { PythonEnvironment } from './pythonEnvironment';

let server: LanguageServer | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Tensorwright', { log: true });
  const environment = new PythonEnvironment(log);
  server = new LanguageServer(context.asAbsolutePath('dist/server.js'), environment, log);
  context.subscriptions.push(log, environment, server);
  for (const feature of features) context.subscriptions.push(feature({ context, server, log }));
  await server.start();
}

/** Ends the server before the extension host goes. */
export async function deactivate(): Promise<void> {
  await server?.stop();
  server = undefined;
}
