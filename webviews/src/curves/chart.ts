/** One chart: axes by Chart.js, curves from reduced points by our own pen. Holds no state but what it last drew. */
import { Chart, LinearScale, LogarithmicScale, type Plugin } from 'chart.js';
import type { CurvePoints } from '../../../protocol/src/curves';
import { duration, short } from '../shared/numbers';
import type { Theme } from '../shared/theme';
import {
  type Columns,
  columnsOf,
  type Frame,
  inSight,
  nonfinitePlaces,
  outlineBand,
  strokeLine,
  xPixel,
  yRange,
} from './drawing';
import type { Span } from './state';

Chart.register(LinearScale, LogarithmicScale);

export interface DrawnCurve {
  readonly points: CurvePoints;
  readonly colour: string;
}

/** A line across the chart with a word at its head. */
export interface Flag {
  readonly x: number;
  readonly colour: string;
  readonly word: string;
}

export interface Picture {
  readonly curves: readonly DrawnCurve[];
  readonly flags: readonly Flag[];
  readonly span: Span;
  readonly log: boolean;
  readonly isTime: boolean;
  readonly theme: Theme;
  /** x under the pointer. */
  readonly pointer: number | undefined;
}

/** Room for the axis' numbers, the same in all charts, so that their x axes line up and nothing jumps while panning. */
const yAxisWidth = 64;
const bandOpacity = 0.28;

/** A view that is shown again has no width at first: it asks for a curve all the same, not for one point. */
const fewestPixels = 300;

export class CurveChart {
  private readonly chart: Chart<'line', never[]>;
  private picture: Picture | undefined;

  constructor(readonly canvas: HTMLCanvasElement) {
    const drawing: Plugin<'line'> = { id: 'curves', afterDatasetsDraw: (chart) => this.drawCurves(chart.ctx) };
    this.chart = new Chart<'line', never[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      plugins: [drawing],
      options: {
        animation: false,
        events: [],
        maintainAspectRatio: false,
        layout: { padding: { top: 14, right: 8 } },
        scales: {
          x: { type: 'linear', ticks: { maxRotation: 0, autoSkipPadding: 24 } },
          y: { type: 'linear', afterFit: (scale) => void (scale.width = yAxisWidth), ticks: { maxTicksLimit: 7 } },
        },
      },
    });
  }

  /** Pixels of the screen that the plot is wide. */
  get pixels(): number {
    const { left, right } = this.area();
    return Math.max(fewestPixels, Math.round((right - left) * this.chart.currentDevicePixelRatio));
  }

  area(): { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number } {
    const chartArea = this.chart.chartArea as Chart['chartArea'] | undefined;
    // Before the first layout there is none.
    return chartArea ?? { left: 0, right: 300, top: 0, bottom: 150 };
  }

  draw(picture: Picture): void {
    const before = this.picture;
    this.picture = picture;
    const y = yRange(
      picture.curves.map(({ points }) => points),
      picture.span,
      picture.log,
    );
    const { scales } = this.chart.options;
    if (scales === undefined) return;
    if (before?.theme !== picture.theme || before.log !== picture.log || before.isTime !== picture.isTime)
      Object.assign(scales, { x: xAxis(picture), y: yAxis(picture) });
    Object.assign(scales['x'] ?? {}, { min: picture.span.from, max: picture.span.to });
    Object.assign(scales['y'] ?? {}, { min: y.from, max: y.to });
    this.chart.update('none');
  }

  /** What was drawn last and where, for SVG; undefined before anything was. */
  drawn(): { readonly frame: Frame; readonly picture: Picture; readonly ticks: Ticks } | undefined {
    const frame = this.frame();
    if (this.picture === undefined || frame === undefined) return undefined;
    const labels = (axis: 'x' | 'y'): Ticks['x'] =>
      (this.chart.scales[axis]?.ticks ?? []).map(({ value, label }) => ({ value, label: String(label ?? '') }));
    return { frame, picture: this.picture, ticks: { x: labels('x'), y: labels('y') } };
  }

  dispose(): void {
    this.chart.destroy();
  }

  private frame(): Frame | undefined {
    const { x, y } = this.chart.scales;
    if (this.picture === undefined || x === undefined || y === undefined) return undefined;
    const { left, right, top, bottom } = this.area();
    return {
      ...{ left, right, top, bottom },
      x: this.picture.span,
      y: { from: y.min, to: y.max },
      log: this.picture.log,
    };
  }

  private drawCurves(ctx: CanvasRenderingContext2D): void {
    const frame = this.frame();
    if (frame === undefined || this.picture === undefined) return;
    const { curves, flags, theme, pointer } = this.picture;
    ctx.save();
    ctx.beginPath();
    ctx.rect(frame.left, frame.top - 12, frame.right - frame.left, frame.bottom - frame.top + 12);
    ctx.clip();
    drawFlags(ctx, frame, flags, theme);
    // Round joins cost a noisy curve half of its time.
    ctx.lineJoin = 'bevel';
    for (const curve of curves) drawCurve(ctx, frame, curve, 1 / this.chart.currentDevicePixelRatio);
    for (const { points } of curves) drawNonfinite(ctx, nonfinitePlaces(points, frame), frame, theme);
    if (pointer !== undefined) strokeVertical(ctx, frame, xPixel(frame, pointer), theme.faint, [2, 2]);
    ctx.restore();
  }
}

