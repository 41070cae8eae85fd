/** Two sequences of tokens, laid beside each other. */

export type IndexPair = readonly [left: number, right: number];

/**
 * Places of a longest common subsequence, by the greedy algorithm of E. W. Myers, "An O(ND) Difference Algorithm and Its
 * Variations" (1986). Undefined where more than `most` insertions and deletions are needed.
 */
export function commonSubsequence(
  left: readonly number[],
  right: readonly number[],
  most: number,
): readonly IndexPair[] | undefined {
  const limit = Math.min(most, left.length + right.length);
  const reach = new Int32Array(2 * limit + 3);
  const at = (diagonal: number): number => diagonal + limit + 1;
  const history: Int32Array[] = [];
  for (let edits = 0; edits <= limit; edits++) {
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = start(reach, at(diagonal), diagonal, edits);
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) x++;
      reach[at(diagonal)] = x;
      if (x >= left.length && x - diagonal >= right.length) return backwards(history, left.length, right.length);
    }
    // Only what the next round can reach is kept.
    history.push(reach.slice(at(-edits), at(edits) + 1));
  }
  return undefined;
}

/** Where a diagonal is entered: by a deletion from its left or by an insertion from above. */
const start = (reach: Int32Array, index: number, diagonal: number, edits: number): number => {
  const [below = 0, above = 0] = [reach[index - 1], reach[index + 1]];
  if (edits === 0) return 0;
  return diagonal === -edits || (diagonal !== edits && below < above) ? above : below + 1;
};

function backwards(history: readonly Int32Array[], left: number, right: number): readonly IndexPair[] {
  const pairs: IndexPair[] = [];
  let [x, y] = [left, right];
  for (let edits = history.length; edits >= 0; edits--) {
    const diagonal = x - y;
    const before = history[edits - 1];
    const reached = (on: number): number => (Math.abs(on) > edits - 1 ? 0 : (before?.[on + edits - 1] ?? 0));
    const isInsertion = diagonal === -edits || (diagonal !== edits && reached(diagonal - 1) < reached(diagonal + 1));
    const from = edits === 0 ? 0 : isInsertion ? reached(diagonal + 1) : reached(diagonal - 1) + 1;
    while (x > from && y > 0 && x > 0) pairs.push([--x, --y]);
    if (edits === 0) break;
    if (isInsertion) y -= 1;
    else x -= 1;
  }
  return pairs.reverse();
}

/** Of pairs that are sorted by their left side, most of those whose right sides rise too. */
export function rising(pairs: readonly IndexPair[]): readonly IndexPair[] {
  const tails: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  pairs.forEach(([, right], index) => {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[tails[middle] ?? 0]?.[1] ?? 0) < right) low = middle + 1;
      else high = middle;
    }
    before[index] = low > 0 ? (tails[low - 1] ?? -1) : -1;
    tails[low] = index;
  });
  const kept: IndexPair[] = [];
  for (let index = tails.at(-1) ?? -1; index >= 0; index = before[index] ?? -1) {
    const pair = pairs[index];
    if (pair) kept.push(pair);
  }
  return kept.reverse();
}
