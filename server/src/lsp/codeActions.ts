/** `textDocument/codeAction`: the fixes of the findings at the cursor, and silencing one of them. */
import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Edit, Finding, Fix } from '../core/finding';
import { spanOf } from '../core/text/place';
import { diagnosticOf } from './diagnosticOf';
import type { Feature } from './feature';
import { spanOfRange } from './locations';
import type { Session } from './session';
import { suppressionOn } from './suppression';

export const codeActions: Feature = {
  capabilities: () => ({
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite] },
  }),
  start(session) {
    session.connection.onCodeAction(
      session.handler('textDocument/codeAction', null as CodeAction[] | null, ({ params, path, document, project }) => {
        const { only } = params.context;
        const wants = (kind: CodeActionKind): boolean => only?.some((each) => isUnder(kind, each)) ?? true;
        const annotating = wants(CodeActionKind.RefactorRewrite)
          ? annotationsOf(session, project.service.annotation(path, document.offsetAt(params.range.start)))
          : [];
        if (!wants(CodeActionKind.QuickFix)) return annotating;
        const asked = spanOfRange(document, params.range);
        const touched = (session.findings(path) ?? []).filter(({ place }) => {
          const { start, end } = spanOf(place);
          return start <= asked.end && asked.start <= end;
        });
        return [
          ...touched.flatMap((finding) => fixesOf(session, finding)),
          ...touched.flatMap((finding) => silencing(session, document, finding)),
          ...annotating,
        ];
      }),
    );
  },
};

/** Kinds are paths: `refactor` asks for `refactor.rewrite` too. */
const isUnder = (kind: CodeActionKind, asked: CodeActionKind): boolean =>
  asked === '' || kind === asked || kind.startsWith(`${asked}.`);

function annotationsOf(session: Session, fix: Fix | undefined): CodeAction[] {
  const edit = fix && editOf(session, fix);
  return fix && edit ? [{ title: fix.title, kind: CodeActionKind.RefactorRewrite, edit }] : [];
}

const fixesOf = (session: Session, finding: Finding): CodeAction[] => {
  const diagnostics = attached(session, finding);
  return finding.fixes.flatMap((fix, index) => {
    const edit = editOf(session, fix);
    if (!edit) return [];
    return [{ title: fix.title, kind: CodeActionKind.QuickFix, diagnostics, edit, isPreferred: index === 0 }];
  });
};

function silencing(session: Session, document: TextDocument, finding: Finding): CodeAction[] {
  const { line } = document.positionAt(spanOf(finding.place).start);
  const whole = { start: { line, character: 0 }, end: { line: line + 1, character: 0 } };
  const change = suppressionOn(document.getText(whole).replace(/[\r\n]+$/, ''), finding.id);
  if (!change) return [];
  const range = { start: { line, character: change.start }, end: { line, character: change.end } };
  const edit = workspaceEdit(session, new Map([[finding.place.at.file, [{ range, newText: change.newText }]]]));
  const title = `Silence ${finding.id} on this line`;
  return [{ title, kind: CodeActionKind.QuickFix, diagnostics: attached(session, finding), edit }];
}

const attached = (session: Session, finding: Finding): Diagnostic[] => {
  const diagnostic = diagnosticOf(session, finding);
  return diagnostic ? [diagnostic] : [];
};

/** Undefined where a text that it edits is gone. */
function editOf(session: Session, fix: Fix): WorkspaceEdit | undefined {
  const files = new Map<string, TextEdit[]>();
  for (const edit of fix.edits) {
    const change = textEdit(session, edit);
    if (!change) return undefined;
    files.set(edit.place.at.file, [...(files.get(edit.place.at.file) ?? []), change]);
  }
  return workspaceEdit(session, files);
}

function textEdit(session: Session, { place, newText }: Edit): TextEdit | undefined {
  const location = session.locate(place);
  return location && { range: location.range, newText };
}

/** @param files path -> edits */
function workspaceEdit(session: Session, files: ReadonlyMap<string, TextEdit[]>): WorkspaceEdit {
  const named = [...files].map(([path, edits]) => ({ uri: session.uri(path), path, edits }));
  if (!session.client.documentChanges)
    return { changes: Object.fromEntries(named.map(({ uri, edits }) => [uri, edits])) };
  return {
    documentChanges: named.map(({ uri, path, edits }) => ({
      textDocument: { uri, version: session.documents.get(path)?.version ?? null },
      edits,
    })),
  };
}
