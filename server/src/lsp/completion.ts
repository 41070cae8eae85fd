/** `textDocument/completion`: fields, values and names in configurations. */
import { type CompletionItem, CompletionItemKind, InsertTextFormat, MarkupKind } from 'vscode-languageserver/node';
import type { Proposal } from '../service';
import type { Feature } from './feature';

const kinds: Readonly<Record<Proposal['kind'], CompletionItemKind>> = {
  field: CompletionItemKind.Field,
  value: CompletionItemKind.EnumMember,
  name: CompletionItemKind.Reference,
};

export const completion: Feature = {
  capabilities: () => ({ completionProvider: { triggerCharacters: [':', '"', ' '] } }),
  start(session) {
    session.connection.onCompletion(
      session.handler('textDocument/completion', [] as CompletionItem[], ({ params, path, document, project }) =>
        project.service.proposals(path, document.offsetAt(params.position)).map(itemOf),
      ),
    );
  },
};

const itemOf = ({ label, kind, insert, detail, documentation }: Proposal, index: number): CompletionItem => ({
  label,
  kind: kinds[kind],
  detail,
  documentation: { kind: MarkupKind.Markdown, value: documentation },
  insertText: insert,
  insertTextFormat: InsertTextFormat.Snippet,
  sortText: String(index).padStart(4, '0'),
});
