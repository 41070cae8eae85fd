/** Patterns of `match` statements. */
import type * as tree from '../python/tree';
import { setName } from './assignment';
import { equality, knownTruth } from './compare';
import { itemsOf } from './containers';
import type { Evaluator } from './evaluator';
import { settle } from './latent';
import { bool, none, unknown, type Value } from './value';

export function matches(ev: Evaluator, pattern: tree.Pattern, subject: Value): Value {
  switch (pattern.kind) {
    case 'wildcard':
      return bool(true);
    case 'capture':
      setName(ev, pattern.name, subject);
      return bool(true);
    case 'value':
      return equality(ev, settle(ev, subject), settle(ev, ev.evaluate(pattern.value)));
    case 'or': {
      const answers = pattern.options.map((option) => matches(ev, option, subject));
      if (answers.some((answer) => knownTruth(ev, answer) === true)) return bool(true);
      return bool(answers.every((answer) => knownTruth(ev, answer) === false) ? false : undefined);
    }
    case 'sequence': {
      const items = itemsOf(ev, subject);
      if (items === undefined) return openMatch(ev, pattern);
      if (pattern.items.length !== items.length) return bool(false);
      const answers = pattern.items.map((item, i) => matches(ev, item, items[i] ?? none));
      if (answers.some((answer) => knownTruth(ev, answer) === false)) return bool(false);
      return bool(answers.every((answer) => knownTruth(ev, answer) === true) ? true : undefined);
    }
    case 'other':
      return openMatch(ev, pattern);
  }
}

/** A pattern that may or may not match: what it binds is not known. */
function openMatch(ev: Evaluator, pattern: tree.Pattern): Value {
  for (const name of boundNames(pattern)) setName(ev, name, unknown('what a pattern binds', pattern));
  return bool(undefined);
}

function boundNames(pattern: tree.Pattern): readonly string[] {
  switch (pattern.kind) {
    case 'capture':
      return [pattern.name];
    case 'or':
      return pattern.options.flatMap(boundNames);
    case 'sequence':
      return pattern.items.flatMap(boundNames);
    case 'other':
      return pattern.binds;
    default:
      return [];
  }
}
