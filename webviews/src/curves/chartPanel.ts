/** A chart with its title, what the pointer reads, the keys and wheel that move it, and its words for screen readers. */
import type { CurvePoints } from '../../../protocol/src/curves';
import { element } from '../shared/element';
import { duration, short } from '../shared/numbers';
import type { Theme } from '../shared/theme';
import { CurveChart, type DrawnCurve, type Flag, type Picture } from './chart';
import { pointAt } from './drawing';
import { moved, zoomed } from './span';
import type { CurvesState, Span } from './state';
import { curveId, curvesOf, readingFor, shownRuns, visibleSpan, wholeSpan } from './state';
import { svgOf } from './svg';

export interface PanelEvents {
  readonly onSpan: (span: Span | undefined) => void;
  readonly onPointer: (x: number | undefined) => void;
  readonly onExport: (tag: string, format: 'png' | 'svg' | 'csv') => void;
  readonly announce: (words: string) => void;
}

/** Closer than a thousandth of a step there is nothing to see. */
const leastWidth = 1e-3;
const wheelSpeed = 0.002;

export class ChartPanel {
  readonly figure: HTMLElement;
  private readonly chart: CurveChart;
  private readonly readout = element('span', { class: 'readout' });
  private readonly canvas: HTMLCanvasElement;
  private state: CurvesState | undefined;
  private drag: { readonly at: number; readonly span: Span; readonly select: boolean } | undefined;
  private readonly selection = element('div', { class: 'selection', hidden: true });
  /** Whether it is on the screen. */
  visible = true;

  constructor(
    readonly tag: string,
    private readonly events: PanelEvents,
  ) {
    this.canvas = element('canvas', {
      tabindex: 0,
      role: 'img',
      'aria-keyshortcuts': 'ArrowLeft ArrowRight Shift+ArrowLeft Shift+ArrowRight + - 0',
    });
    const title = element('h2', {}, [tag]);
    this.figure = element('figure', { class: 'chart' }, [
      element('figcaption', {}, [title, this.readout, this.exportButtons()]),
      element('div', { class: 'plot' }, [this.canvas, this.selection]),
    ]);
    this.chart = new CurveChart(this.canvas);
    this.listen();
  }

  get pixels(): number {
    return this.chart.pixels;
  }

  /** @param pointer x under the pointer, in this chart or another */
  draw(state: CurvesState, theme: Theme, pointer: number | undefined): void {
    this.state = state;
    const span = visibleSpan(state);
    const reading = readingFor(state, this.tag, span);
    const curves = curvesOf(state, this.tag).flatMap((curve): DrawnCurve[] => {
      const points = reading?.curves[curveId(curve)];
      return points === undefined ? [] : [{ points, colour: colourOf(theme, curve.colour) }];
    });
    const picture: Picture = {
      ...{ curves, span, theme, pointer },
      flags: flagsOf(state, theme),
      log: state.log,
      isTime: state.x === 'time',
    };
    this.chart.draw(picture);
    const words = this.words(state, reading?.curves ?? {}, pointer);
    if (this.readout.textContent !== words) this.readout.textContent = words;
  }

  /** For people who don't see it: what is drawn, in a sentence. */
  describe(words: string): void {
    if (this.canvas.getAttribute('aria-label') !== words) this.canvas.setAttribute('aria-label', words);
  }

  png(): string {
    return this.canvas.toDataURL('image/png');
  }

  svg(): string | undefined {
    const drawn = this.chart.drawn();
    const { clientWidth: width, clientHeight: height } = this.canvas;
    return drawn && svgOf(this.tag, { width, height }, drawn);
  }

  dispose(): void {
    this.chart.dispose();
    this.figure.remove();
  }

