/** How often the checker and the server agree, and how they differ. */
import type { Verdict } from '../../triton/cases';
import { configOf } from './bases';
import type { Mutant } from './mutants';
import { ownedBackends, type Ruling } from './server';

/** The server's complaint is about its machine, not about the files: GPUs, installed libraries, absolute paths. */
const aboutMachine =
  /does not support GPUs|no GPUs are available|specifies invalid or unsupported gpu id|failed to locate|unable to find backend library|Batching library path not found: \//;
/** What a real backend might have completed. */
const aboutCompletion = /must specify '(?:name|data_type|dims)'|model configuration is not provided/;

/** Whether the ruling is about the files, and by the backend that the model would run on. */
export function isDecided({ model }: Mutant, { ok, message, isAnswer }: Ruling): boolean {
  if (!isAnswer || aboutMachine.test(message)) return false;
  if (!ownedBackends.some((backend) => model.endsWith(backend))) return true;
  return !ok && !aboutCompletion.test(message);
}

/** In words; undefined where both say the same. */
export function differenceOf(
  { ok, message, parseError }: Ruling,
  { isRight, hasText, said }: Verdict,
): string | undefined {
  if (isRight && (ok || hasText)) return undefined;
  const ours = said.map((each) => `${each.line} ${each.severity}[${each.id}] ${each.message}`).join('\n          ');
  const theirs = ok ? 'loads' : `${message} ${parseError ?? ''}`;
  return `${isRight ? 'words' : 'VERDICT'}\n        server: ${theirs}\n        ours:   ${ours || 'nothing'}`;
}

/** Lines that are right for a text-format error: the server's, or that of the token before, which it often means. */
function placesOf(mutant: Mutant, parseError: string): readonly number[] {
  const [line = 1, column = 1] = parseError.split(':').map(Number);
  const lines = configOf(mutant).split('\n');
  const before = [...lines.slice(0, line - 1), (lines[line - 1] ?? '').slice(0, column - 1)];
  const token = before.findLastIndex((text) => text.replace(/#.*/, '').trim() !== '');
  return [line, token + 1];
}

type Count = 'verdict' | 'words' | 'place' | 'edited line';

export class Tally {
  private readonly counts = new Map<Count, { right: number; all: number }>();
  private undecided = 0;
  /** Errors of ours where the server, without the real backend, loads the model. */
  private readonly alone = new Map<string, number>();

  add(mutant: Mutant, ruling: Ruling, verdict: Verdict): void {
    const errors = verdict.said.filter(({ severity }) => severity === 'error');
    if (!isDecided(mutant, ruling)) {
      this.undecided += 1;
      if (ruling.ok) for (const { id } of errors) this.alone.set(id, (this.alone.get(id) ?? 0) + 1);
      return;
    }
    this.count('verdict', verdict.isRight);
    if (ruling.ok) return;
    this.count('words', verdict.hasText);
    if (ruling.parseError !== undefined) {
      this.count('place', placesOf(mutant, ruling.parseError).includes(errors[0]?.line ?? 0));
    } else if (mutant.line !== undefined) this.count('edited line', verdict.hasLine);
  }

  share(what: Count): number {
    const { right, all } = this.counts.get(what) ?? { right: 0, all: 0 };
    return all === 0 ? 1 : right / all;
  }

  line(): string {
    const shares = [...this.counts].map(
      ([what, { right, all }]) => `${what} ${right}/${all} (${((100 * right) / all).toFixed(1)} %)`,
    );
    const alone = [...this.alone].map(([id, count]) => `${id} ${count}`);
    return `${shares.join(', ')}; ${this.undecided} not decided here${alone.length > 0 ? `, where our errors of backends that are not here are ${alone.join(', ')}` : ''}`;
  }

  private count(what: Count, isRight: boolean): void {
    const found = this.counts.get(what) ?? { right: 0, all: 0 };
    this.counts.set(what, { right: found.right + (isRight ? 1 : 0), all: found.all + 1 });
  }
}
