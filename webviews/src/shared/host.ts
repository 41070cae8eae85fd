/** Messages to the editor side and from it, and what a view keeps while it is hidden. */

interface Api<Outgoing> {
  postMessage(message: Outgoing): void;
  getState(): unknown;
  setState(state: unknown): void;
}

// Given by the editor to every view, once.
declare const acquireVsCodeApi: () => Api<unknown>;

export class Host<Outgoing, Incoming> {
  private readonly api: Api<Outgoing> = acquireVsCodeApi();

  constructor(onMessage: (message: Incoming) => void) {
    window.addEventListener('message', ({ data }: MessageEvent<Incoming>) => onMessage(data));
  }

  post(message: Outgoing): void {
    this.api.postMessage(message);
  }

  /** What the view kept before it was hidden. */
  kept(): unknown {
    return this.api.getState();
  }

  keep(state: unknown): void {
    this.api.setState(state);
  }
}
