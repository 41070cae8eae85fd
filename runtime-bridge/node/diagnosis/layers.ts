/** Names of layers. */

/** The innermost layer that holds all of these. */
export function commonLayer(names: readonly string[]): string {
  const [first, ...rest] = names.map((name) => name.split('.'));
  if (first === undefined) return '';
  let length = first.length;
  for (const parts of rest) {
    let same = 0;
    while (same < Math.min(length, parts.length) && parts[same] === first[same]) same += 1;
    length = same;
  }
  return first.slice(0, length).join('.');
}
