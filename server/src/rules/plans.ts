/** Documentation of the findings in `deploy.yaml`. */
import type { RuleText } from '../core/infer/operator';

const rule = (id: string, summary: string, why: string, bad: string, good: string): RuleText => ({
  id,
  summary,
  why,
  bad,
  good,
  language: 'yaml',
});

export const planRules: readonly RuleText[] = [
  rule(
    'deploy-plan-invalid',
    'A plan can not be read, or asks for what there is not.',
    'A field that is not known would be passed over, and a version go out under other gates than were meant: `tensorwright deploy` refuses such a plan.',
    'steps:\n  - wieght: 5\ngates: [errors]',
    'steps:\n  - weight: 100\ngates: [errors]',
  ),
  rule(
    'deploy-plan-requests',
    'How many requests a step waits for.',
    'The smaller the share and the margin, the more requests must be seen before errors of the new version can be told from chance. A larger share, a wider margin or fewer steps need less.',
    'steps:\n  - weight: 5\n  - weight: 50\ngates: [errors]',
    'steps:\n  - weight: 100\ngates: [errors]',
  ),
  rule(
    'deploy-plan-without-gates',
    'Nothing decides in this plan.',
    'Without a gate that is not a dry run, every version that loads is promoted.',
    'steps:\n  - weight: 100\ngates: []',
    'steps:\n  - weight: 100\ngates: [errors]',
  ),
];
