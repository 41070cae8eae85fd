/** What holds for all charts: axis, smoothing, scale, zoom. */
import { element, onPress } from '../shared/element';
import { short } from '../shared/numbers';
import { type CurvesState, type Message, visibleSpan } from './state';

interface Select extends HTMLElement {
  value: string;
}
interface Check extends HTMLElement {
  checked: boolean;
}

const halfLives = [0, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000];

export class Bar {
  readonly bar: HTMLElement;
  private readonly x: Select;
  private readonly smoothing: Select;
  private readonly log: Check;
  private readonly allRanks: Check;
  private readonly reset: HTMLElement;
  private readonly span = element('span', { class: 'readout' });

  constructor(dispatch: (message: Message) => void) {
    this.x = select('Horizontal axis', [
      ['step', 'Step'],
      ['time', 'Time'],
    ]);
    this.x.addEventListener('change', () => dispatch({ type: 'x', x: this.x.value === 'time' ? 'time' : 'step' }));
    this.smoothing = select(
      'Smoothing: steps after which a value counts half',
      halfLives.map((steps) => [String(steps), steps === 0 ? 'No smoothing' : `Half-life ${steps} steps`]),
    );
    this.smoothing.addEventListener('change', () =>
      dispatch({ type: 'smoothing', halfLife: Number(this.smoothing.value) }),
    );
    this.log = element('vscode-checkbox', { label: 'Log scale' });
    this.log.addEventListener('change', () => dispatch({ type: 'log', log: this.log.checked }));
    this.allRanks = element('vscode-checkbox', { label: 'All ranks', hidden: true });
    this.allRanks.addEventListener('change', () => dispatch({ type: 'allRanks', allRanks: this.allRanks.checked }));
    this.reset = onPress(element('vscode-button', { secondary: true }, ['Show Everything']), () =>
      dispatch({ type: 'span', span: undefined }),
    );
    this.bar = element('header', { class: 'bar', role: 'toolbar', 'aria-label': 'Charts' }, [
      this.x,
      this.smoothing,
      this.log,
      this.allRanks,
      this.reset,
      this.span,
    ]);
  }

  update(state: CurvesState): void {
    if (this.x.value !== state.x) this.x.value = state.x;
    if (Number(this.smoothing.value) !== state.smoothing) this.smoothing.value = String(state.smoothing);
    if (this.log.checked !== state.log) this.log.checked = state.log;
    this.allRanks.hidden = !state.runs.some(({ summary }) => summary.sequences.length > 1);
    this.reset.hidden = state.span === undefined;
    const { from, to } = visibleSpan(state);
    const words = state.span === undefined ? '' : `${short(from)} to ${short(to)}`;
    if (this.span.textContent !== words) this.span.textContent = words;
  }
}

function select(label: string, options: readonly (readonly [string, string])[]): Select {
  return element(
    'vscode-single-select',
    { 'aria-label': label, title: label, label },
    options.map(([value, words]) => element('vscode-option', { value }, [words])),
  );
}
