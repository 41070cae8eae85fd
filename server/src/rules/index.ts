/** The documentation of every finding id, sorted by id: `docs/rules/` and `tensorwright explain` are made from it. */
import type { RuleText } from '../core/infer/operator';
import { layerRules } from './layers';
import { tensorRules } from './tensors';
import { configRules } from './configs';
import { planRules } from './plans';
import { trainingRules } from './training';

export const ruleTexts: readonly RuleText[] = [
  ...layerRules,
  ...tensorRules,
  ...trainingRules,
  ...configRules,
  ...planRules,
].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
