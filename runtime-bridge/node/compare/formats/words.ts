/** What every form of the report says in the same words. */
import type { CompareChange, CompareDifference, CompareReport, SectionVerdict } from '../../../../protocol/src/compare';

export const verdictWords: Readonly<Record<SectionVerdict, string>> = {
  same: 'same',
  undecided: 'no difference shown',
  changed: 'changed',
  breaking: 'breaking',
  unknown: 'not compared',
};

/** `3 → 4`; what was not there is left out. */
export function valueWords({ before, after }: CompareDifference): string {
  if (before === undefined) return after ?? '';
  return after === undefined ? before : `${before} → ${after}`;
}

export const differenceWords = (difference: CompareDifference): string =>
  [difference.what, valueWords(difference)].filter(Boolean).join(': ');

export const changeWords = ({ differences }: CompareChange): string => differences.map(differenceWords).join('; ');

/** The whole in a line. */
export function headline({ sections }: CompareReport): string {
  const named = (verdict: SectionVerdict): string =>
    sections
      .filter((section) => section.verdict === verdict)
      .map(({ title }) => title.toLowerCase())
      .join(', ');
  const [breaking, changed] = [named('breaking'), named('changed')];
  if (breaking !== '') return `Breaks clients: ${breaking}${changed === '' ? '' : `; changed: ${changed}`}`;
  return changed === '' ? 'No difference in what could be compared' : `Changed: ${changed}`;
}
