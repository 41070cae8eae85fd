/** What a feature of the language server is: what it offers to a client and how it starts. */
import type { ServerCapabilities } from 'vscode-languageserver/node';
import type { Client } from './client';
import type { Session } from './session';

export interface Feature {
  /** What `initialize` answers on behalf of this feature. */
  capabilities?(client: Client): Partial<ServerCapabilities>;
  /** Registers the handlers; called once, before any other message is handled. */
  start(session: Session): void;
}
