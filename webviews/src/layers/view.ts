/** Draws the state and turns what the user does into messages; decides nothing. */
import { bridgeRequests, type LayerRow } from '../../../protocol/src/bridge';
import type { ToView } from '../../../protocol/src/views';
import { Channel } from '../shared/channel';
import { element } from '../shared/element';
import { onThemeChange, readTheme, type Theme } from '../shared/theme';
import { Bar } from './bar';
import { DetailPanel } from './detailPanel';
import { HeatChart } from './heatChart';
import { LayerTable } from './layerTable';
import {
  alertsOf,
  type LayersState,
  type Message,
  type Question,
  type Readings,
  reduce,
  selectedLayer,
  shownDetail,
  shownHeat,
  shownLayers,
  start,
  statisticOf,
  statistics,
  wanted,
} from './state';
import { heatNote, note } from './words';

/** Between two questions of a kind while a run goes on: numbers that change faster can't be read. */
const askMs = 500;
const againMs = 1000;

type Kept = Partial<Pick<LayersState, 'chosen' | 'statistic' | 'filter' | 'selected'>>;

export class LayersView {
  private state: LayersState;
  private theme: Theme = readTheme();
  private readonly channel: Channel;
  private readonly asking = new Set<string>();
  private readonly askedAt = new Map<string, number>();
  private scheduled = false;
  private readonly bar: Bar;
  private readonly heat: HeatChart;
  private readonly table: LayerTable;
  private readonly detail: DetailPanel;
  private readonly busy = element('vscode-progress-ring', { 'aria-hidden': 'true' });
  private readonly words = element('p', {});
  private readonly empty = element('div', { class: 'empty', role: 'status' }, [this.busy, this.words]);
  private readonly heatEmpty = element('p', { class: 'note heat' });
  private readonly charts: HTMLElement;
  private readonly said = element('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });

  constructor(body: HTMLElement) {
    this.channel = new Channel((message) => this.take(message));
    this.state = { ...start, ...known(this.channel.kept() ?? {}) };
    this.bar = new Bar((message) => this.dispatch(message));
    this.heat = new HeatChart({
      onSelect: (layer) => this.dispatch({ type: 'select', layer }),
      onOpen: (layer) => this.open(shownLayers(this.state).find(({ name }) => name === layer)),
      announce: (words) => (this.said.textContent = words),
    });
    this.table = new LayerTable({
      onSelect: (layer) => this.dispatch({ type: 'select', layer }),
      onOpen: (layer) => this.open(layer),
    });
    this.detail = new DetailPanel((layer) => this.open(layer));
    this.charts = element('main', { class: 'charts' }, [this.heat.figure, this.heatEmpty, this.detail.section]);
    body.append(this.bar.bar, this.empty, this.charts, this.table.table, this.said);
    onThemeChange(() => {
      this.theme = readTheme();
      this.schedule();
    });
    window.addEventListener('resize', () => this.schedule());
    this.channel.post({ kind: 'ready' });
    this.schedule();
  }

  private take(message: ToView): void {
    if (message.kind === 'runs') this.dispatch({ type: 'runs', ...message.changed });
    else if (message.kind === 'bridge') this.dispatch({ type: 'bridge', connected: message.connected });
    else if (message.kind === 'show') this.dispatch({ type: 'choose', run: message.run, layer: message.layer });
  }

  private dispatch(message: Message): void {
    this.state = reduce(this.state, message);
    if (message.type !== 'runs' && message.type !== 'read') {
      const { chosen, statistic, filter, selected } = this.state;
      this.channel.keep({ chosen, statistic, filter, selected } satisfies Kept);
    }
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.frame();
    });
  }

  private frame(): void {
    const { state } = this;
    this.bar.update(state);
    const instead = note(state);
    this.empty.hidden = instead === undefined;
    this.charts.hidden = this.table.table.hidden = instead !== undefined;
    if (instead !== undefined) {
      if (this.words.textContent !== instead.words) this.words.textContent = instead.words;
      this.busy.hidden = !instead.busy;
    } else this.drawLayers();
    for (const question of wanted(state)) this.ask(question);
  }

  private drawLayers(): void {
    const { state, theme } = this;
    const selected = selectedLayer(state);
    const [statistic, heat, instead] = [statisticOf(state), shownHeat(state), heatNote(state)];
    this.heatEmpty.hidden = instead === undefined;
    this.heatEmpty.textContent = instead ?? '';
    this.heat.figure.hidden = instead !== undefined;
    if (heat !== undefined && instead === undefined) this.heat.draw(heat, statistic, selected?.name, theme);
    this.table.update(shownLayers(state), selected?.name, (layer) => alertsOf(state, layer));
    if (selected !== undefined)
      this.detail.draw(selected, shownDetail(state), alertsOf(state, selected.name), statistic, theme);
  }

  private open(layer: LayerRow | undefined): void {
    if (layer === undefined || layer.file === null || layer.line === null) return;
    const { file, line, lineText } = layer;
    this.channel.post({ kind: 'open', file, line, ...(lineText === undefined ? {} : { lineText }) });
  }

  /** One question of a kind at a time, and not too often. */
  private ask(question: Question): void {
    const { kind } = question;
    if (this.asking.has(kind)) return;
    // What the user has just chosen is read at once; what goes on by itself can wait.
    const key = JSON.stringify({ ...question, sequence: 0 });
    const wait = (this.askedAt.get(key) ?? Number.NEGATIVE_INFINITY) + askMs - performance.now();
    if (wait > 0) {
      setTimeout(() => this.schedule(), wait);
      return;
    }
    this.asking.add(kind);
    this.askedAt.set(key, performance.now());
    this.answer(question).then(
      (message) => {
        this.asking.delete(kind);
        this.dispatch(message);
      },
      () =>
        // The bridge is away or the run is gone: asked again after a while.
        setTimeout(() => {
          this.asking.delete(kind);
          this.schedule();
        }, againMs),
    );
  }

  private async answer(question: Question): Promise<Message> {
    const { channel } = this;
    const { run } = question;
    const read = (readings: Readings): Message => ({ type: 'read', run, readings });
    switch (question.kind) {
      case 'load':
        return { type: 'runs', runs: [await channel.ask(bridgeRequests.load, { run })], gone: [] };
      case 'alerts':
        return read({ alerts: await channel.ask(bridgeRequests.alerts, { run }) });
      case 'layers': {
        const value = await channel.ask(bridgeRequests.layers, { run });
        return read({ layers: { sequence: question.sequence, value } });
      }
      case 'heat': {
        const { sequence, statistic } = question;
        const { what, measure } = statisticOf({ ...this.state, statistic });
        const value = await channel.ask(bridgeRequests.heat, { run, what, measure });
        return read({ heat: { sequence, statistic, value } });
      }
      case 'detail': {
        const { sequence, layer, what } = question;
        const value = await channel.ask(bridgeRequests.layer, { run, layer, what }).catch(() => null);
        return read({ detail: { sequence, layer, what, value } });
      }
      default:
        return question satisfies never;
    }
  }
}

/** What was kept by another version may name what is no more. */
const known = (kept: Kept): Kept =>
  statistics.some(({ id }) => id === kept.statistic) ? kept : { ...kept, statistic: start.statistic };
