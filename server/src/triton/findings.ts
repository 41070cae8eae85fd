/** Problems as findings: places in the file, notes, fixes. */
import type { Edit, Finding, Related } from '../core/finding';
import type { Anchor, Place, Span } from '../core/text/place';
import type { Problem } from './rule';
import { nearest } from './rules/shared/nearest';
import type { TextProblem } from './textFormat/problem';
import type { TextFile } from './textFormat/reader';

/** A problem as a finding. `isFirst` says that the server comes to it first, where there are several. */
export function placed(
  problem: Problem,
  id: string,
  severity: Finding['severity'],
  at: Anchor,
  isFirst = false,
): Finding {
  const place = (span: Span | undefined): Place => ({ at, start: span?.start ?? 0, end: span?.end ?? 0 });
  const related = (problem.related ?? []).flatMap((each): Related[] =>
    each.at ? [{ place: place(each.at), message: each.message }] : [],
  );
  related.push(...(problem.elsewhere ?? []));
  const where = place(problem.at);
  return {
    id,
    severity,
    message: problem.message,
    place: where,
    related: isFirst ? [...related, { place: where, message: 'this is the one that the server reports' }] : related,
    fixes: (problem.fixes ?? []).map(({ title, changes }) => ({
      title,
      edits: changes.map(({ span, newText }): Edit => ({ place: place(span), newText })),
    })),
  };
}

/** Findings of a text that does not parse. */
export function textFindings(file: TextFile, at: Anchor, root: string): readonly Finding[] {
  return file.problems.map((problem, index) => {
    const place = (span: Span): Place => ({ at, start: span.start, end: span.end });
    const isFirst = index === 0 && file.problems.length > 1;
    const notes: Related[] = [
      ...(problem.earlier ? [{ place: place(problem.earlier), message: 'it is written here already' }] : []),
      ...(isFirst ? [{ place: place(problem.span), message: 'this is the one that the server reports' }] : []),
    ];
    const isTemplate = file.isTemplate;
    return {
      id: idOf[problem.kind],
      severity: isTemplate ? 'information' : 'error',
      message: sentence(problem, root),
      place: place(problem.span),
      related: notes,
      fixes: textFixes(problem, place),
    };
  });
}

const idOf: Readonly<Record<TextProblem['kind'], string>> = {
  token: 'config-syntax',
  structure: 'config-syntax',
  field: 'config-field-unknown',
  value: 'config-value-invalid',
  repeated: 'config-field-repeated',
  template: 'config-template',
};

const sentence = ({ kind, line, column, message }: TextProblem, root: string): string =>
  kind === 'template'
    ? `this placeholder has to be filled in before a server reads the file (${message})`
    : `Error parsing text-format ${root}: ${line + 1}:${column + 1}: ${message}`;

function textFixes({ about, span }: TextProblem, place: (span: Span) => Place): Finding['fixes'] {
  if (!about) return [];
  const prefixed = about.known.find(
    (name) => name === `TYPE_${about.written.toUpperCase()}` || name === about.written.toUpperCase(),
  );
  const meant = prefixed ?? nearest(about.written, about.known);
  return meant === undefined
    ? []
    : [{ title: `Change it to ${meant}`, edits: [{ place: place(span), newText: meant }] }];
}
