/** The status bar while a version is being deployed: share, answers, verdict. */
import * as vscode from 'vscode';
import type { DeploymentLog } from '../../../protocol/src/canary';
import { lastOf } from '../deploy/deployments';
import type { Feature } from '../feature';
import { headerOf } from './deploymentVerbs';

export const deploymentStatusFeature: Feature = ({ deployments }) => {
  const item = vscode.window.createStatusBarItem('tensorwright.deployment', vscode.StatusBarAlignment.Left);
  item.name = 'Tensorwright Deployment';
  item.command = 'tensorwright.showCanary';
  const update = (): void => {
    const [log] = deployments.going;
    void vscode.commands.executeCommand('setContext', 'tensorwright.isDeploying', log !== undefined);
    if (log === undefined) {
      item.hide();
      return;
    }
    const { to, reason } = lastOf(log);
    item.text = `$(rocket) ${wordsOf(log)}`;
    item.tooltip = `${reason}\n\nClick for the Canary view.`;
    item.backgroundColor =
      to === 'stuck' || to === 'aborting' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    item.show();
  };
  return vscode.Disposable.from(item, deployments.onDidChange(update));
};

/** `resnet 4: canary 10 % · 812 answers · ok` */
function wordsOf(log: DeploymentLog): string {
  const { to, position } = lastOf(log);
  const { model, candidate } = headerOf(log);
  const gates = log.records.findLast(({ evidence }) => evidence !== undefined && evidence.length > 0)?.evidence ?? [];
  const failed = gates.filter(({ decision, dryRun }) => decision === 'fail' && !dryRun);
  const [first] = gates;
  const seen = first === undefined ? [] : [`${first.nCandidate} answers`];
  const verdict = gates.length === 0 ? [] : [failed.length === 0 ? 'ok' : `${failed[0]?.gate ?? ''} failed`];
  const share = position.weightPercent > 0 ? ` ${position.weightPercent} %` : '';
  return [`${model} ${candidate}: ${to}${share}`, ...seen, ...verdict].join(' · ');
}
