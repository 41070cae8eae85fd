/** The typed channel to the editor side, and through it to the bridge. */
import type { RequestName } from '../../../protocol/src/lsp';
import type { ToEditor, ToView } from '../../../protocol/src/views';
import { Host } from './host';

interface Waiting {
  readonly settle: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class Channel {
  private readonly host: Host<ToEditor, ToView>;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  /** @param onMessage what comes unasked */
  constructor(onMessage: (message: ToView) => void) {
    this.host = new Host((message) => {
      if (message.kind === 'answer') this.take(message.id)?.settle(message.result);
      else if (message.kind === 'failure') this.take(message.id)?.reject(new Error(message.message));
      else onMessage(message);
    });
  }

  post(message: ToEditor): void {
    this.host.post(message);
  }

  /** Asks the bridge. */
  ask<Params, Result>({ method }: RequestName<Params, Result>, params: Params): Promise<Result> {
    const id = ++this.asked;
    return new Promise((settle, reject) => {
      this.waiting.set(id, { settle: settle as (result: unknown) => void, reject });
      this.host.post({ kind: 'ask', id, method, params });
    });
  }

  kept(): unknown {
    return this.host.kept();
  }

  keep(state: unknown): void {
    this.host.keep(state);
  }

  private take(id: number): Waiting | undefined {
    const found = this.waiting.get(id);
    this.waiting.delete(id);
    return found;
  }
}
