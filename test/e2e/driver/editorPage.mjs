/**
 * What the browser itself must compute: where text is drawn in the editor, and which text is underlined.
 * The functions are sent to the page as they are, so each is closed over nothing.
 */

/** Every drawn character of the active editor, in reading order: `{ lines: [{ text, boxes: [[left, top, right, bottom]] }] }`. */
function drawnLines() {
  const editor = document.querySelector('.editor-group-container.active .editor-instance') ?? document;
  const found = [...editor.querySelectorAll('.view-lines .view-line')].map((line) => {
    const boxes = [];
    let text = '';
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const hint = node.parentElement.className.includes('dyn-rule');
      for (let i = 0; i < node.data.length; i++) {
        const range = document.createRange();
        range.setStart(node, i);
        range.setEnd(node, i + 1);
        const { left, top, right, bottom } = range.getBoundingClientRect();
        boxes.push({ left, top, right, bottom, hint });
      }
      text += node.data;
    }
    return { top: line.getBoundingClientRect().top, text, boxes };
  });
  found.sort((a, b) => a.top - b.top);
  const underlines = [...editor.querySelectorAll('.squiggly-error, .squiggly-warning')].map((mark) => {
    const { left, top, right, bottom } = mark.getBoundingClientRect();
    return { left, top, right, bottom, kind: mark.className.match(/squiggly-(\w+)/)[1] };
  });
  return { lines: found, underlines };
}

const readable = (text) => text.replaceAll('\u00a0', ' ');

/**
 * The part of the active editor that is in view.
 * @returns lines of code (without inlay hints), hints, underlined text, and `boxOf(text)` in window pixels
 */
export async function readEditor(page) {
  const { lines, underlines } = await page.evaluate(drawnLines);
  const rows = lines.map(({ text, boxes }) => {
    const characters = [...readable(text)].length === text.length ? readable(text).split('') : [...readable(text)];
    const drawn = characters.map((character, i) => ({ character, ...boxes[i] }));
    const code = drawn.filter(({ hint }) => !hint);
    return { code, text: join(code), hints: stretches(drawn.filter(({ hint }) => hint)) };
  });
  return {
    text: rows.map(({ text }) => text.trimEnd()).join('\n'),
    hints: rows.flatMap(({ hints }) => hints),
    underlined: underlines.map((mark) => ({ kind: mark.kind, text: textUnder(rows, mark) })),
    boxOf: (text) => boxOf(rows, text),
  };
}

const join = (drawn) => drawn.map(({ character }) => character).join('');

/** Groups of characters drawn side by side, as strings. */
function stretches(drawn) {
  const groups = [];
  for (const one of drawn) {
    const last = groups.at(-1)?.at(-1);
    if (last && Math.abs(last.right - one.left) < 1) groups.at(-1).push(one);
    else groups.push([one]);
  }
  return groups.map((group) => join(group).trim());
}

function textUnder(rows, mark) {
  const middle = (mark.top + mark.bottom) / 2;
  const row = rows.find(({ code }) => code[0] && code[0].top <= middle && middle <= code[0].bottom + 6);
  return join(
    (row?.code ?? []).filter(({ left, right }) => mark.left <= (left + right) / 2 && (left + right) / 2 <= mark.right),
  );
}

/** The box of `word` inside the first drawn occurrence of `text`; `text` is written with the word in «» or is the word. */
function boxOf(rows, marked) {
  const start = marked.indexOf('«');
  const text = marked.replace(/[«»]/g, '');
  const [from, to] = start < 0 ? [0, text.length] : [start, marked.indexOf('»') - 1];
  for (const row of rows) {
    const index = row.text.indexOf(text);
    if (index < 0) continue;
    const [first, last] = [row.code[index + from], row.code[index + to - 1]];
    return { x: first.left, y: first.top, width: last.right - first.left, height: first.bottom - first.top };
  }
  return undefined;
}
