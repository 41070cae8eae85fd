/** A finding as the protocol writes it. */
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver/node';
import { section } from '../../../protocol/src/lsp';
import type { Finding, Severity } from '../core/finding';
import type { Session } from './session';

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** Undefined where the text that the finding was in is gone. */
export function diagnosticOf(session: Session, finding: Finding): Diagnostic | undefined {
  const location = session.locate(finding.place);
  if (!location) return undefined;
  const { related, codeDescription, rulePages } = session.client;
  const diagnostic: Diagnostic = {
    range: location.range,
    severity: severities[finding.severity],
    code: finding.id,
    source: section,
    message: finding.message,
  };
  if (codeDescription && rulePages !== undefined) diagnostic.codeDescription = { href: `${rulePages}${finding.id}.md` };
  const places = finding.related.flatMap(({ place, message }) => {
    const at = session.locate(place);
    return at ? [{ location: at, message }] : [];
  });
  if (related && places.length > 0) diagnostic.relatedInformation = places;
  return diagnostic;
}

/** The findings of a file as the protocol writes them. */
export const diagnosticsOf = (session: Session, findings: readonly Finding[]): Diagnostic[] =>
  findings.map((finding) => diagnosticOf(session, finding)).filter((diagnostic) => diagnostic !== undefined);
