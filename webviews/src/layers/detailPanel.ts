/** One layer: what is said of it, its histogram over time, its dead channels. */
import type { Alert, LayerDetail, LayerRow } from '../../../protocol/src/bridge';
import { element, onPress } from '../shared/element';
import { plural, short } from '../shared/numbers';
import type { Theme } from '../shared/theme';
import { labelledColumns } from './heatLayout';
import { type Histogram, histogramOf } from './histogram';
import { colourAt, type Palette, paletteOf } from './palette';
import { sharpContext } from './sharpCanvas';
import type { Statistic } from './state';
import { brief, nameWords, percent, placeWords } from './words';

const [left, top, binHeight, axis] = [64, 5, 9, 20];

export class DetailPanel {
  readonly section = element('section', { class: 'detail' });
  private readonly name = element('h2', {});
  private readonly type = element('span', { class: 'readout' });
  private readonly open: HTMLElement;
  private readonly alerts = element('ul', { class: 'alerts' });
  private readonly caption = element('p', { class: 'note' });
  private readonly canvas = element('canvas', { role: 'img' });
  private readonly channels = element('p', {});
  private readonly map = element('canvas', { 'aria-hidden': 'true' });
  private layer: LayerRow | undefined;

  constructor(onOpen: (layer: LayerRow) => void) {
    this.open = onPress(element('vscode-button', { secondary: true }), () => {
      if (this.layer !== undefined) onOpen(this.layer);
    });
    this.section.append(
      element('header', {}, [this.name, this.type, this.open]),
      this.alerts,
      this.caption,
      element('div', {}, [this.canvas]),
      this.channels,
      element('div', {}, [this.map]),
    );
  }

  draw(
    layer: LayerRow,
    detail: LayerDetail | undefined,
    alerts: readonly Alert[],
    statistic: Statistic,
    theme: Theme,
  ): void {
    this.layer = layer;
    const place = placeWords(layer);
    this.name.textContent = nameWords(layer);
    this.type.textContent = layer.type;
    this.section.setAttribute('aria-label', `Layer ${nameWords(layer)}`);
    this.open.hidden = place === '';
    if (this.open.textContent !== `Open ${place}`) this.open.textContent = `Open ${place}`;
    this.alerts.replaceChildren(
      ...alerts.map(({ severity, message, step }) =>
        element('li', {}, [element('strong', { class: severity }, [severity]), ` step ${step} · ${message}`]),
      ),
    );
    const palette = paletteOf(theme);
    this.drawHistogram(layer, detail, statistic, palette, theme);
    this.drawChannels(layer, detail, palette);
  }

  private drawHistogram(
    { newest }: LayerRow,
    detail: LayerDetail | undefined,
    { what }: Statistic,
    palette: Palette,
    theme: Theme,
  ): void {
    const found = detail === undefined ? undefined : histogramOf(detail);
    const drawn = found !== undefined && found.bins.length > 0;
    this.canvas.hidden = !drawn;
    const subject = what === 'activation' ? 'activation' : `${what} of the largest parameter`;
    this.caption.textContent = drawn
      ? `Histogram of the ${subject} over time: each row holds numbers of twice the size of the next.`
      : newest[what] === undefined
        ? `No ${what} of this layer was captured.`
        : found === undefined
          ? `Reading the ${what}…`
          : `Every number of the ${what} was zero or not finite.`;
    if (!drawn) return;
    const width = this.canvas.parentElement?.clientWidth ?? 0;
    const context = sharpContext(this.canvas, width, top + found.bins.length * binHeight + axis);
    if (context === undefined) return;
    context.font = `11px ${theme.font}`;
    drawBins(context, found, width, palette);
    const { mean = Number.NaN, deviation = Number.NaN } = newest[what] ?? {};
    this.canvas.setAttribute(
      'aria-label',
      `Histogram of the ${subject} over ${plural(found.steps.length, 'column')} of steps; newest mean ${brief(mean)}, standard deviation ${brief(deviation)}`,
    );
  }

  private drawChannels({ dead }: LayerRow, detail: LayerDetail | undefined, palette: Palette): void {
    this.channels.hidden = this.map.hidden = dead === undefined;
    if (dead === undefined) return;
    const examples =
      detail === undefined || detail.examples === 0 ? '' : ` in the last ${short(detail.examples)} examples`;
    this.channels.textContent =
      dead.channels === 0
        ? `Each of the ${dead.of} channels fired${examples}.`
        : `${dead.channels} of ${dead.of} channels (${percent(dead.channels / dead.of)}) never fired${examples}, so no gradient passes through them.`;
    this.map.hidden = detail === undefined || detail.channelMax.length === 0;
    if (detail === undefined || this.map.hidden) return;
    const width = this.map.parentElement?.clientWidth ?? 0;
    const size = detail.channelMax.length > 512 ? 6 : 12;
    const across = Math.max(1, Math.floor(width / size));
    const context = sharpContext(this.map, width, Math.ceil(detail.channelMax.length / across) * size);
    const most = detail.channelMax.reduce((high, value) => Math.max(high, value), 0);
    detail.channelMax.forEach((value, i) => {
      if (context === undefined) return;
      context.fillStyle = value <= 0 ? palette.broken : colourAt(palette, value / most);
      context.fillRect((i % across) * size, Math.floor(i / across) * size, size - 1, size - 1);
    });
  }
}

function drawBins(context: CanvasRenderingContext2D, histogram: Histogram, width: number, palette: Palette): void {
  const { bins, shares, steps, most } = histogram;
  const columnWidth = (width - left) / Math.max(1, steps.length);
  for (let column = 0; column < steps.length; column++)
    bins.forEach((_, row) => {
      const share = shares[column * bins.length + row] as number;
      if (share === 0) return;
      const x = Math.round(left + column * columnWidth);
      context.fillStyle = colourAt(palette, share / most);
      context.fillRect(
        x,
        top + row * binHeight,
        Math.max(1, Math.round(left + (column + 1) * columnWidth) - x),
        binHeight,
      );
    });
  context.fillStyle = palette.faint;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  // Around zero, where the signs meet, labels would stand for numbers that nobody can tell apart.
  const positive = bins.filter(({ sign }) => sign > 0).length;
  if (positive > 0 && positive < bins.length) context.fillRect(left - 10, top + positive * binHeight, 8, 1);
  bins.forEach(({ sign, exponent }, row) => {
    const fromEnd = sign > 0 ? row : bins.length - 1 - row;
    if (fromEnd % 3 === 0 && Math.abs(row + 0.5 - positive) > 1)
      context.fillText(brief(Number((sign * 2 ** exponent).toPrecision(2))), left - 6, top + (row + 0.5) * binHeight);
  });
  context.textAlign = 'left';
  context.textBaseline = 'top';
  for (const column of labelledColumns(steps.length, columnWidth))
    if (left + column * columnWidth < width - 40)
      context.fillText(
        `${column === 0 ? 'step ' : ''}${short(steps[column] as number)}`,
        left + column * columnWidth,
        top + bins.length * binHeight + 5,
      );
}
