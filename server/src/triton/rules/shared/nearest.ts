/** The name that is meant by one that does not exist: at most a third of its letters differ. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(written.length / 3));
  const ranked = known
    .map((name) => ({ name, distance: distance(written.toLowerCase(), name.toLowerCase(), limit) }))
    .filter((each) => each.distance <= limit && each.name !== written)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.name;
}

/** Letters to insert, delete or exchange; above `limit` it is not counted out. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length] ?? limit + 1;
}