export interface Ticks {
  readonly x: readonly { readonly value: number; readonly label: string }[];
  readonly y: readonly { readonly value: number; readonly label: string }[];
}

/** @param step width of a pixel of the screen */
function drawCurve(ctx: CanvasRenderingContext2D, frame: Frame, { points, colour }: DrawnCurve, step: number): void {
  const smooth = points.smooth.length > 0;
  [ctx.strokeStyle, ctx.fillStyle, ctx.lineWidth] = [colour, colour, 1];
  ctx.globalAlpha = smooth ? bandOpacity : 1;
  ctx.beginPath();
  const [from, to] = inSight(points, frame.x);
  if (to - from > (frame.right - frame.left) / 4) {
    fillColumns(ctx, frame, columnsOf(points, frame, step), step);
  } else if (points.perPoint === 1) {
    if (!smooth) ctx.lineWidth = 1.5;
    strokeLine(ctx, points, points.low, frame);
  } else {
    outlineBand(ctx, points, frame);
    ctx.fill();
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
  if (!smooth) return;
  ctx.lineWidth = 2;
  ctx.beginPath();
  strokeLine(ctx, points, points.smooth, frame);
  ctx.stroke();
}

function fillColumns(ctx: CanvasRenderingContext2D, { left }: Frame, { top, bottom }: Columns, step: number): void {
  for (const [column, at] of top.entries())
    // As thick as a thin line, where it is level.
    if (!Number.isNaN(at)) ctx.fillRect(left + column * step, at - 0.5, step, (bottom[column] as number) - at + 1);
}

/** Triangles at the upper edge: a NaN has no height, but is never out of sight. */
function drawNonfinite(ctx: CanvasRenderingContext2D, places: readonly number[], frame: Frame, theme: Theme): void {
  ctx.fillStyle = theme.error;
  ctx.beginPath();
  for (const x of places) {
    ctx.moveTo(x - 4, frame.top);
    ctx.lineTo(x + 4, frame.top);
    ctx.lineTo(x, frame.top + 8);
  }
  ctx.fill();
}

/** Lines for all, words for those that have room. */
function drawFlags(ctx: CanvasRenderingContext2D, frame: Frame, flags: readonly Flag[], theme: Theme): void {
  ctx.font = `11px ${theme.font}`;
  let taken = Number.NEGATIVE_INFINITY;
  for (const { x, colour, word } of [...flags].sort((a, b) => a.x - b.x)) {
    const at = xPixel(frame, x);
    if (at < frame.left || at > frame.right) continue;
    strokeVertical(ctx, frame, at, colour, [4, 3]);
    const width = ctx.measureText(word).width;
    const start = Math.min(at + 2, frame.right - width);
    if (start < taken) continue;
    taken = start + width + 4;
    ctx.fillStyle = colour;
    ctx.fillText(word, start, frame.top - 3);
  }
}

function strokeVertical(ctx: CanvasRenderingContext2D, frame: Frame, x: number, colour: string, dash: number[]): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x, frame.top);
  ctx.lineTo(x, frame.bottom);
  ctx.stroke();
  ctx.setLineDash([]);
}

const colours = ({ theme }: Picture): object => ({
  ticks: { color: theme.foreground, font: { family: theme.font, size: 11 } },
  grid: { color: theme.grid },
  border: { color: theme.grid },
});

function xAxis(picture: Picture): object {
  const { ticks, ...rest } = colours(picture) as { ticks: object };
  const label = (value: number | string): string => (picture.isTime ? duration(Number(value)) : short(Number(value)));
  return {
    type: 'linear',
    ...rest,
    ticks: { ...ticks, maxRotation: 0, autoSkipPadding: 24, callback: label, includeBounds: false },
  };
}

function yAxis(picture: Picture): object {
  const { ticks, ...rest } = colours(picture) as { ticks: object };
  return {
    type: picture.log ? 'logarithmic' : 'linear',
    afterFit: (scale: { width: number }) => void (scale.width = yAxisWidth),
    ...rest,
    ticks: {
      ...ticks,
      maxTicksLimit: 7,
      includeBounds: false,
      callback: (value: number | string) => short(Number(value)),
    },
  };
}
