/** The typed channel to the editor side. */
import type { RequestName } from '../../../protocol/src/lsp';
import type { ToEditor, ToView } from '../../../protocol/src/views';

interface Host {
  postMessage(message: ToEditor): void;
  getState(): unknown;
  setState(state: unknown): void;
}

// Given by the editor to every view, once.
declare const acquireVsCodeApi: () => Host;

interface Waiting {
  readonly settle: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class Channel {
  private readonly host = acquireVsCodeApi();
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  /** @param onMessage what comes unasked */
  constructor(onMessage: (message: ToView) => void) {
    window.addEventListener('message', ({ data }: MessageEvent<ToView>) => {
      if (data.kind === 'answer') this.take(data.id)?.settle(data.result);
      else if (data.kind === 'failure') this.take(data.id)?.reject(new Error(data.message));
      else onMessage(data);
    });
  }

  post(message: ToEditor): void {
    this.host.postMessage(message);
  }

  /** Asks the bridge. */
  ask<Params, Result>({ method }: RequestName<Params, Result>, params: Params): Promise<Result> {
    const id = ++this.asked;
    return new Promise((settle, reject) => {
      this.waiting.set(id, { settle: settle as (result: unknown) => void, reject });
      this.host.postMessage({ kind: 'ask', id, method, params });
    });
  }

  /** What the view kept before it was hidden. */
  kept(): unknown {
    return this.host.getState();
  }

  keep(state: unknown): void {
    this.host.setState(state);
  }

  private take(id: number): Waiting | undefined {
    const found = this.waiting.get(id);
    this.waiting.delete(id);
    return found;
  }
}
