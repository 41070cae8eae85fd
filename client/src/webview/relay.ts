/** Between a view and the bridge: passes questions of the protocol on, and tells the view of runs. */
import { bridgeRequests } from '../../../protocol/src/bridge';
import type { ToEditor, ToView } from '../../../protocol/src/views';
import type { BridgeLink } from '../bridge/bridgeLink';

const askable: ReadonlySet<string> = new Set(Object.values(bridgeRequests).map(({ method }) => method));

export type Rest = Exclude<ToEditor, { readonly kind: 'ready' | 'ask' }>;

export class Relay {
  private readonly stops: readonly (() => void)[];

  /**
   * @param post to the view
   * @param rest what is not between the view and the bridge
   */
  constructor(
    private readonly link: BridgeLink,
    private readonly post: (message: ToView) => void,
    private readonly rest: (message: Rest) => void,
  ) {
    this.stops = [
      link.watchRuns((changed) => post({ kind: 'runs', changed })),
      link.watchConnection((connected) => post({ kind: 'bridge', connected })),
    ];
  }

  take(message: ToEditor): void {
    if (message.kind === 'ready') {
      this.post({ kind: 'runs', changed: { runs: this.link.runs, gone: [] } });
      this.post({ kind: 'bridge', connected: this.link.isConnected });
      this.link.start();
    } else if (message.kind === 'ask') void this.answer(message.id, message.method, message.params);
    else this.rest(message);
  }

  dispose(): void {
    for (const stop of this.stops) stop();
  }

  private async answer(id: number, method: string, params: unknown): Promise<void> {
    try {
      if (!askable.has(method)) throw new Error(`A view may not ask ${method}.`);
      this.post({ kind: 'answer', id, result: await this.link.ask({ method }, params) });
    } catch (error) {
      this.post({ kind: 'failure', id, message: error instanceof Error ? error.message : String(error) });
    }
  }
}
