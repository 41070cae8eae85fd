/** The view `Models`: each model with its versions, and under a version what is known of it. */
import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import type { DeployStatus } from '../../../protocol/src/deploy';
import type { ModelList, ModelSummary, VersionSummary } from '../../../protocol/src/models';
import { runCommandLine } from '../commandLine';
import { type Deployments, lastOf, stateFolderOf } from '../deploy/deployments';
import type { Feature } from '../feature';
import { versionFacts, versionWords } from '../modelWords';
import { servingWords } from '../servingWords';

/** A version, and what it serves. */
interface ListedVersion extends VersionSummary {
  readonly serving?: string;
}
interface ListedModel extends ModelSummary {
  readonly versions: readonly ListedVersion[];
}
/** A model, a version of one, or a fact of a version. */
export type ModelNode = ListedModel | ListedVersion | { readonly fact: string; readonly words: string };

/** What changes the list: model files, what stands for them, configurations, manifests. */
const watched =
  '**/{tensorwright.json,config.pbtxt,*.onnx,*.dvc,*.pt,*.pth,*.pt2,*.safetensors,*.plan,*.xml,*.keras,model.py}';
const mayBeFolder = (path: string): boolean => /\/[\w-]+$/.test(path) && !/\/\.(git|tensorwright)\//.test(path);

/** A copy that is under way changes often. */
const refreshMs = 700;

export const modelsTreeFeature: Feature = ({ context, deployments, log }) => {
  const tree = new ModelsTree(context.asAbsolutePath('dist/cli.js'), deployments, (line) => log.warn(line));
  let routed = '';
  const watcher = vscode.workspace.createFileSystemWatcher(watched);
  // Of a folder that comes with all that is in it only the folder itself is told.
  const folders = vscode.workspace.createFileSystemWatcher('**', false, true, true);
  const soon = (): void => tree.refreshSoon();
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(soon),
    watcher.onDidChange(soon),
    watcher.onDidDelete(soon),
    folders,
    folders.onDidCreate(({ path }) => {
      if (mayBeFolder(path)) soon();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(soon),
    // Its readings change every few seconds, what serves only with its steps.
    deployments.onDidChange((logs) => {
      const now = logs.map((log) => `${log.id} ${lastOf(log).to} ${lastOf(log).position.weightPercent}`).join();
      if (now !== routed) soon();
      routed = now;
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('tensorwright.models')) soon();
    }),
    // What changed elsewhere meanwhile, out of the watcher's sight.
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) soon();
    }),
    vscode.window.createTreeView('tensorwright.models', { treeDataProvider: tree, showCollapseAll: true }),
    vscode.commands.registerCommand('tensorwright.refreshModels', soon),
    vscode.commands.registerCommand('tensorwright.revealVersion', async (node?: ModelNode) => {
      if (node !== undefined && 'folder' in node)
        await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(node.folder));
    }),
    tree,
  );
};

class ModelsTree implements vscode.TreeDataProvider<ModelNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private timer: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly commandLine: string,
    private readonly deployments: Deployments,
    private readonly warn: (line: string) => void,
  ) {}

  /** Nothing is listed while nobody looks: the editor asks for children of a view that is seen. */
  refreshSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.changed.fire(undefined);
    }, refreshMs);
  }

  getChildren(node?: ModelNode): Promise<ModelNode[]> | ModelNode[] {
    if (node === undefined) return this.models();
    if ('versions' in node) return [...node.versions];
    if (!('number' in node)) return [];
    const problems = node.problems.map((words) => ({ fact: 'Problem', words }));
    return [...problems, ...versionFacts(node).map(([fact, words]) => ({ fact, words }))];
  }

  getTreeItem(node: ModelNode): vscode.TreeItem {
    if ('versions' in node) return modelItem(node);
    return 'number' in node ? versionItem(node) : factItem(node);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.changed.dispose();
  }

  private async models(): Promise<ModelNode[]> {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const lists = await Promise.all(folders.map((folder) => this.modelsIn(folder)));
    return lists.flat();
  }

  private async modelsIn(folder: vscode.WorkspaceFolder): Promise<readonly ListedModel[]> {
    const named = vscode.workspace.getConfiguration('tensorwright', folder.uri).get<readonly string[]>('models', []);
    const where = named.length > 0 ? ['--models', ...named] : [];
    try {
      const [{ models }, status] = await Promise.all([
        this.ask<ModelList>(folder, ['models', ...where]),
        this.statusOf(folder),
      ]);
      return status === undefined ? models : models.map((model) => withServing(model, status));
    } catch (error) {
      this.warn(`The models of ${folder.uri.fsPath} were not listed: ${String(error)}`);
      return [];
    }
  }

  /** Undefined where nothing has been deployed; a problem of it costs the list nothing. */
  private async statusOf(folder: vscode.WorkspaceFolder): Promise<DeployStatus | undefined> {
    const stateFolder = stateFolderOf(folder);
    if (!this.deployments.logs.some((log) => log.stateFolder === stateFolder)) return undefined;
    return this.ask<DeployStatus>(folder, ['status', '--state-dir', stateFolder]).catch((error: unknown) => {
      this.warn(`What serves in ${folder.uri.fsPath} is not known: ${String(error)}`);
      return undefined;
    });
  }

  private async ask<T>(folder: vscode.WorkspaceFolder, verb: readonly string[]): Promise<T> {
    return JSON.parse(await runCommandLine(this.commandLine, [...verb, '--format', 'json'], folder.uri.fsPath)) as T;
  }
}

const withServing = (model: ModelSummary, status: DeployStatus): ListedModel => ({
  ...model,
  versions: model.versions.map((version) => {
    const serving = servingWords(status, model.name, String(version.number));
    return serving === undefined ? version : { ...version, serving };
  }),
});

/** Stays the same while a list is made anew, so that what is open stays open. */
const idOf = (folder: string): string => createHash('sha1').update(folder).digest('hex');

function modelItem({ name, folder, versions }: ModelSummary): vscode.TreeItem {
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = idOf(folder);
  item.description = versions.length === 1 ? '1 version' : `${versions.length} versions`;
  item.iconPath = new vscode.ThemeIcon('package');
  item.contextValue = 'model';
  item.tooltip = folder;
  return item;
}

/** What it serves stands first. */
function versionItem(version: ListedVersion): vscode.TreeItem {
  const { model, number, folder, problems, manifest, serving } = version;
  const item = new vscode.TreeItem(`Version ${number}`, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = idOf(folder);
  item.description = [...(serving === undefined ? [] : [serving]), versionWords(version)].join(' · ');
  item.iconPath = iconOf(problems.length > 0, serving !== undefined);
  item.contextValue = ['version', ...(manifest ? ['registered'] : [])].join(' ');
  item.tooltip = problems.length > 0 ? problems.join('\n') : folder;
  item.accessibilityInformation = { label: [`${model} version ${number}`, item.description, ...problems].join(', ') };
  return item;
}

function iconOf(hasProblems: boolean, isServing: boolean): vscode.ThemeIcon {
  if (hasProblems) return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  return new vscode.ThemeIcon(isServing ? 'broadcast' : 'tag');
}

function factItem({ fact, words }: Extract<ModelNode, { fact: string }>): vscode.TreeItem {
  const item = new vscode.TreeItem(fact);
  item.description = words;
  item.tooltip = words;
  if (fact === 'Problem') item.iconPath = new vscode.ThemeIcon('warning');
  return item;
}
