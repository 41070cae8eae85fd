/** An interval against its margin, as a small drawing: where the difference lies, and what it must stay under. */
import type { GateVerdict } from '../../../protocol/src/deploy';
import { place, scaleOf, width } from './scale';

const height = 26;
const middle = height / 2;
const namespace = 'http://www.w3.org/2000/svg';

function shape(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

const upright = (x: number, name: string): SVGElement =>
  shape('line', { x1: x, x2: x, y1: 2, y2: height - 2, class: name });

/** Undefined where nothing was seen yet. */
export function intervalDrawing(verdict: GateVerdict, words: string): SVGElement | undefined {
  const { estimate, lower, upper, margin, decision } = verdict;
  if (lower === undefined || upper === undefined) return undefined;
  const scale = scaleOf(verdict);
  const drawing = shape('svg', {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'aria-label': words,
    class: `interval ${decision}`,
  });
  const [left, right] = [place(scale, lower), place(scale, upper)];
  drawing.append(
    upright(place(scale, 0), 'zero'),
    shape('rect', { x: left, y: middle - 4, width: Math.max(2, right - left), height: 8, rx: 2, class: 'band' }),
  );
  if (margin !== undefined) drawing.append(upright(place(scale, margin), 'margin'));
  if (estimate !== undefined)
    drawing.append(shape('circle', { cx: place(scale, estimate), cy: middle, r: 4, class: 'estimate' }));
  return drawing;
}
