const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** How long a step of a test may take before it has failed. A loaded machine needs most of it at the first file. */
export const limitMs = 120_000;

/**
 * Asks until the answer is accepted and returns it.
 * @throws Error naming `what` and the last answer
 */
export async function until(what, ask, accept = Boolean, withinMs = limitMs) {
  let last;
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(100)) {
    last = await ask();
    if (accept(last)) return last;
  }
  throw new Error(`waited ${withinMs / 1000} s for ${what}; there was ${JSON.stringify(last)}`);
}
