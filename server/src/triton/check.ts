/** Checks one configuration of a model repository: what the server would say, all at once, first things first. */
import type { Finding } from '../core/finding';
import type { Anchor, Span } from '../core/text/place';
import { placed, textFindings } from './findings';
import type { Model } from './repository/model';
import { phases, type Problem, type Rule, type Subject } from './rule';
import type { Message } from './textFormat/message';
import { rules } from './rules/index';

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
    return [...textFindings(model.file, at, 'inference.ModelConfig'), ...findingsOfTheRest(model, at)];
  const found = foundBy(model.world.strict ? strictOrder : usualOrder, model);
  const first = found.find(({ severity }) => severity === 'error');
  const several = found.filter(({ severity }) => severity === 'error').length > 1;
  return found.map((each) => placed(each.problem, each.id, each.severity, at, several && each === first));
}

interface Step {
  readonly rule: Rule;
  /** Whether it looks at what the backend has made of the configuration. */
  readonly isLate: boolean;
}

/**
 * Rules that look at one value each: what they object to stays wrong whatever the parts say that could not be read.
 * Others may miss what stands in those parts.
 */
const ofOneValue: ReadonlySet<string> = new Set(['dim-range', 'negative-max-batch-size', 'slot-utilization-range']);

/**
 * What is certainly wrong beside what can't be read: in front of the first bracket or sign that is out of place, since
 * what comes after it may belong elsewhere.
 */
function findingsOfTheRest(model: Model, at: Anchor): readonly Finding[] {
  const { problems, isTemplate } = model.file;
  if (isTemplate || problems.some(({ kind }) => kind === 'repeated')) return [];
  const misplaced = problems.filter(({ kind }) => kind === 'structure' || kind === 'token');
  const end = Math.min(...misplaced.map(({ span }) => span.start));
  const steps = usualOrder.filter(({ rule }) => ofOneValue.has(rule.id));
  return foundBy(steps, model)
    .filter(({ problem }) => problem.at && problem.at.end < end && !problems.some(({ span }) => meet(span, problem.at)))
    .map((each) => placed(each.problem, each.id, each.severity, at));
}

const meet = (one: Span, other: Span | undefined): boolean =>
  other !== undefined && one.start < other.end && other.start < one.end;

/** Rules in the server's order: with auto-complete off it looks at tensors while it looks at the configuration. */
function inOrder(strict: boolean): readonly Step[] {
  const rank = ({ phase }: Rule): number =>
    strict && phase === 'tensors' ? phases.indexOf('name') - 0.5 : phases.indexOf(phase);
  const isEarly = ({ phase }: Rule): boolean =>
    phase === 'completion' || phase === 'ours' || (strict && phase === 'tensors');
  return [...rules]
    .sort((a, b) => rank(a) - rank(b))
    .map((rule) => ({ rule, isLate: phases.indexOf(rule.phase) >= completedFrom && !isEarly(rule) }));
}

const [usualOrder, strictOrder] = [inOrder(false), inOrder(true)];

/** What rules say of a model; there are many models and many rules, so that each gets the same two subjects. */
function foundBy(steps: readonly Step[], model: Model): readonly Found[] {
  const found: Found[] = [];
  const subject = (config: Message): Subject => ({ model, config, name: config.text('name') });
  const early = subject(model.filled);
  let late: Subject | undefined;
  for (const { rule, isLate } of steps) {
    if (isLate) late ??= subject(model.completed.config);
    for (const problem of rule.check(isLate && late ? late : early))
      found.push({ id: rule.id, severity: problem.severity ?? rule.severity, problem });
  }
  return found;
}
