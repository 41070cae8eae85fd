/** Tells the language server what the newest runs saw: shapes for hovers, confirmation or refutation of its findings. */
import * as vscode from 'vscode';
import { bridgeRequests, type RunSummary } from '../../../protocol/src/bridge';
import { seen } from '../../../protocol/src/lsp';
import type { SeenFile } from '../../../protocol/src/seen';
import { byStart, isGoing } from '../bridge/runWords';
import type { Feature, Surroundings } from '../feature';

/** Scripts whose newest runs are asked. */
const mostRuns = 8;
/** By this step a run has seen most of what it will. */
const settledStep = 50;

export const seenFactsFeature: Feature = (surroundings) => {
  const teller = new Teller(surroundings);
  const stop = surroundings.training.watchRuns(() => teller.wake());
  return vscode.Disposable.from(
    { dispose: stop },
    vscode.workspace.onDidGrantWorkspaceTrust(() => teller.wake()),
    // A server that was started anew knows nothing.
    surroundings.server.onDidChangeState((state) => {
      if (state === 'running') teller.forget();
    }),
  );
};

class Teller {
  private told = '';
  private working = false;
  private again = false;

  constructor(private readonly surroundings: Surroundings) {}

  forget(): void {
    this.told = '';
    this.wake();
  }

  wake(): void {
    this.again = true;
    if (this.working) return;
    this.working = true;
    this.work()
      .catch((error: unknown) => this.surroundings.log.warn(`What runs saw was not told: ${String(error)}`))
      .finally(() => (this.working = false));
  }

  private async work(): Promise<void> {
    while (this.again) {
      this.again = false;
      const runs = newestOf(this.surroundings.training.runs);
      const about = runs.map(stageOf).join(' ');
      // Runs are data of whoever can write to the folder: of an untrusted one nothing is taken over.
      if (about === this.told || !vscode.workspace.isTrusted || this.surroundings.server.state !== 'running') continue;
      this.told = about;
      await this.tell(runs);
    }
  }

  private async tell(runs: readonly RunSummary[]): Promise<void> {
    const { training, server } = this.surroundings;
    const files = new Map<string, SeenFile>();
    for (const run of runs) {
      if (!run.loaded && !isGoing(run)) await training.ask(bridgeRequests.load, { run: run.id });
      // The newest run that knows a file speaks for it.
      for (const file of await training.ask(bridgeRequests.seen, { run: run.id }))
        if (!files.has(file.path)) files.set(file.path, file);
    }
    await server.request(seen, { files: [...files.values()] });
  }
}

/** The newest run of each script, newest first. */
function newestOf(runs: readonly RunSummary[]): readonly RunSummary[] {
  const sorted = [...runs].sort(byStart);
  return sorted.filter((run, i) => sorted.findIndex(({ script }) => script === run.script) === i).slice(0, mostRuns);
}

/** What a run has seen changes at its first step, a while later, and where it ends. */
const stageOf = (run: RunSummary): string =>
  `${run.id} ${isGoing(run) ? Number(run.step > 0) + Number(run.step >= settledStep) : 'over'}`;
