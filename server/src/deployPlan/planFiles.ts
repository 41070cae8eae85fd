/** `deploy.yaml` in the editor: what is wrong, what may be written, what a field means. Files that are no plan are left alone. */
import type { Finding } from '../core/finding';
import type { Span } from '../core/text/place';
import { collections, type Field } from './fields';
import { isPlan, readPlan } from './plan';
import { fieldsAt, isBegun, placeIn } from './place';
import { measureOf, type PlanProblem, rangeOf } from './values';

/** Whether a file may be a plan, by its name. */
export const isPlanFile = (path: string): boolean => /(?:^|\/)deploy\.ya?ml$/.test(path);

const ids: Readonly<Record<PlanProblem['severity'], string>> = {
  error: 'deploy-plan-invalid',
  warning: 'deploy-plan-without-gates',
  information: 'deploy-plan-requests',
};

/** Problems of a plan; none in a file of another tool. */
export const planFindings = (path: string, text: string): readonly Finding[] =>
  isPlan(text)
    ? readPlan(text).problems.map(({ severity, message, start, end }) => ({
        id: ids[severity],
        severity,
        message,
        place: { at: { file: path, base: 0 }, start, end },
        related: [],
        fixes: [],
      }))
    : [];

export interface PlanHover {
  readonly span: Span;
  readonly markdown: string;
}

/** What the key at an offset means. */
export function planHover(text: string, offset: number): PlanHover | undefined {
  if (!isPlan(text)) return undefined;
  const before = /[\w.]*$/.exec(text.slice(Math.max(0, offset - 80), offset))?.[0] ?? '';
  const start = offset - before.length;
  const name = /^[\w.]*/.exec(text.slice(start, start + 80))?.[0] ?? '';
  const place = placeIn(text, start);
  const field = place.key === '' ? fieldsAt(place)?.[name] : undefined;
  return field && { span: { start, end: start + name.length }, markdown: `\`${name}\`\n\n${fieldText(field)}` };
}

function fieldText(field: Field): string {
  const { says, usual, needed, least, most } = field;
  const facts = [
    `${says}.`,
    `Takes ${measureOf(field)}${least === undefined && most === undefined ? '' : `, ${rangeOf(field)}`}.`,
    usual === undefined ? '' : `Left out: \`${usual}\`.`,
    needed === true ? 'Needed.' : '',
  ];
  return facts.filter((fact) => fact !== '').join(' ');
}

/** A line above a plan or one of its steps. */
export interface PlanLens {
  readonly offset: number;
  readonly title: string;
  /** What a click does; absent where it only tells. */
  readonly does?: 'deploy' | 'dryRun';
}

/** What stands above the lines of a plan: what can be done with it, and how many requests each step waits for. */
export function planLenses(text: string): readonly PlanLens[] {
  if (!isPlan(text)) return [];
  const { problems } = readPlan(text);
  const needs = problems.filter(({ severity }) => severity === 'information');
  const offset = Math.max(0, text.search(/^[^#\s]/m));
  return [
    ...(problems.some(({ severity }) => severity === 'error')
      ? []
      : [
          { offset, title: 'Deploy...', does: 'deploy' as const },
          { offset, title: 'Dry Run...', does: 'dryRun' as const },
        ]),
    ...needs.map(({ start, message }) => ({ offset: start, title: message })),
  ];
}

export interface PlanProposal {
  readonly label: string;
  readonly kind: 'field' | 'value' | 'name';
  /** A snippet: `$1` and so on are places to fill in. */
  readonly insert: string;
  readonly detail: string;
  readonly documentation: string;
}

/** What may be written at an offset: fields that are not there yet, or the values of one. */
export function planProposals(text: string, offset: number): readonly PlanProposal[] {
  if (!isPlan(text) && !isBegun(text)) return [];
  const place = placeIn(text, offset);
  const fields = fieldsAt(place) ?? {};
  if (place.key !== '') {
    const field = fields[place.key];
    return field ? valuesOf(place.key, field) : [];
  }
  return Object.entries(fields)
    .filter(([name]) => !place.beside.has(name))
    .map(([name, field]) => ({
      label: name,
      kind: 'field',
      insert: snippets[name] ?? `${name}: $1`,
      detail: field.usual === undefined ? '' : `${field.usual}`,
      documentation: fieldText(field),
    }));
}

/** Fields that hold more than a value. */
const snippets: Readonly<Record<string, string>> = {
  shadow: 'shadow:\n  share: ${1:100}',
  steps: 'steps:\n  - weight: ${1:5}',
  gates: 'gates:\n  - ${1:errors}',
  experiment: 'experiment:\n  metric: ${1:errors}\n  better: ${2:lower}\n  effect: ${3:0.01}',
  unit: 'unit:\n  header: ${1:x-user-id}',
};

function valuesOf(name: string, field: Field): readonly PlanProposal[] {
  const usual = Object.hasOwn(collections, name) ? (name === 'shadow' ? 'off' : undefined) : field.usual;
  const known = field.kind === 'choice' ? field.choices : field.kind === 'flag' ? ['true', 'false'] : undefined;
  return (known ?? (usual === undefined ? [] : [usual])).map((value) => ({
    label: String(value),
    kind: 'value',
    insert: String(value),
    detail: String(value) === String(usual) ? 'as when it is left out' : name,
    documentation: fieldText(field),
  }));
}
