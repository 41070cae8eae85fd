/** Draws the state and turns what the user does into messages; decides nothing. */
import { bridgeRequests } from '../../../protocol/src/bridge';
import type { SeriesKey } from '../../../protocol/src/curves';
import type { ToView } from '../../../protocol/src/views';
import { Channel } from '../shared/channel';
import { element } from '../shared/element';
import { plural, short } from '../shared/numbers';
import { onThemeChange, readTheme, type Theme } from '../shared/theme';
import { AlertList } from './alertList';
import { ChartPanel, colourOf } from './chartPanel';
import { Bar } from './bar';
import { RunRow } from './runRow';
import {
  curveId,
  curvesOf,
  type CurvesState,
  type Message,
  reduce,
  shownRuns,
  start,
  stepsNow,
  tags,
  wanted,
} from './state';

/** Between two questions for the same chart while a run goes on. */
const askMs = 50;
const describeMs = 2000;

type Kept = Partial<Pick<CurvesState, 'x' | 'log' | 'smoothing' | 'allRanks' | 'span'>>;

export class CurvesView {
  private state: CurvesState = start;
  private theme: Theme = readTheme();
  private pointer: number | undefined;
  private readonly channel: Channel;
  private readonly panels = new Map<string, ChartPanel>();
  private readonly rows = new Map<string, RunRow>();
  private readonly asking = new Set<string>();
  private readonly askedAt = new Map<string, number>();
  private scheduled = false;
  private describeAt = 0;
  private describing: ReturnType<typeof setTimeout> | undefined;
  private readonly bar: Bar;
  private readonly alerts: AlertList;
  private readonly runs = element('ul', { class: 'runs', 'aria-label': 'Runs' });
  private readonly charts = element('main', { class: 'charts' });
  private readonly said = element('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  private readonly note = element('p', { class: 'note' });
  private readonly observer = new IntersectionObserver((entries) => this.seen(entries), { rootMargin: '100px' });

  constructor(body: HTMLElement) {
    this.channel = new Channel((message) => this.take(message));
    const kept = (this.channel.kept() ?? {}) as Kept;
    this.state = { ...start, ...kept };
    this.bar = new Bar((message) => this.dispatch(message));
    this.alerts = new AlertList((file, line, lineText) => this.channel.post({ kind: 'open', file, line, lineText }));
    body.append(this.bar.bar, this.runs, this.alerts.list, this.note, this.charts, this.said);
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
    else if (message.kind === 'show') this.dispatch({ type: 'show', run: message.run, shown: true });
  }

  private dispatch(message: Message): void {
    this.state = reduce(this.state, message);
    if (message.type !== 'runs' && message.type !== 'points') {
      const { x, log, smoothing, allRanks, span } = this.state;
      this.channel.keep({ x, log, smoothing, allRanks, span } satisfies Kept);
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
    const names = tags(this.state);
    this.bar.update(this.state);
    this.alerts.update(shownRuns(this.state));
    this.updateRows();
    this.updatePanels(names);
    const words = noteOf(this.state, names);
    if (this.note.textContent !== words) this.note.textContent = words;
    for (const panel of this.panels.values()) if (panel.visible) panel.draw(this.state, this.theme, this.pointer);
    this.describe();
    this.askPoints();
    this.askFacts();
  }

  private updateRows(): void {
    for (const [index, run] of this.state.runs.entries()) {
      const { id } = run.summary;
      let row = this.rows.get(id);
      if (row === undefined) {
        row = new RunRow(id, {
          onShow: (which, shown) => this.dispatch({ type: 'show', run: which, shown }),
          onAllowControl: () => this.channel.post({ kind: 'allowControl' }),
          onControl: (which, command, given) =>
            void this.attempt(this.channel.ask(bridgeRequests.control, { run: which, command, arguments: given })),
        });
        this.rows.set(id, row);
      }
      row.update(run, colourOf(this.theme, run.colour));
      if (this.runs.children[index] !== row.row) this.runs.insertBefore(row.row, this.runs.children[index] ?? null);
    }
    for (const [id, { row }] of this.rows)
      if (!this.state.runs.some(({ summary }) => summary.id === id)) {
        row.remove();
        this.rows.delete(id);
      }
  }

  private updatePanels(names: readonly string[]): void {
    for (const [index, tag] of names.entries()) {
      let panel = this.panels.get(tag);
      if (panel === undefined) {
        panel = new ChartPanel(tag, {
          onSpan: (span) => this.dispatch({ type: 'span', span }),
          onPointer: (x) => {
            this.pointer = x;
            this.schedule();
          },
          onExport: (which, format) => this.save(which, format),
          announce: (words) => (this.said.textContent = words),
        });
        this.panels.set(tag, panel);
        this.observer.observe(panel.figure);
      }
      if (this.charts.children[index] !== panel.figure)
        this.charts.insertBefore(panel.figure, this.charts.children[index] ?? null);
    }
    for (const [tag, panel] of this.panels)
      if (!names.includes(tag)) {
        panel.dispose();
        this.panels.delete(tag);
      }
  }

  private seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries)
      for (const panel of this.panels.values()) if (panel.figure === target) panel.visible = isIntersecting;
    this.schedule();
  }

