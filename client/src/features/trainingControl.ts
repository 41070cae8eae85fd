/** Commands to a running training: pause, also when a condition holds, resume, step, learning rate, batch size, stop. */
import * as vscode from 'vscode';
import {
  bridgeRequests,
  type ControlArguments,
  type ControlCommand,
  type RunSummary,
} from '../../../protocol/src/bridge';
import type { BridgeLink } from '../bridge/bridgeLink';
import { byStart, isGoing, progressOf, scriptName } from '../bridge/runWords';
import type { Feature } from '../feature';

interface Action {
  readonly id: string;
  readonly command: ControlCommand;
  /** Asks for what the command needs; undefined where the user thought better of it. */
  readonly ask?: (run: RunSummary) => Promise<ControlArguments | undefined>;
}

const actions: readonly Action[] = [
  { id: 'pauseTraining', command: 'pause' },
  { id: 'pauseTrainingWhen', command: 'pause-when', ask: askCondition },
  { id: 'resumeTraining', command: 'resume' },
  { id: 'stepTraining', command: 'step' },
  {
    id: 'setLearningRate',
    command: 'set-learning-rate',
    ask: (run) => askNumber('Learning rate', 0, run.values['lr']),
  },
  { id: 'setBatchSize', command: 'set-batch-size', ask: () => askNumber('Batch size', 1) },
  { id: 'stopTraining', command: 'stop-after-checkpoint' },
];

export const trainingControlFeature: Feature = ({ training }) => {
  const teller = new BreakpointTeller(training);
  return vscode.Disposable.from(
    { dispose: training.watchRuns(({ runs }) => teller.look(runs)) },
    ...actions.map((action) =>
      vscode.commands.registerCommand(`tensorwright.${action.id}`, (given?: unknown) => act(action, training, given)),
    ),
  );
};

async function act({ command, ask }: Action, training: BridgeLink, given: unknown): Promise<void> {
  const run = isRun(given) ? given : await pick(training);
  if (run === undefined) return;
  const wanted = ask === undefined ? {} : await ask(run);
  if (wanted === undefined) return;
  try {
    await training.ask(bridgeRequests.control, { run: run.id, command, arguments: wanted });
  } catch (error) {
    await vscode.window.showWarningMessage(error instanceof Error ? error.message : String(error));
  }
}

/** The only one that is going, or the one that the user chooses. */
async function pick(training: BridgeLink): Promise<RunSummary | undefined> {
  const going = training.runs.filter(isGoing).sort(byStart);
  if (going.length === 0) void vscode.window.showInformationMessage('No training is running.');
  if (going.length <= 1) return going[0];
  const chosen = await vscode.window.showQuickPick(
    going.map((run) => ({ label: scriptName(run), description: progressOf(run), run })),
    { title: 'Which training?' },
  );
  return chosen?.run;
}

async function askNumber(title: string, least: number, now?: number): Promise<ControlArguments | undefined> {
  const typed = await vscode.window.showInputBox({
    title,
    value: now === undefined ? '' : String(now),
    validateInput: (text) =>
      text.trim() !== '' && Number(text) >= least && Number.isFinite(Number(text))
        ? undefined
        : `A number from ${least} on.`,
  });
  return typed === undefined ? undefined : { value: Number(typed) };
}

async function askCondition(): Promise<ControlArguments | undefined> {
  const condition = await vscode.window.showInputBox({
    title: 'Pause training when',
    value: '*.grad is non-finite',
    prompt:
      'Of gradients, weights or the loss: block.*.grad is non-finite, fc.weight norm > 100, loss > 5. Empty: never.',
  });
  return condition === undefined ? undefined : { condition: condition.trim() };
}

/** Says once of each run that its condition held, with what can be done. */
class BreakpointTeller {
  private readonly told = new Set<string>();

  constructor(private readonly training: BridgeLink) {}

  look(runs: readonly RunSummary[]): void {
    for (const run of runs) {
      const key = `${run.id} ${run.error ?? ''}`;
      if (run.state !== 'paused' || run.error === undefined || this.told.has(key)) continue;
      this.told.add(key);
      void this.tell(run);
    }
  }

  private async tell(run: RunSummary): Promise<void> {
    const chosen = await vscode.window.showWarningMessage(
      `${scriptName(run)} is paused: ${run.error ?? ''}.`,
      resume,
      layers,
    );
    if (chosen === layers) await vscode.commands.executeCommand('tensorwright.showLayers', { run: run.id });
    if (chosen === resume)
      await this.training.ask(bridgeRequests.control, { run: run.id, command: 'resume', arguments: {} });
  }
}
const [resume, layers] = ['Resume', 'Show Layers'] as const;

const isRun = (given: unknown): given is RunSummary =>
  typeof given === 'object' && given !== null && 'id' in given && 'sequences' in given;
