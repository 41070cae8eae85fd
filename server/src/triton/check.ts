/** Checks one configuration of a model repository: what the server would say, all at once, first things first. */
import type { Finding } from '../core/finding';
import type { Anchor } from '../core/text/place';
import { placed, textFindings } from './findings';
import type { Model } from './repository/model';
import { phases, type Problem, type Rule } from './rule';
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
    return textFindings(model.file, at, 'inference.ModelConfig');
  const found = (model.world.strict ? strictOrder : usualOrder).flatMap((rule) => apply(rule, model));
  const first = found.find(({ severity }) => severity === 'error');
  const several = found.filter(({ severity }) => severity === 'error').length > 1;
  return found.map((each) => placed(each.problem, each.id, each.severity, at, several && each === first));
}

/** Rules in the server's order: with auto-complete off it looks at tensors while it looks at the configuration. */
function inOrder(strict: boolean): readonly Rule[] {
  const rank = ({ phase }: Rule): number =>
    strict && phase === 'tensors' ? phases.indexOf('name') - 0.5 : phases.indexOf(phase);
  return [...rules].sort((a, b) => rank(a) - rank(b));
}

const [usualOrder, strictOrder] = [inOrder(false), inOrder(true)];

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
