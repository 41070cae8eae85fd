/** `tensorwright/rules`: the documentation of every finding id. */
import { type RulePage, rules } from '../../../protocol/src/lsp';
import { rulePage } from '../rules/page';
import type { Feature } from './feature';

export const rulePages: Feature = {
  start(session) {
    session.connection.onRequest(rules.method, (): readonly RulePage[] =>
      session.rules.map((rule) => ({ id: rule.id, summary: rule.summary, markdown: rulePage(rule) })),
    );
  },
};
