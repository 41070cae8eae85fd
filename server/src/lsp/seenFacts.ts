/** What training runs saw of the files that are open, joined with what the checker says of the same text. */
import { createHash } from 'node:crypto';
import { comparableText, type SeenFile, type SeenLine, type SeenTensor } from '../../../protocol/src/seen';
import type { Finding } from '../core/finding';

/** A finding with the lines (1-based) and the text that it underlines. */
export interface PlacedFinding {
  readonly finding: Finding;
  readonly first: number;
  readonly last: number;
  readonly text: string;
}

/** Facts by path; each is only good for the very text that ran. */
export class SeenFacts {
  private readonly files = new Map<string, SeenFile>();

  /** Takes what is known now in place of what was; answers with the paths of which something else is known. */
  take(files: readonly SeenFile[]): readonly string[] {
    const before = new Map(this.files);
    this.files.clear();
    for (const file of files) this.files.set(slashed(file.path), file);
    const paths = new Set([...before.keys(), ...this.files.keys()]);
    return [...paths].filter((path) => JSON.stringify(before.get(path)) !== JSON.stringify(this.files.get(path)));
  }

  /** Undefined where no run saw the file, or another text of it. */
  of(path: string, text: string): SeenFile | undefined {
    const file = this.files.get(path);
    if (file === undefined) return undefined;
    return createHash('sha256').update(comparableText(text)).digest('hex') === file.text ? file : undefined;
  }
}

/** What a run confirmed is an error; what it ran without is said in a lower voice. Advice is about code that runs. */
export function joinSeen({ finding, first, last, text }: PlacedFinding, seen: SeenFile): Finding {
  if (finding.raises !== true) return finding;
  const { raised, run } = seen;
  const isHere = (line: number): boolean => line >= first && line <= last;
  if (raised !== undefined && isHere(raised.line) && isSameSentence(raised.message, finding.message))
    return { ...finding, severity: 'error', message: `${finding.message} [raised here by run ${run}]` };
  const ran = seen.lines.some(
    ({ line, tensors }) => isHere(line) && tensors.some(({ name }) => text.includes(lastPart(name))),
  );
  if (!ran || (raised !== undefined && isHere(raised.line))) return finding;
  const severity = finding.severity === 'error' ? 'warning' : 'hint';
  return { ...finding, severity, message: `${finding.message} [run ${run} got past this line]` };
}

/** The same words, whatever the sizes in it and the name of the exception before it are. */
function isSameSentence(raised: string, said: string): boolean {
  const words = (text: string): string =>
    text
      .replace(/\([^)]*\)|\[[^\]]*\]/g, '')
      .replace(/[^A-Za-z]/g, '')
      .slice(0, 24);
  const wanted = words(said);
  return wanted.length > 8 && words(raised.replace(/^[\w.]+: /, '')) === wanted;
}

/** What a hover adds: of what is called in the text under it, else of the whole line. */
export function seenText(seen: SeenFile, line: number, text: string): string | undefined {
  const here = seen.lines.find((each: SeenLine) => each.line === line)?.tensors ?? [];
  const called = here.filter(({ name }) => new RegExp(`\\b${escaped(lastPart(name))}\\s*(\\(|$)`).test(text));
  const last = called.at(-1)?.name;
  // Of a call with calls inside, the outermost one is the last to end.
  const shown = last === undefined ? here : called.filter(({ name }) => name === last);
  const names = new Set(shown.map(({ name }) => name));
  if (shown.length === 0 || names.size > 6) return undefined;
  const parts = [...names].map((name) => {
    const tensors = shown.filter((each) => each.name === name).map(shapeText);
    return names.size === 1 ? tensors.join(', ') : `${name} ${tensors.join(', ')}`;
  });
  return `seen: ${parts.join(' · ')} in run ${seen.run}`;
}

const shapeText = ({ shape, type }: SeenTensor): string =>
  `\`(${shape.join(', ')}${shape.length === 1 ? ',' : ''}) ${type}\``;
const lastPart = (name: string): string => name.split('.').at(-1) ?? name;
const escaped = (text: string): string => text.replace(/[^\w]/g, '\\$&');
const slashed = (path: string): string => path.replaceAll('\\', '/');
