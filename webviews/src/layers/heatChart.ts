/** The heat map: layers from the first to the last, steps from left to right. */
import type { HeatMap } from '../../../protocol/src/bridge';
import { element } from '../shared/element';
import { short } from '../shared/numbers';
import type { Theme } from '../shared/theme';
import {
  axisHeight,
  cellAt,
  type HeatLayout,
  labelledColumns,
  layoutOf,
  type Scale,
  scaleOf,
  shortened,
} from './heatLayout';
import { colourAt, type Palette, paletteOf } from './palette';
import { sharpContext } from './sharpCanvas';
import type { Statistic } from './state';
import { cellWords, heatWords, valueWords } from './words';

export interface HeatEvents {
  readonly onSelect: (layer: string) => void;
  readonly onOpen: (layer: string) => void;
  readonly announce: (words: string) => void;
}

interface Cell {
  readonly row: number;
  readonly column: number;
}

const labelSize = 11;

export class HeatChart {
  readonly figure: HTMLElement;
  private readonly canvas = element('canvas', { tabindex: 0, role: 'img' });
  private readonly readout = element('span', { class: 'readout' });
  private readonly title = element('h2', {});
  private readonly ramp = element('span', { class: 'ramp', 'aria-hidden': 'true' });
  private readonly legend = { from: element('span'), to: element('span'), broken: element('span', { class: 'key' }) };
  private heat: HeatMap | undefined;
  private layout: HeatLayout | undefined;
  private statistic: Statistic | undefined;
  private selected: string | undefined;
  private theme: Theme | undefined;
  /** Under the pointer, or where the arrow keys are. */
  private at: Cell | undefined;

  constructor(private readonly events: HeatEvents) {
    const swatch = element('span', { class: 'swatch broken', 'aria-hidden': 'true' });
    this.legend.broken.append(swatch, 'NaN or infinite');
    const legend = element('span', { class: 'legend' }, [
      this.legend.from,
      this.ramp,
      this.legend.to,
      this.legend.broken,
    ]);
    this.figure = element('figure', { class: 'heat' }, [
      element('figcaption', {}, [this.title, this.readout, legend]),
      element('div', { class: 'scroll' }, [this.canvas]),
    ]);
    this.canvas.addEventListener('pointermove', (event) => this.move(event));
    this.canvas.addEventListener('pointerleave', () => this.point(undefined));
    this.canvas.addEventListener('click', (event) => this.click(event));
    this.canvas.addEventListener('dblclick', (event) => this.open(this.cell(event)?.row));
    this.canvas.addEventListener('keydown', (event) => this.key(event));
  }

  draw(heat: HeatMap, statistic: Statistic, selected: string | undefined, theme: Theme): void {
    Object.assign(this, { heat, statistic, selected, theme });
    this.title.textContent = statistic.label;
    const words = heatWords(heat, statistic);
    if (this.canvas.getAttribute('aria-label') !== words) this.canvas.setAttribute('aria-label', words);
    if (this.at !== undefined && (this.at.row >= heat.layers.length || this.at.column >= heat.steps.length))
      this.at = undefined;
    this.paint();
  }

  private paint(): void {
    const { heat, statistic, theme } = this;
    const width = this.canvas.parentElement?.clientWidth ?? 0;
    if (heat === undefined || statistic === undefined || theme === undefined || width === 0) return;
    const measure = this.canvas.getContext('2d');
    if (measure === null) return;
    measure.font = `${labelSize}px ${theme.font}`;
    const widest = heat.layers.reduce((most, name) => Math.max(most, measure.measureText(name).width), 0);
    const layout = layoutOf(heat, width, widest);
    this.layout = layout;
    const context = sharpContext(this.canvas, width, layout.height);
    if (context === undefined) return;
    context.font = `${labelSize}px ${theme.font}`;
    const [palette, scale] = [paletteOf(theme), scaleOf(heat, statistic)];
    drawCells(context, heat, layout, palette, scale);
    this.drawNames(context, heat, layout, palette);
    drawSteps(context, heat, layout, palette);
    this.drawMarks(context, heat, layout, palette);
    this.describe(heat, statistic, palette, scale);
  }

  private drawNames(context: CanvasRenderingContext2D, heat: HeatMap, layout: HeatLayout, palette: Palette): void {
    const { left, rowHeight } = layout;
    const every = Math.max(1, Math.ceil((labelSize + 3) / rowHeight));
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    heat.layers.forEach((name, row) => {
      const chosen = name === this.selected || row === this.at?.row;
      if (row % every !== 0 || (every > 1 && chosen)) return;
      context.fillStyle = chosen ? palette.text : palette.faint;
      const fits = (text: string): boolean => context.measureText(text).width <= left - 8;
      context.fillText(shortened(name, fits), left - 6, (row + 0.5) * rowHeight);
    });
  }

