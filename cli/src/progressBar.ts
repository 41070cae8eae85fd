/** One line on the terminal that shows how far a check is; nothing where nobody looks. */
import type { Output } from './io';

const width = 24;
/** The line is drawn at most once in this many milliseconds. */
const drawEvery = 50;

export class ProgressBar {
  private drawn = 0;
  private visible = false;

  constructor(private readonly output: Output) {}

  /** @param name what is being worked on */
  show(done: number, all: number, name: string): void {
    const now = performance.now();
    if (!this.output.isTerminal || now - this.drawn < drawEvery) return;
    this.drawn = now;
    this.visible = true;
    const filled = Math.round((width * done) / Math.max(1, all));
    const line = `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done + 1}/${all} ${name}`;
    this.output.write(`\r\u001b[K${line.slice(0, this.output.columns - 1)}`);
  }

  /** Takes the line away, so that other text may follow. */
  clear(): void {
    if (this.visible) this.output.write('\r\u001b[K');
    this.visible = false;
  }
}
