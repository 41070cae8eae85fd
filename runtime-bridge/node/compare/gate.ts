/** `--fail-on`: what of a report makes the command say no. */
import type { CompareReport, CompareSection, SectionId } from '../../../protocol/src/compare';

export interface Gate {
  /** 'breaking' stands for any breaking change. */
  readonly what: SectionId | 'breaking';
  /** What is let through: of weights the relative L2, of outputs the difference beside the largest value, of latency the factor. */
  readonly above?: number;
}

export const gateNames = ['breaking', 'signature', 'config', 'graph', 'weights', 'outputs', 'latency'] as const;

/** Gates that take a number. */
const measured = ['weights', 'outputs', 'latency'] as const;

/** Whether both must be run for them. */
export const needRun = (gates: readonly Gate[]): boolean =>
  gates.some(({ what }) => what === 'outputs' || what === 'latency');

/** @returns a sentence where the text is none */
export function readGates(text: string): readonly Gate[] | string {
  const gates: Gate[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    const [, name = '', above] = /^([a-z]+)(?:>([0-9.eE+-]+))?$/.exec(part) ?? [];
    const what = gateNames.find((each) => each === name);
    if (what === undefined)
      return `'${part}' is no gate; write ${gateNames.join(', ')}, weights>0.01, outputs>0.01 or latency>1.1`;
    if (above === undefined) gates.push({ what });
    else if (!measured.some((each) => each === what) || !(Number(above) >= 0))
      return `'${part}': only ${measured.join(', ')} take a number, as in weights>0.01`;
    else gates.push({ what, above: Number(above) });
  }
  return gates;
}

/** Why gates say no, one sentence each. What could not be compared is not let through. */
export const refusals = ({ sections }: CompareReport, gates: readonly Gate[]): readonly string[] =>
  gates.flatMap((gate) => refusalsOf(sections, gate));

function refusalsOf(sections: readonly CompareSection[], { what, above }: Gate): readonly string[] {
  if (what === 'breaking') {
    const broken = sections.filter(({ verdict }) => verdict === 'breaking').map(({ title }) => title.toLowerCase());
    return broken.length === 0 ? [] : [`breaking changes of ${broken.join(' and ')}`];
  }
  const section = sections.find(({ id }) => id === what);
  if (section === undefined)
    return needRun([{ what }]) ? [`${what}: neither side is an ONNX model that can be run`] : [];
  if (section.verdict === 'same') return [];
  if (section.verdict === 'unknown') return [`${what}: ${section.summary}`];
  if (what === 'latency') return slower(section, above ?? 1);
  if (above === undefined) return [`${what}: ${section.summary}`];
  return what === 'outputs' ? farther(section, above) : heavier(section, above);
}

/** Only what is shown counts: the lower end of an interval. */
function slower({ figures, summary }: CompareSection, above: number): readonly string[] {
  const { slower: factor = 0 } = figures;
  return factor > above ? [`latency: by a factor of at least ${brief(factor)}, above ${above}. ${summary}`] : [];
}

function farther({ figures, changes }: CompareSection, above: number): readonly string[] {
  const { relative = 0 } = figures;
  const grave = changes.filter(({ risk }) => risk === 'breaking' || risk === 'high');
  if (grave.length > 0) return grave.map(({ subject, reason = '' }) => `outputs: ${subject}: ${reason}`);
  return relative > above
    ? [`outputs: the largest difference beside the largest value is ${brief(relative)}, above ${above}`]
    : [];
}

function heavier({ figures, changes }: CompareSection, above: number): readonly string[] {
  const { relativeL2 = 0 } = figures;
  const structural = changes.filter(
    ({ differences }) => !differences.some((each) => each.what === 'relative L2' || each.what === 'L2'),
  );
  if (structural.length > 0) return [`weights: ${structural.length} can't be measured by their values`];
  if (relativeL2 === Number.MAX_VALUE) return ['weights: a tensor that was zero has changed'];
  return relativeL2 > above ? [`weights: the largest relative L2 is ${brief(relativeL2)}, above ${above}`] : [];
}

const brief = (value: number): string => String(Number(value.toPrecision(3)));
