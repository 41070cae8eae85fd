/** Commands to a deployment: promote, pause, resume, freeze, abort, roll back; explain it, export its log. */
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { type CanaryVerb, canaryVerbs, type DeploymentLog } from '../../../protocol/src/canary';
import { type DeployHeader, finalStates } from '../../../protocol/src/deploy';
import { type Answer, lastLine, answerOf } from '../commandLine';
import { type Deployments, lastOf } from '../deploy/deployments';
import { earlierVersions } from '../deploy/earlierVersions';
import { explanationOf } from '../deploy/explanation';
import type { Feature } from '../feature';

interface Said {
  readonly ok: boolean;
  readonly words: string;
}

export const deploymentVerbsFeature: Feature = ({ context, deployments }) => {
  const module = context.asAbsolutePath('dist/cli.js');
  const command = (name: string, act: (log: DeploymentLog) => Promise<Said | undefined>): vscode.Disposable =>
    vscode.commands.registerCommand(`tensorwright.${name}Deployment`, async (given?: unknown) => {
      deployments.look();
      const isView = typeof given === 'string';
      const log = isView ? deployments.log(given) : await pick(deployments, name);
      const said = log && (await act(log));
      // The view shows what came of it; the palette has no place for it but a message.
      if (said === undefined || isView) return said;
      await (said.ok ? vscode.window.showInformationMessage(said.words) : vscode.window.showWarningMessage(said.words));
      return said;
    });
  return vscode.Disposable.from(
    ...canaryVerbs.map((verb) =>
      command(verb, async (log) => {
        const more = verb === 'rollback' ? await chooseEarlier(deployments, log) : [];
        return more && carryOut(module, verb, more, log);
      }),
    ),
    command('explain', explain),
    command('export', exportLog),
  );
};

async function carryOut(
  module: string,
  verb: CanaryVerb,
  more: readonly string[],
  log: DeploymentLog,
): Promise<Said | undefined> {
  const { model } = headerOf(log);
  const run = (args: readonly string[]): Promise<Answer> =>
    answerOf(module, [verb, model, ...args, '--state-dir', log.stateFolder], join(log.stateFolder, '..'));
  const answer = await run(more);
  if (verb !== 'promote' || answer.code === 0 || !lastLine(answer).includes('needs a reason')) return saidOf(answer);
  const reason = await vscode.window.showInputBox({
    title: `Promote ${model} although its gates have not passed`,
    prompt: `${lastLine(answer)} Your reason is kept in the log.`,
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? 'A word on why it is right to go on.' : undefined),
  });
  return reason === undefined ? undefined : saidOf(await run(['--reason', reason]));
}

const saidOf = (answer: Answer): Said => ({ ok: answer.code === 0, words: lastLine(answer) });

async function chooseEarlier(deployments: Deployments, log: DeploymentLog): Promise<readonly string[] | undefined> {
  const { model, candidate } = headerOf(log);
  const same = deployments.logs.filter(
    (each) => each.stateFolder === log.stateFolder && headerOf(each).model === model,
  );
  const earlier = earlierVersions(same);
  if (earlier.length === 0) {
    void vscode.window.showInformationMessage(`Version ${candidate} was the first one: there is none to go back to.`);
    return undefined;
  }
  const chosen = await vscode.window.showQuickPick(
    earlier.map(({ version, until, isWarm }) => ({
      label: version,
      description: isWarm ? 'still warm: at once' : `served until ${new Date(until).toLocaleString()}`,
    })),
    { title: `Roll back ${model} to version` },
  );
  return chosen && ['--to', chosen.label];
}

async function explain(log: DeploymentLog): Promise<undefined> {
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: explanationOf(log) });
  await vscode.window.showTextDocument(document, { preview: true, viewColumn: vscode.ViewColumn.Beside });
}

/** The log as it is: its chain of hashes shows whether somebody changed it. */
async function exportLog({ id, stateFolder }: DeploymentLog): Promise<Said | undefined> {
  const from = vscode.Uri.file(join(stateFolder, 'deployments', `${id}.jsonl`));
  const to = await vscode.window.showSaveDialog({
    title: 'Export Audit Log',
    defaultUri: vscode.Uri.file(join(stateFolder, '..', `${id}.jsonl`)),
    filters: { 'JSON Lines': ['jsonl'] },
  });
  if (to === undefined) return undefined;
  await vscode.workspace.fs.copy(from, to, { overwrite: true });
  return { ok: true, words: `Written: ${basename(to.fsPath)}` };
}

/** The only one that goes on, or the one that the user chooses. */
async function pick(deployments: Deployments, name: string): Promise<DeploymentLog | undefined> {
  const { going } = deployments;
  // A rollback, an explanation and a log are of deployments that have ended too.
  const ended = deployments.logs
    .filter((log) => finalStates.includes(lastOf(log).to))
    .sort((a, b) => lastOf(b).ts - lastOf(a).ts);
  const choice = ['rollback', 'explain', 'export'].includes(name) ? [...going, ...ended] : going;
  if (choice.length === 0) {
    void vscode.window.showInformationMessage('No deployment goes on here. Start one with "Deploy Model...".');
    return undefined;
  }
  if (choice.length === 1) return choice[0];
  const chosen = await vscode.window.showQuickPick(
    choice.map((log) => {
      const { model, candidate } = headerOf(log);
      return {
        label: `${model} ${candidate}`,
        description: `${lastOf(log).to} · ${new Date(lastOf(log).ts).toLocaleString()}`,
        log,
      };
    }),
    { title: 'Which deployment?' },
  );
  return chosen?.log;
}

export const headerOf = ({ records }: DeploymentLog): DeployHeader => records[0]?.header as DeployHeader;