  /** One question for all charts that want the same window. */
  private askPoints(): void {
    const now = performance.now();
    const groups = new Map<string, { want: NonNullable<ReturnType<typeof wanted>>; tags: string[] }>();
    for (const [tag, panel] of this.panels) {
      if (!panel.visible || this.asking.has(tag)) continue;
      const want = wanted(this.state, tag, panel.pixels);
      if (want === undefined) continue;
      if (now - (this.askedAt.get(tag) ?? 0) < askMs) {
        setTimeout(() => this.schedule(), askMs);
        continue;
      }
      const key = JSON.stringify(want);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { want, tags: [tag] });
      else group.tags.push(tag);
    }
    for (const { want, tags: names } of groups.values()) void this.askGroup(want, names, now);
  }

  private async askGroup(
    { which, window: wantedWindow }: NonNullable<ReturnType<typeof wanted>>,
    names: readonly string[],
    now: number,
  ): Promise<void> {
    const curves = names.flatMap((tag) => curvesOf(this.state, tag));
    const steps = stepsNow(this.state);
    for (const tag of names) {
      this.asking.add(tag);
      this.askedAt.set(tag, now);
    }
    try {
      const series: SeriesKey[] = curves.map(({ run, rank, tag }) => ({ run, rank, tag }));
      const points = await this.channel.ask(bridgeRequests.readCurves, { series, window: wantedWindow });
      for (const tag of names) {
        const own = curves.flatMap((curve, i) => (curve.tag === tag ? [[curveId(curve), points[i]] as const] : []));
        const reading = { window: wantedWindow, steps, curves: Object.fromEntries(own) as never };
        this.dispatch({ type: 'points', tag, which, reading });
      }
    } catch {
      // The bridge is away or the run is gone: the next change asks again.
      setTimeout(() => this.schedule(), 500);
    } finally {
      for (const tag of names) this.asking.delete(tag);
    }
  }

  /** Alerts and commands that a run's summary counts and the state lacks; old runs that are to be read in. */
  private askFacts(): void {
    for (const { summary, alerts, marks } of shownRuns(this.state)) {
      const { id: run } = summary;
      if (summary.alerts !== alerts.length)
        this.once(`alerts ${run}`, async () =>
          this.dispatch({ type: 'alerts', run, alerts: await this.channel.ask(bridgeRequests.alerts, { run }) }),
        );
      if (summary.marks !== marks.length)
        this.once(`marks ${run}`, async () =>
          this.dispatch({ type: 'marks', run, marks: await this.channel.ask(bridgeRequests.marks, { run }) }),
        );
      if (!summary.loaded)
        this.once(`load ${run}`, async () =>
          this.dispatch({ type: 'runs', runs: [await this.channel.ask(bridgeRequests.load, { run })], gone: [] }),
        );
    }
  }

  /** Not again while the answer is on its way, nor at once after a failure. */
  private once(key: string, ask: () => Promise<void>): void {
    if (this.asking.has(key)) return;
    this.asking.add(key);
    ask().then(
      () => this.asking.delete(key),
      () => setTimeout(() => this.asking.delete(key), 1000),
    );
  }

  private async attempt(asked: Promise<unknown>): Promise<void> {
    try {
      await asked;
    } catch (error) {
      this.said.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  private save(tag: string, format: 'png' | 'svg' | 'csv'): void {
    const panel = this.panels.get(tag);
    const name = tag.replace(/[^\w.-]+/g, '-');
    if (format === 'csv') {
      const series = curvesOf(this.state, tag).map(({ run, rank }) => ({ run, rank, tag }));
      this.channel.post({ kind: 'saveValues', name, series });
      return;
    }
    const content = format === 'png' ? panel?.png() : panel?.svg();
    if (content !== undefined) this.channel.post({ kind: 'save', name, format, content });
  }

  /** A sentence for each chart, anew now and then: a screen reader is not to be talked over. */
  private describe(): void {
    const now = performance.now();
    if (now < this.describeAt) {
      this.describing ??= setTimeout(() => {
        this.describing = undefined;
        this.schedule();
      }, this.describeAt - now);
      return;
    }
    this.describeAt = now + describeMs;
    for (const [tag, panel] of this.panels) {
      const values = shownRuns(this.state).flatMap(({ summary }) => {
        const value = summary.values[tag];
        return value === undefined ? [] : [`${short(value)} at step ${short(summary.step)}`];
      });
      panel.describe(`Curve of ${tag}, ${plural(values.length, 'run')}: now ${values.join('; ')}`);
    }
  }
}

function noteOf(state: CurvesState, names: readonly string[]): string {
  if (!state.connected)
    return 'The bridge that reads the runs is being started again; nothing that was written is lost.';
  if (state.runs.length === 0)
    return 'No run yet. Start one with “Run and Watch Training” on a Python file, or with `tensorwright run train.py` in a terminal.';
  if (names.length > 0) return '';
  return shownRuns(state).length === 0
    ? 'No run is shown. Tick one above.'
    : 'Nothing to draw yet: the run has finished no optimizer step.';
}