  private drawMarks(context: CanvasRenderingContext2D, heat: HeatMap, layout: HeatLayout, palette: Palette): void {
    const { left, rowHeight, columnWidth, width } = layout;
    context.strokeStyle = palette.outline;
    context.lineWidth = 1;
    const row = heat.layers.indexOf(this.selected ?? '');
    if (row >= 0) context.strokeRect(left - 0.5, row * rowHeight + 0.5, width - left, rowHeight - 1);
    if (this.at === undefined) return;
    context.lineWidth = 2;
    context.strokeRect(
      left + this.at.column * columnWidth,
      this.at.row * rowHeight,
      Math.max(3, columnWidth),
      rowHeight,
    );
  }

  private describe(heat: HeatMap, statistic: Statistic, { colours }: Palette, scale: Scale): void {
    const { at, legend } = this;
    this.readout.textContent = at === undefined ? '' : cellWords(heat, at.row, at.column, statistic);
    legend.from.textContent = valueWords(scale.from, statistic);
    legend.to.textContent = `${valueWords(scale.to, statistic)}${statistic.scale === 'log' ? ' (log scale)' : ''}`;
    legend.broken.hidden = !heat.nonfinite.some(Boolean);
    this.ramp.style.background = `linear-gradient(to right, ${colours.filter((_, i) => i % 7 === 0).join(', ')})`;
  }

  private cell({ offsetX, offsetY }: MouseEvent): ReturnType<typeof cellAt> {
    const { heat, layout } = this;
    return heat === undefined || layout === undefined ? undefined : cellAt(heat, layout, offsetX, offsetY);
  }

  private move(event: PointerEvent): void {
    const found = this.cell(event);
    this.canvas.style.cursor = found !== undefined && found.column === undefined ? 'pointer' : '';
    this.point(found?.column === undefined ? undefined : { row: found.row, column: found.column });
  }

  private point(at: Cell | undefined): void {
    if (at?.row === this.at?.row && at?.column === this.at?.column) return;
    this.at = at;
    this.paint();
  }

  /** A layer's name leads to its line, its cells show its details. */
  private click(event: MouseEvent): void {
    const found = this.cell(event);
    const layer = this.heat?.layers[found?.row ?? -1];
    if (found === undefined || layer === undefined) return;
    this.events.onSelect(layer);
    if (found.column === undefined) this.events.onOpen(layer);
  }

  private open(row: number | undefined): void {
    const layer = this.heat?.layers[row ?? -1];
    if (layer !== undefined) this.events.onOpen(layer);
  }

  private key(event: KeyboardEvent): void {
    const { heat, statistic } = this;
    if (heat === undefined || statistic === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.at ?? {
      row: Math.max(0, heat.layers.indexOf(this.selected ?? '')),
      column: heat.steps.length - 1,
    };
    const moves: Readonly<Record<string, Cell>> = {
      ArrowUp: { ...at, row: Math.max(0, at.row - 1) },
      ArrowDown: { ...at, row: Math.min(heat.layers.length - 1, at.row + 1) },
      ArrowLeft: { ...at, column: Math.max(0, at.column - 1) },
      ArrowRight: { ...at, column: Math.min(heat.steps.length - 1, at.column + 1) },
      Home: { ...at, column: 0 },
      End: { ...at, column: heat.steps.length - 1 },
    };
    const to = moves[event.key];
    if (event.key === 'Enter') this.open(at.row);
    if (to === undefined) return;
    event.preventDefault();
    // The first key shows where one is.
    this.at = this.at === undefined ? at : to;
    this.events.onSelect(heat.layers[this.at.row] as string);
    this.events.announce(cellWords(heat, this.at.row, this.at.column, statistic));
    this.paint();
  }
}

function drawCells(
  context: CanvasRenderingContext2D,
  { layers, steps, values, nonfinite }: HeatMap,
  { left, rowHeight, columnWidth }: HeatLayout,
  palette: Palette,
  scale: Scale,
): void {
  const gap = rowHeight >= 8 ? 1 : 0;
  for (let row = 0; row < layers.length; row++)
    for (let column = 0; column < steps.length; column++) {
      const at = row * steps.length + column;
      const share = scale.share(values[at] as number);
      if (share === undefined && nonfinite[at] !== 1) continue;
      context.fillStyle = nonfinite[at] === 1 ? palette.broken : colourAt(palette, share ?? 0);
      const x = Math.round(left + column * columnWidth);
      const right = Math.round(left + (column + 1) * columnWidth);
      context.fillRect(x, row * rowHeight, Math.max(1, right - x), rowHeight - gap);
    }
}

function drawSteps(
  context: CanvasRenderingContext2D,
  { layers, steps }: HeatMap,
  { left, rowHeight, columnWidth, width }: HeatLayout,
  palette: Palette,
): void {
  const top = layers.length * rowHeight;
  context.textBaseline = 'top';
  context.fillStyle = palette.faint;
  for (const column of labelledColumns(steps.length, columnWidth)) {
    const x = left + column * columnWidth;
    if (x > width - 40) continue;
    context.textAlign = 'left';
    context.fillRect(Math.round(x), top, 1, 5);
    context.fillText(`${column === 0 ? 'step ' : ''}${short(steps[column] as number)}`, x + 3, top + axisHeight - 16);
  }
}
