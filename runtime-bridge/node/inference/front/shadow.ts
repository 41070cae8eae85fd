/**
 * Copies of requests for a candidate that must not be felt: they start when the user has the answer, run one at a time
 * beside what the candidate answers itself, and are dropped where too many wait.
 */

const mostWaiting = 64;
const mostBytes = 64 << 20;

interface Copy {
  readonly bytes: number;
  readonly run: () => Promise<void>;
}

export class ShadowQueue {
  dropped = 0;
  private readonly waiting: Copy[] = [];
  private bytes = 0;
  private isRunning = false;

  /** Whether the copy was taken. */
  add(copy: Copy): boolean {
    if (this.waiting.length >= mostWaiting || this.bytes + copy.bytes > mostBytes) {
      this.dropped += 1;
      return false;
    }
    this.waiting.push(copy);
    this.bytes += copy.bytes;
    if (!this.isRunning) void this.drain();
    return true;
  }

  private async drain(): Promise<void> {
    this.isRunning = true;
    for (let copy = this.waiting.shift(); copy !== undefined; copy = this.waiting.shift()) {
      await copy.run();
      this.bytes -= copy.bytes;
    }
    this.isRunning = false;
  }
}
