/** `models.config` of TensorFlow Serving: what the server would refuse, and what it would do otherwise than it looks. */
import type { Finding } from '../../core/finding';
import type { Anchor } from '../../core/text/place';
import { placed, textFindings } from '../findings';
import type { Problem } from '../rule';
import { modelServerConfig } from '../schema/modelServerConfig';
import type { Message } from '../textFormat/message';
import { readTextFormat } from '../textFormat/reader';
import { servingRules } from './rules';

export interface ServingRule {
  readonly id: string;
  readonly severity: Finding['severity'];
  readonly source: string;
  readonly summary: string;
  readonly why: string;
  readonly bad: string;
  readonly good: string;
  check(models: readonly Message[]): Iterable<Problem>;
}

export function checkServerConfig(path: string, text: string): readonly Finding[] {
  const at: Anchor = { file: path, base: 0 };
  const file = readTextFormat(text, modelServerConfig);
  if (file.problems.length > 0 || file.isTemplate) return textFindings(file, at, modelServerConfig.name);
  const models = file.root.one('model_config_list')?.all('config') ?? [];
  return servingRules.flatMap((rule) =>
    Array.from(rule.check(models), (problem) => placed(problem, rule.id, problem.severity ?? rule.severity, at)),
  );
}
