/** The view `Training Runs`: each run with its state, and under it what it is made of. */
import * as vscode from 'vscode';
import type { RunSummary } from '../../../protocol/src/bridge';
import { alertCount, byStart, isGoing, progressOf, scriptName, stateIcon } from '../bridge/runWords';
import type { BridgeLink } from '../bridge/bridgeLink';
import type { Feature } from '../feature';

const refreshMs = 500;

/** A run, or a fact of one. */
export type RunNode = RunSummary | { readonly fact: string; readonly words: string; readonly run: string };

export const runsTreeFeature: Feature = ({ training }) => {
  const tree = new RunsTree(training);
  return vscode.Disposable.from(
    vscode.window.createTreeView('tensorwright.runs', { treeDataProvider: tree, showCollapseAll: true }),
    vscode.commands.registerCommand('tensorwright.openRunFolder', async (node?: RunNode) => {
      if (node !== undefined && 'folder' in node)
        await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(node.folder));
    }),
    tree,
  );
};

class RunsTree implements vscode.TreeDataProvider<RunNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly stop: () => void;
  private timer: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly training: BridgeLink) {
    // A run changes with each step; the eye has enough with two looks a second.
    this.stop = training.watchRuns(() => {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.changed.fire(undefined);
      }, refreshMs);
    });
  }

  getChildren(node?: RunNode): RunNode[] {
    if (node === undefined) return [...this.training.runs].sort(byStart);
    return 'folder' in node ? [...factsOf(node)] : [];
  }

  getTreeItem(node: RunNode): vscode.TreeItem {
    return 'folder' in node ? runItem(node) : factItem(node);
  }

  dispose(): void {
    this.stop();
    clearTimeout(this.timer);
    this.changed.dispose();
  }
}

function runItem(run: RunSummary): vscode.TreeItem {
  const item = new vscode.TreeItem(scriptName(run), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = run.id;
  const started = new Date(run.startedAt).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });
  item.description = [started, stateOf(run), progressOf(run), alertCount(run)]
    .filter((words) => words !== '')
    .join(' · ');
  item.iconPath = new vscode.ThemeIcon(
    stateIcon[run.state],
    run.errors > 0 || run.state === 'raised' ? new vscode.ThemeColor('list.errorForeground') : undefined,
  );
  item.contextValue = ['run', ...(isGoing(run) && run.controllable ? ['going', run.state] : [])].join(' ');
  item.accessibilityInformation = { label: `${scriptName(run)}, ${item.description}` };
  item.tooltip = run.error;
  return item;
}

/** What a run waits for stands beside its state; why one ended is in its tooltip. */
const stateOf = ({ state, error }: RunSummary): string =>
  state === 'paused' && error !== undefined ? `paused: ${error}` : state;

function factsOf(run: RunSummary): readonly RunNode[] {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['State', run.error === undefined ? run.state : `${run.state}: ${run.error}`],
    ['Command line', [run.script, ...run.argv.slice(1)].join(' ')],
    ['Folder', run.cwd],
    ['Python', run.python],
    ['System', run.platform],
    [
      'Git commit',
      run.commit === undefined ? undefined : `${run.commit.slice(0, 12)}${run.dirty === true ? ', with changes' : ''}`,
    ],
    ['Process', String(run.pid)],
    ['Recorded in', run.folder],
  ];
  return facts.flatMap(([fact, words]) => (words === undefined ? [] : [{ fact, words, run: run.id }]));
}

function factItem({ fact, words, run }: Exclude<RunNode, RunSummary>): vscode.TreeItem {
  const item = new vscode.TreeItem(fact);
  item.id = `${run} ${fact}`;
  item.description = words;
  item.tooltip = words;
  return item;
}