  private words(state: CurvesState, curves: CurvesReading, pointer: number | undefined): string {
    const x = pointer ?? Number.POSITIVE_INFINITY;
    const parts = curvesOf(state, this.tag).flatMap((curve) => {
      const points = curves[curveId(curve)];
      const index = points && pointAt(points, x);
      if (points === undefined || index === undefined) return [];
      const newest = pointer === undefined && curve.rank === 0 ? newestOf(state, curve.run, this.tag) : undefined;
      const raw = newest === undefined ? rangeWords(points, index) : short(newest);
      return [points.smooth.length > 0 ? `${short(points.smooth[index] as number)} (${raw})` : raw];
    });
    if (parts.length === 0) return '';
    if (pointer === undefined) return `now ${parts.join(' · ')}`;
    // The last point that is not past the pointer is what is read, so it is its step that is said.
    const step = short(Math.floor(pointer));
    return `${state.x === 'time' ? duration(pointer) : `step ${step}`}: ${parts.join(' · ')}`;
  }

  private exportButtons(): HTMLElement {
    const button = (format: 'png' | 'svg' | 'csv', what: string): HTMLElement => {
      const made = element(
        'vscode-toolbar-button',
        { 'aria-label': `Save ${this.tag} as ${what}`, title: `Save as ${what}` },
        [format.toUpperCase()],
      );
      made.addEventListener('click', () => this.events.onExport(this.tag, format));
      return made;
    };
    return element('span', { class: 'exports' }, [
      button('png', 'a PNG picture'),
      button('svg', 'an SVG picture'),
      button('csv', 'CSV with every value'),
    ]);
  }

