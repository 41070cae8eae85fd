/** What the client on the other side can do and wants, read once from `initialize`. */
import type { InitializeParams } from 'vscode-languageserver/node';
import { pathOf } from './locations';

export interface Client {
  /** Findings are sent by themselves; otherwise the client asks for them. */
  readonly push: boolean;
  /** Whether asking for findings is offered. */
  readonly pull: boolean;
  readonly refreshesDiagnostics: boolean;
  readonly refreshesHints: boolean;
  /** Understands `relatedInformation` and `codeDescription`. */
  readonly related: boolean;
  readonly codeDescription: boolean;
  /** Answers `workspace/configuration`. */
  readonly configuration: boolean;
  readonly registersConfiguration: boolean;
  readonly registersWatchers: boolean;
  readonly workspaceFolders: boolean;
  /** Edits may name the version that they were made for. */
  readonly documentChanges: boolean;
  readonly progress: boolean;
  /** Workspace folders as paths. */
  readonly roots: readonly string[];
  /** Settings handed over at start, for clients that can't be asked. */
  readonly settings: unknown;
  /** Start of the addresses of the documentation pages; they end in `<id>.md`. */
  readonly rulePages: string | undefined;
  /** Has the product's own commands. */
  readonly commands: boolean;
}

/**
 * Reads the client. `initializationOptions` may hold `settings` (as under `tensorwright` in the editor), `diagnostics`
 * ('push' or 'pull'; by default a client that can pull is left to pull) `rulePages` (a URI prefix)
 * and `commands` (true where the client has the commands of the extension).
 */
export function readClient(params: InitializeParams, rulePages?: string): Client {
  const { workspace, textDocument, window } = params.capabilities;
  const options = asRecord(params.initializationOptions);
  const canPull = textDocument?.diagnostic !== undefined;
  const push = options['diagnostics'] === 'push' || (options['diagnostics'] !== 'pull' && !canPull);
  return {
    push,
    pull: !push || !canPull,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport ?? false,
    refreshesHints: workspace?.inlayHint?.refreshSupport ?? false,
    related:
      textDocument?.publishDiagnostics?.relatedInformation ?? textDocument?.diagnostic?.relatedInformation ?? false,
    codeDescription:
      textDocument?.publishDiagnostics?.codeDescriptionSupport ??
      textDocument?.diagnostic?.codeDescriptionSupport ??
      false,
    configuration: workspace?.configuration ?? false,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration ?? false,
    registersWatchers: workspace?.didChangeWatchedFiles?.dynamicRegistration ?? false,
    workspaceFolders: workspace?.workspaceFolders ?? false,
    documentChanges: workspace?.workspaceEdit?.documentChanges ?? false,
    progress: window?.workDoneProgress ?? false,
    roots: rootsOf(params),
    settings: options['settings'],
    commands: options['commands'] === true,
    rulePages: typeof options['rulePages'] === 'string' ? options['rulePages'] : rulePages,
  };
}

function rootsOf(params: InitializeParams): readonly string[] {
  if (params.workspaceFolders) return params.workspaceFolders.map(({ uri }) => pathOf(uri));
  // Clients written before workspace folders name one root.
  const { rootUri, rootPath } = params as { rootUri?: string | null; rootPath?: string | null };
  const root = rootUri ?? rootPath;
  return root ? [pathOf(root)] : [];
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
