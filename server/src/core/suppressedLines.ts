/** Findings that a comment on their line turns off, in files whose comments begin with `#` and that are no Python. */
import type { Finding } from './finding';
import { LineIndex } from './text/lines';
import { spanOf } from './text/place';

const suppression = /#\s*tensorwright:\s*ignore(?:\[([^\]\n]*)\])?/;

/** Findings whose line does not say `# tensorwright: ignore[id]`. */
export function withoutSuppressed(findings: readonly Finding[], text: string): readonly Finding[] {
  if (!text.includes('tensorwright:')) return findings;
  const lines = new LineIndex(text);
  return findings.filter(({ id, place }) => {
    const said = suppression.exec(lines.line(lines.position(spanOf(place).start).line));
    if (!said) return true;
    return said[1] !== undefined && !said[1].split(',').some((each) => each.trim() === id);
  });
}