  private listen(): void {
    const { canvas } = this;
    canvas.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    canvas.addEventListener('pointerdown', (event) => this.down(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    canvas.addEventListener('pointerup', (event) => this.up(event));
    canvas.addEventListener('pointerleave', () => this.events.onPointer(undefined));
    canvas.addEventListener('dblclick', () => this.events.onSpan(undefined));
    canvas.addEventListener('keydown', (event) => this.key(event));
  }

  private wheel(event: WheelEvent): void {
    if (this.state === undefined) return;
    event.preventDefault();
    const [span, whole] = [visibleSpan(this.state), wholeSpan(this.state)];
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      if (this.state.span !== undefined) this.events.onSpan(moved(span, whole, event.deltaX / this.canvas.clientWidth));
      return;
    }
    this.events.onSpan(zoomed(span, whole, Math.exp(event.deltaY * wheelSpeed), this.xOf(event), leastWidth));
  }

  private down(event: PointerEvent): void {
    if (this.state === undefined || event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.drag = { at: event.offsetX, span: visibleSpan(this.state), select: event.shiftKey };
  }

  private move(event: PointerEvent): void {
    const { drag, state } = this;
    this.events.onPointer(this.xOf(event));
    if (drag === undefined || state === undefined) return;
    if (drag.select) {
      const [left, right] = [drag.at, event.offsetX].sort((a, b) => a - b) as [number, number];
      this.selection.hidden = false;
      this.selection.style.left = `${left}px`;
      this.selection.style.width = `${right - left}px`;
      return;
    }
    const { left, right } = this.chart.area();
    if (state.span !== undefined)
      this.events.onSpan(moved(drag.span, wholeSpan(state), (drag.at - event.offsetX) / (right - left)));
  }

  private up(event: PointerEvent): void {
    const { drag } = this;
    this.drag = undefined;
    this.selection.hidden = true;
    if (drag?.select !== true || Math.abs(event.offsetX - drag.at) < 4) return;
    const [from, to] = [this.xAt(drag.at, drag.span), this.xAt(event.offsetX, drag.span)].sort((a, b) => a - b);
    this.events.onSpan({ from: from as number, to: Math.max(to as number, (from as number) + leastWidth) });
  }

  private key(event: KeyboardEvent): void {
    if (this.state === undefined) return;
    const [span, whole] = [visibleSpan(this.state), wholeSpan(this.state)];
    const middle = (span.from + span.to) / 2;
    const acts: Readonly<Record<string, () => void>> = {
      '+': () => this.events.onSpan(zoomed(span, whole, 0.5, middle, leastWidth)),
      '=': () => this.events.onSpan(zoomed(span, whole, 0.5, middle, leastWidth)),
      '-': () => this.events.onSpan(zoomed(span, whole, 2, middle, leastWidth)),
      '0': () => this.events.onSpan(undefined),
      ArrowLeft: () => this.step(event, -1),
      ArrowRight: () => this.step(event, 1),
    };
    const act = acts[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }

  /** Arrows read along the curve, with Shift they move what is in sight. */
  private step(event: KeyboardEvent, direction: 1 | -1): void {
    if (this.state === undefined) return;
    const span = visibleSpan(this.state);
    if (event.shiftKey) {
      if (this.state.span !== undefined) this.events.onSpan(moved(span, wholeSpan(this.state), direction * 0.2));
      return;
    }
    const by = Math.max((span.to - span.from) / 50, this.state.x === 'step' ? 1 : 0);
    const from = this.readAt ?? (direction > 0 ? span.from - by : span.to + by);
    this.readAt = Math.min(span.to, Math.max(span.from, from + direction * by));
    this.events.onPointer(this.readAt);
    const reading = readingFor(this.state, this.tag, span);
    this.events.announce(`${this.tag}, ${this.words(this.state, reading?.curves ?? {}, this.readAt)}`);
  }
  /** Where the arrow keys read. */
  private readAt: number | undefined;

  private xOf({ offsetX }: MouseEvent): number {
    return this.xAt(offsetX, this.state === undefined ? { from: 0, to: 1 } : visibleSpan(this.state));
  }

  private xAt(offset: number, span: Span): number {
    const { left, right } = this.chart.area();
    const share = Math.min(1, Math.max(0, (offset - left) / (right - left)));
    return span.from + share * (span.to - span.from);
  }
}

type CurvesReading = NonNullable<ReturnType<typeof readingFor>>['curves'];

export const colourOf = (theme: Theme, index: number): string =>
  theme.series[index % theme.series.length] ?? theme.foreground;

const newestOf = (state: CurvesState, run: string, tag: string): number | undefined =>
  state.runs.find(({ summary }) => summary.id === run)?.summary.values[tag];

/** The values of a point. */
function rangeWords({ low, high, nonfinite, perPoint }: CurvePoints, index: number): string {
  const [least, most] = [low[index] as number, high[index] as number];
  if (perPoint === 1) return short(least);
  const range = least === most ? short(least) : `${short(least)} … ${short(most)}`;
  const bad = nonfinite[index] as number;
  return bad > 0 ? `${range}, ${bad} not finite` : range;
}

/** Alerts and commands of the shown runs, at their place on the axis. */
function flagsOf(state: CurvesState, theme: Theme): readonly Flag[] {
  const at = ({ step, time }: { readonly step: number; readonly time?: number }): number | undefined =>
    state.x === 'step' ? step : time;
  return shownRuns(state).flatMap(({ alerts, marks }) => [
    ...alerts.flatMap((alert): Flag[] => {
      const x = at(alert);
      if (x === undefined || alert.severity === 'info') return [];
      return [{ x, word: alert.rule, colour: alert.severity === 'error' ? theme.error : theme.warning }];
    }),
    ...marks.flatMap((mark): Flag[] => {
      const x = at(mark);
      return x === undefined ? [] : [{ x, word: wordOf(mark), colour: mark.applied ? theme.info : theme.faint }];
    }),
  ]);
}

function wordOf({ command, arguments: given, applied }: CurvesState['runs'][number]['marks'][number]): string {
  const value = given['value'] === undefined ? '' : ` ${short(Number(given['value']))}`;
  if (command === 'breakpoint') return String(given['where']);
  const name = command
    .replace('set-learning-rate', 'lr')
    .replace('set-batch-size', 'batch size')
    .replace('stop-after-checkpoint', 'stop');
  return applied ? `${name}${value}` : `${name}${value} refused`;
}
