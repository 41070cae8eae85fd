/** The language server: from `initialize` to `exit`. */
import {
  type Connection,
  type InitializeResult,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import type { RuleText } from '../core/infer/operator';
import type { StartService } from '../host/project';
import { readClient } from './client';
import { features } from './index';
import { Session } from './session';

export interface ServerOptions {
  readonly connection: Connection;
  /** May still be loading: the client is answered meanwhile. */
  readonly startService: Promise<StartService>;
  readonly rules: readonly RuleText[];
  readonly version: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Start of the addresses of the documentation pages, where the server knows it. */
  readonly rulePages?: string | undefined;
}

/** Serves one client; call `connection.listen()` afterwards. */
export function serve(options: ServerOptions): void {
  const { connection, startService, rules, version, variables } = options;
  connection.onInitialize((params): InitializeResult => {
    const client = readClient(params, options.rulePages);
    const session = new Session({ connection, client, startService, variables, rules });
    session.documents.listen(connection);
    for (const feature of features) feature.start(session);
    connection.onInitialized(() => session.initialized());
    const offered = features.map((feature) => feature.capabilities?.(client) ?? {});
    return { capabilities: capabilities(offered), serverInfo: { name: 'tensorwright', version } };
  });
  // What is running ends with the process; nothing has to be written.
  connection.onShutdown(() => undefined);
}

const capabilities = (offered: readonly Partial<ServerCapabilities>[]): ServerCapabilities =>
  offered.reduce<ServerCapabilities>((all, some) => ({ ...all, ...some }), {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
  });
