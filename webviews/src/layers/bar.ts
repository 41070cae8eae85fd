/** Which run, which statistic, which layers. */
import { element } from '../shared/element';
import { type LayersState, type Message, shownRun, type StatisticId, statistics } from './state';
import { runName, runWords } from './words';

interface Field extends HTMLElement {
  value: string;
}

export class Bar {
  readonly bar: HTMLElement;
  private readonly run: Field;
  private readonly statistic: Field;
  private readonly filter: Field;
  private readonly status = element('span', { class: 'readout' });
  private listed = '';

  constructor(dispatch: (message: Message) => void) {
    this.run = select('Run');
    this.run.addEventListener('change', () => dispatch({ type: 'choose', run: this.run.value }));
    this.statistic = select('Statistic of the heat map');
    this.statistic.append(...statistics.map(({ id, label }) => element('vscode-option', { value: id }, [label])));
    this.statistic.addEventListener('change', () =>
      dispatch({ type: 'statistic', statistic: this.statistic.value as StatisticId }),
    );
    this.filter = element('vscode-textfield', {
      type: 'text',
      placeholder: 'Look for a layer',
      label: 'Look for a layer by name or type',
      'aria-label': 'Look for a layer by name or type',
    });
    this.filter.addEventListener('input', () => dispatch({ type: 'filter', filter: this.filter.value }));
    this.bar = element('header', { class: 'bar', role: 'toolbar', 'aria-label': 'Layers' }, [
      this.run,
      this.statistic,
      this.filter,
      this.status,
    ]);
  }

  update(state: LayersState): void {
    const run = shownRun(state);
    this.bar.hidden = run === undefined;
    if (run === undefined) return;
    const listed = state.runs.map(({ id }) => id).join(' ');
    if (listed !== this.listed) {
      this.listed = listed;
      this.run.replaceChildren(...state.runs.map((one) => element('vscode-option', { value: one.id }, [runName(one)])));
    }
    for (const [field, value] of [
      [this.run, run.id],
      [this.statistic, state.statistic],
      [this.filter, state.filter],
    ] as const)
      if (field.value !== value) field.value = value;
    const words = runWords(run);
    if (this.status.textContent !== words) this.status.textContent = words;
  }
}

const select = (label: string): Field => element('vscode-single-select', { label, title: label, 'aria-label': label });
