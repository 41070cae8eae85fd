/** Which model, and which version of it: folders `<models>/<name>/<number>/model.*`. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';

export interface ChosenVersion {
  /** Path of `<models>/<name>`. */
  readonly model: string;
  readonly version: string;
}

/** Model files looked at in a workspace. */
const mostFiles = 2_000;

/** Versions by model folder, newest first. */
async function modelsOfWorkspace(): Promise<ReadonlyMap<string, readonly string[]>> {
  const files = await vscode.workspace.findFiles('**/model.*', '**/{node_modules,.venv,.cache}/**', mostFiles);
  const models = new Map<string, Set<string>>();
  for (const { fsPath } of files) {
    const folder = dirname(fsPath);
    if (!/^\d+$/.test(basename(folder))) continue;
    const model = dirname(folder);
    models.set(model, (models.get(model) ?? new Set()).add(basename(folder)));
  }
  return new Map([...models].sort().map(([model, found]) => [model, [...found].sort((a, b) => Number(b) - Number(a))]));
}

/** @param given a folder of a model or of a version, or a file in one */
export async function chooseVersion(given: vscode.Uri | undefined, title: string): Promise<ChosenVersion | undefined> {
  const models = await modelsOfWorkspace();
  const folders = given === undefined ? [] : [given.fsPath, dirname(given.fsPath)];
  for (const folder of folders)
    if (/^\d+$/.test(basename(folder)) && models.get(dirname(folder))?.includes(basename(folder)) === true)
      return { model: dirname(folder), version: basename(folder) };
  const model = folders.find((folder) => models.has(folder)) ?? (await chooseModel([...models.keys()], title));
  const versions = model === undefined ? undefined : models.get(model);
  if (model === undefined || versions === undefined) return undefined;
  const [newest] = versions;
  const chosen = await vscode.window.showQuickPick(
    versions.map((version) => ({ label: version, description: version === newest ? 'newest' : '' })),
    { title: `${title}: which version of ${basename(model)}?` },
  );
  return chosen && { model, version: chosen.label };
}

/** The path of what a command is given: a file of the explorer, or an entry of the Models view. */
export function givenFolder(given: unknown): string | undefined {
  if (given instanceof vscode.Uri) return given.fsPath;
  // Of a line above a plan.
  if (typeof given === 'string') return vscode.Uri.parse(given).fsPath;
  const folder = typeof given === 'object' && given !== null && 'folder' in given ? given.folder : undefined;
  return typeof folder === 'string' ? folder : undefined;
}

async function chooseModel(models: readonly string[], title: string): Promise<string | undefined> {
  if (models.length === 0) {
    void vscode.window.showInformationMessage(
      'No model here yet: a model is a folder with numbered versions, such as models/resnet/1/model.onnx.',
    );
    return undefined;
  }
  if (models.length === 1) return models[0];
  const chosen = await vscode.window.showQuickPick(
    models.map((model) => ({
      label: basename(model),
      description: vscode.workspace.asRelativePath(dirname(model)),
      model,
    })),
    { title: `${title}: which model?` },
  );
  return chosen?.model;
}
