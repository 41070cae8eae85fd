/** The status bar while something trains: step, loss, alerts. */
import * as vscode from 'vscode';
import { alertCount, byStart, isGoing, progressOf, scriptName } from '../bridge/runWords';
import type { Feature } from '../feature';

export const trainingStatusFeature: Feature = ({ training }) => {
  const item = vscode.window.createStatusBarItem('tensorwright.training', vscode.StatusBarAlignment.Left);
  item.name = 'Tensorwright Training';
  item.command = 'tensorwright.showCurves';
  const stop = training.watchRuns(() => {
    const going = training.runs.filter(isGoing).sort(byStart);
    const [run] = going;
    void vscode.commands.executeCommand('setContext', 'tensorwright.isRunning', run !== undefined);
    if (run === undefined) {
      item.hide();
      return;
    }
    const more = going.length > 1 ? ` +${going.length - 1}` : '';
    const alerts = alertCount(run);
    item.text = `$(${run.state === 'paused' ? 'debug-pause' : 'pulse'}) ${scriptName(run)} ${progressOf(run)}${alerts === '' ? '' : ` · $(warning) ${alerts}`}${more}`;
    item.tooltip = `${scriptName(run)} is ${run.state}. Click for its curves.`;
    item.backgroundColor = run.errors > 0 ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    item.show();
  });
  return vscode.Disposable.from(item, { dispose: stop });
};
