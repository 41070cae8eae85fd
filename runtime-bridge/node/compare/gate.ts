/** `--fail-on`: what of a report makes the command say no. */
import type { CompareReport, SectionId } from '../../../protocol/src/compare';

export interface Gate {
  /** 'breaking' stands for any breaking change. */
  readonly what: SectionId | 'breaking';
  /** Of weights: the largest relative L2 that is let through. */
  readonly above?: number;
}

export const gateNames = ['breaking', 'signature', 'config', 'graph', 'weights'] as const;

/** @returns a sentence where the text is none */
export function readGates(text: string): readonly Gate[] | string {
  const gates: Gate[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    const [, name = '', above] = /^([a-z]+)(?:>([0-9.eE+-]+))?$/.exec(part) ?? [];
    const what = gateNames.find((each) => each === name);
    if (what === undefined) return `'${part}' is no gate; write ${gateNames.join(', ')} or weights>0.01`;
    if (above === undefined) gates.push({ what });
    else if (what !== 'weights' || !(Number(above) >= 0))
      return `'${part}': only weights take a number, as in weights>0.01`;
    else gates.push({ what, above: Number(above) });
  }
  return gates;
}

/** Why gates say no, one sentence each. What could not be compared is not let through. */
export function refusals({ sections }: CompareReport, gates: readonly Gate[]): readonly string[] {
  return gates.flatMap(({ what, above }) => {
    if (what === 'breaking') {
      const broken = sections.filter(({ verdict }) => verdict === 'breaking').map(({ title }) => title.toLowerCase());
      return broken.length === 0 ? [] : [`breaking changes of ${broken.join(' and ')}`];
    }
    const section = sections.find(({ id }) => id === what);
    if (section === undefined || section.verdict === 'same') return [];
    if (section.verdict === 'unknown') return [`${what}: ${section.summary}`];
    if (above === undefined) return [`${what}: ${section.summary}`];
    const { relativeL2 = 0 } = section.figures;
    const structural = section.changes.filter(
      ({ differences }) => !differences.some((each) => each.what === 'relative L2' || each.what === 'L2'),
    );
    if (structural.length > 0) return [`weights: ${structural.length} can't be measured by their values`];
    if (relativeL2 === Number.MAX_VALUE) return ['weights: a tensor that was zero has changed'];
    return relativeL2 > above
      ? [`weights: the largest relative L2 is ${Number(relativeL2.toPrecision(3))}, above ${above}`]
      : [];
  });
}
