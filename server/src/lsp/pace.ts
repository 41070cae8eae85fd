/** When to compute: after the burst of edits that is arriving, in slices that let newer messages in. */

const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Long checks give way to messages after this many milliseconds, later ones of the same check after twice that. */
const firstSlice = 25;

/**
 * Lets waiting messages be handled.
 *
 * A message that arrives takes one turn of the loop to be read and one to be handled, hence two.
 */
async function messagesHandled(): Promise<void> {
  await immediate();
  await immediate();
}

/** Returns once no message has been handled for two turns: of a burst of edits only the last is computed for. */
export async function quiet(activity: () => number): Promise<void> {
  for (;;) {
    const before = activity();
    await messagesHandled();
    if (activity() === before) return;
  }
}

/**
 * Runs a check in slices; between two of them messages are handled.
 *
 * Slices double, so a check that remembers nothing of an interrupted slice still ends, within twice its time.
 *
 * @param check undefined means that it stopped because it was told to
 * @param stale whether nobody wants the answer any more
 * @returns undefined where it became stale
 */
export async function sliced<T>(
  check: (cancelled: () => boolean) => T | undefined,
  stale: () => boolean,
): Promise<T | undefined> {
  for (let slice = firstSlice; ; slice *= 2) {
    if (stale()) return undefined;
    const end = performance.now() + slice;
    const answer = check(() => performance.now() > end);
    if (answer !== undefined) return answer;
    await messagesHandled();
  }
}

/** Resolves after a pause. */
export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
