/** `Tensorwright: Explain Finding`: the page of a finding's id, also behind the id in the Problems view. */
import * as vscode from 'vscode';
import { rules, section, type RulePage } from '../../../protocol/src/lsp';
import type { Feature, Surroundings } from '../feature';
import { ruleIdOf, ruleScheme, ruleUri } from '../rulePage';

export const explainFindingFeature: Feature = (surroundings) => {
  const pages = new RulePages(surroundings);
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(ruleScheme, {
      provideTextDocumentContent: (uri) => pages.markdown(ruleIdOf(uri)),
    }),
    vscode.commands.registerCommand('tensorwright.explainFinding', async (given?: unknown) => {
      const id = typeof given === 'string' ? given : (idAtCursor() ?? (await pages.pick()));
      if (id !== undefined) await vscode.commands.executeCommand('markdown.showPreview', ruleUri(id));
    }),
  );
};

/** The pages as the server has them, asked for once. */
class RulePages {
  private asked: Promise<readonly RulePage[]> | undefined;

  constructor(private readonly surroundings: Surroundings) {}

  async markdown(id: string): Promise<string> {
    const page = (await this.all()).find((known) => known.id === id);
    return page?.markdown ?? `# ${id}\n\nThis version of Tensorwright has no page of that name.\n`;
  }

  async pick(): Promise<string | undefined> {
    const pages = await this.all();
    const chosen = await vscode.window.showQuickPick(
      pages.map(({ id, summary }) => ({ label: id, detail: summary })),
      { title: 'Explain a finding', matchOnDetail: true },
    );
    return chosen?.label;
  }

  private async all(): Promise<readonly RulePage[]> {
    this.asked ??= this.surroundings.server.request(rules, null);
    try {
      return await this.asked;
    } catch (error) {
      this.asked = undefined;
      this.surroundings.log.error(`Explain Finding: ${String(error)}`);
      return [];
    }
  }
}

/** The id of the finding under the cursor. */
function idAtCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  const found = vscode.languages
    .getDiagnostics(editor.document.uri)
    .find(({ source, range }) => source === section && range.contains(editor.selection.active));
  const code = found?.code;
  return typeof code === 'object' ? String(code.value) : code === undefined ? undefined : String(code);
}
