/** Checks one configuration of a model repository: what the server would say, all at once, first things first. */
import type { Edit, Finding, Related } from '../core/finding';
import type { Anchor, Place, Span } from '../core/text/place';
import { nearest } from './rules/shared/nearest';
import type { Model } from './repository/model';
import { phases, type Problem, type Rule } from './rule';
import { rules } from './rules/index';
import type { TextFile, TextProblem } from './textFormat/reader';

interface Found {
  readonly id: string;
  readonly severity: Finding['severity'];
  readonly problem: Problem;
}

/** Phases before which the server has asked the backend to complete the configuration. */
const completedFrom = phases.indexOf('completion');

/** Findings of a model's configuration, those that the server comes to first in front. */
export function checkModel(model: Model): readonly Finding[] {
  const at: Anchor = { file: model.path ?? `${model.folder}/config.pbtxt`, base: 0 };
  if (model.file.problems.length > 0 || model.file.isTemplate)
    return textFindings(model.file, at, 'inference.ModelConfig');
  const found = order(model.world.strict).flatMap((rule) => apply(rule, model));
  const first = found.find(({ severity }) => severity === 'error');
  const several = found.filter(({ severity }) => severity === 'error').length > 1;
  return found.map((each) => finding(each, at, several && each === first));
}

/** Rules in the server's order: with auto-complete off it looks at tensors while it looks at the configuration. */
function order(strict: boolean): readonly Rule[] {
  const rank = ({ phase }: Rule): number =>
    strict && phase === 'tensors' ? phases.indexOf('name') - 0.5 : phases.indexOf(phase);
  return [...rules].sort((a, b) => rank(a) - rank(b));
}

function apply(rule: Rule, model: Model): readonly Found[] {
  const late = phases.indexOf(rule.phase) >= completedFrom && rule.phase !== 'ours';
  const early = rule.phase === 'completion' || (rule.phase === 'tensors' && model.world.strict);
  const config = late && !early ? model.completed.config : model.filled;
  return Array.from(rule.check({ model, config, name: config.text('name') }), (problem) => ({
    id: rule.id,
    severity: problem.severity ?? rule.severity,
    problem,
  }));
}

function finding({ id, severity, problem }: Found, at: Anchor, isFirst: boolean): Finding {
  const place = (span: Span | undefined): Place => ({ at, start: span?.start ?? 0, end: span?.end ?? 0 });
  const related = (problem.related ?? []).flatMap((each): Related[] =>
    each.at ? [{ place: place(each.at), message: each.message }] : [],
  );
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
