/** Commands to a running training: pause, resume, step, learning rate, batch size, stop. */
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

export const trainingControlFeature: Feature = ({ training }) =>
  vscode.Disposable.from(
    ...actions.map((action) =>
      vscode.commands.registerCommand(`tensorwright.${action.id}`, (given?: unknown) => act(action, training, given)),
    ),
  );

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

const isRun = (given: unknown): given is RunSummary =>
  typeof given === 'object' && given !== null && 'id' in given && 'sequences' in given;
