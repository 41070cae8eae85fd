/**
 * One-character edits as somebody makes who works on a model file: words typed into `forward`, digits changed in a
 * constructor, a comment continued. Each insertion is taken back by a deletion later, so the text stays a model file.
 */

/** A small generator of numbers in [0, 1), the same ones every time (mulberry32). */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Where somebody types: in which lines, after what, and which characters one after another. */
const kinds = [
  { kind: 'forward', line: /^ {8,}(?:return|x = |\w+ = self\.)/, after: /self\.\w+/, typed: 'norm' },
  { kind: 'forward', line: /^ {8,}return /, after: /$/, typed: ' * 2' },
  { kind: 'forward', line: /^ {8}x = /, after: /$/, typed: '.relu()' },
  { kind: 'constructor', line: /self\.\w+ = nn\.\w+\(/, after: /\(\d+/, typed: '6' },
  { kind: 'constructor', line: /self\.\w+ = nn\.\w+\(/, after: /self\.\w+/, typed: '2' },
  { kind: 'comment', line: /^# /, after: /$/, typed: ' Note.' },
];

/** Which body a line is in: that of `forward` or of `__init__`, or none. */
function bodies(lines) {
  let body;
  return lines.map((line) => {
    const opened = /^ {4}def (\w+)/.exec(line);
    if (opened) body = { forward: 'forward', __init__: 'constructor' }[opened[1]];
    else if (/^\S/.test(line)) body = undefined;
    return line.startsWith('#') ? 'comment' : body;
  });
}

/**
 * Edits in the order they are made: a few characters typed at a place, then taken back one by one, then the next place.
 * @returns {{ kind: string, range: object, text: string }[]} with LSP ranges
 */
export function edits(text, count, seed = 1) {
  const random = numbers(seed);
  const lines = text.split('\n');
  const inBody = bodies(lines);
  const places = kinds.map(({ kind, line, after, typed }) => ({
    kind,
    typed,
    at: lines.flatMap((content, number) => {
      if (inBody[number] !== kind || !line.test(content)) return [];
      const found = after.exec(content);
      return found ? [{ line: number, character: found.index + found[0].length }] : [];
    }),
  }));
  const made = [];
  for (let turn = 0; made.length < count; turn++) {
    const { kind, typed, at } = places[turn % places.length];
    const { line, character } = at[Math.floor(random() * at.length)];
    const position = (offset) => ({ line, character: character + offset });
    for (let i = 0; i < typed.length; i++)
      made.push({ kind, range: { start: position(i), end: position(i) }, text: typed[i] });
    for (let i = typed.length; i > 0; i--)
      made.push({ kind, range: { start: position(i - 1), end: position(i) }, text: '' });
  }
  return made.slice(0, count);
}
