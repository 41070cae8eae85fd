/** A chart as SVG text: the same strokes as on the canvas, so that it can be edited and printed. */
import type { Ticks, Picture } from './chart';
import { type Frame, nonfinitePlaces, outlineBand, type Pen, strokeLine, xPixel, yPixel } from './drawing';

class PathPen implements Pen {
  private readonly parts: string[] = [];

  moveTo(x: number, y: number): void {
    this.parts.push(`M${rounded(x)} ${rounded(y)}`);
  }

  lineTo(x: number, y: number): void {
    this.parts.push(`L${rounded(x)} ${rounded(y)}`);
  }

  get path(): string {
    return this.parts.join('');
  }
}

/** @param size of the whole picture in pixels */
export function svgOf(
  title: string,
  size: { readonly width: number; readonly height: number },
  { frame, picture, ticks }: { readonly frame: Frame; readonly picture: Picture; readonly ticks: Ticks },
): string {
  const { theme } = picture;
  const { left, right, top, bottom } = frame;
  const text = (x: number, y: number, anchor: string, words: string): string =>
    `<text x="${rounded(x)}" y="${rounded(y)}" text-anchor="${anchor}" fill="${escaped(theme.foreground)}">${escaped(words)}</text>`;
  const line = (x1: number, y1: number, x2: number, y2: number, colour: string, more = ''): string =>
    `<line x1="${rounded(x1)}" y1="${rounded(y1)}" x2="${rounded(x2)}" y2="${rounded(y2)}" stroke="${escaped(colour)}"${more}/>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="${escaped(theme.font)}" font-size="11">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="${escaped(theme.background)}"/>`,
    `<clipPath id="plot"><rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/></clipPath>`,
    ...ticks.x.flatMap(({ value, label }) => {
      const x = xPixel(frame, value);
      return [line(x, top, x, bottom, theme.grid), text(x, bottom + 14, 'middle', label)];
    }),
    ...ticks.y.flatMap(({ value, label }) => {
      const y = yPixel(frame, value);
      return [line(left, y, right, y, theme.grid), text(left - 6, y + 4, 'end', label)];
    }),
    text(left, top - 4, 'start', title),
    ...picture.flags
      .filter(({ x }) => x >= frame.x.from && x <= frame.x.to)
      .flatMap(({ x, colour, word }) => {
        const at = xPixel(frame, x);
        return [line(at, top, at, bottom, colour, ' stroke-dasharray="4 3"'), text(at + 2, top + 10, 'start', word)];
      }),
    '<g clip-path="url(#plot)">',
    ...picture.curves.map((curve) => curvePaths(curve, frame)),
    '</g>',
    ...picture.curves.flatMap(({ points }) =>
      nonfinitePlaces(points, frame).map(
        (x) => `<path d="M${x - 4} ${top}L${x + 4} ${top}L${x} ${top + 8}Z" fill="${escaped(theme.error)}"/>`,
      ),
    ),
    '</svg>\n',
  ].join('\n');
}

function curvePaths({ points, colour }: Picture['curves'][number], frame: Frame): string {
  const [raw, smooth] = [new PathPen(), new PathPen()];
  const isSmooth = points.smooth.length > 0;
  const isBand = points.perPoint > 1;
  if (isBand) outlineBand(raw, points, frame);
  else strokeLine(raw, points, points.low, frame);
  const shade = isSmooth ? ' opacity="0.28"' : '';
  const fill = isBand ? escaped(colour) : 'none';
  const drawn = `<path d="${raw.path}" stroke="${escaped(colour)}" fill="${fill}"${shade}/>`;
  if (!isSmooth) return drawn;
  strokeLine(smooth, points, points.smooth, frame);
  return `${drawn}\n<path d="${smooth.path}" stroke="${escaped(colour)}" stroke-width="2" fill="none"/>`;
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => names[character] ?? character);
}
