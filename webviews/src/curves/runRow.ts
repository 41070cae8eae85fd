/** A run in the list above the charts: whether it is shown, how it goes, and its buttons while it runs. */
import type { ControlArguments, ControlCommand } from '../../../protocol/src/bridge';
import { element, onPress } from '../shared/element';
import { duration, plural, short } from '../shared/numbers';
import type { RunView } from './state';

export interface RowEvents {
  readonly onShow: (run: string, shown: boolean) => void;
  readonly onControl: (run: string, command: ControlCommand, given: ControlArguments) => void;
  readonly onAllowControl: () => void;
}

interface Field extends HTMLElement {
  value: string;
}
interface Check extends HTMLElement {
  checked: boolean;
}

export class RunRow {
  readonly row: HTMLElement;
  private readonly check: Check;
  private readonly swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
  private readonly status = element('span', { class: 'status' });
  private readonly pause: HTMLElement;
  private readonly controls: HTMLElement;
  private readonly locked: HTMLElement;
  private paused = false;

  constructor(
    private readonly id: string,
    private readonly events: RowEvents,
  ) {
    this.check = element('vscode-checkbox', {});
    this.check.addEventListener('change', () => events.onShow(id, this.check.checked));
    this.pause = this.button('Pause', () => this.send(this.paused ? 'resume' : 'pause'));
    this.controls = element('span', { class: 'controls', role: 'group', 'aria-label': 'Control of the training' }, [
      this.pause,
      this.button('Step', () => this.send('step', { steps: 1 })),
      this.setter('Learning rate', 'set-learning-rate', 0),
      this.setter('Batch size', 'set-batch-size', 1),
      this.button('Stop after Checkpoint', () => this.send('stop-after-checkpoint')),
    ]);
    this.locked = element('span', { class: 'controls' }, [
      this.button('Allow Control…', () => events.onAllowControl()),
    ]);
    this.row = element('li', { class: 'run' }, [this.check, this.swatch, this.status, this.controls, this.locked]);
  }

  update({ summary, shown }: RunView, colour: string): void {
    const going = summary.state === 'running' || summary.state === 'paused';
    this.paused = summary.state === 'paused';
    const name = `${summary.script.split(/[\\/]/).at(-1) ?? summary.script} ${summary.id.slice(9, 15).replace(/(..)(..)(..)/, '$1:$2:$3')}`;
    setAttribute(this.check, 'label', name);
    if (this.check.checked !== shown) this.check.checked = shown;
    this.swatch.style.backgroundColor = colour;
    const alerts = summary.alerts === 0 ? '' : ` · ${plural(summary.alerts, 'alert')}`;
    const failed = summary.error === undefined ? '' : ` · ${summary.error}`;
    const words = `${summary.state} · step ${short(summary.step)} · ${duration(summary.time)}${alerts}${failed}`;
    if (this.status.textContent !== words) this.status.textContent = words;
    if (this.pause.textContent !== (this.paused ? 'Resume' : 'Pause'))
      this.pause.textContent = this.paused ? 'Resume' : 'Pause';
    this.controls.hidden = !going || !summary.controllable;
    this.locked.hidden = !going || summary.controllable;
  }

  private send(command: ControlCommand, given: ControlArguments = {}): void {
    this.events.onControl(this.id, command, given);
  }

  private button(label: string, act: () => void): HTMLElement {
    return onPress(element('vscode-button', { secondary: true }, [label]), act);
  }

  /** A field and its button; Enter in the field presses it. */
  private setter(label: string, command: ControlCommand, least: number): HTMLElement {
    const field = element('vscode-textfield', {
      type: 'text',
      placeholder: label,
      'aria-label': label,
      label,
    }) as Field;
    const set = (): void => {
      const value = Number(field.value);
      if (field.value.trim() === '' || !(value >= least)) {
        setAttribute(field, 'invalid', '');
        return;
      }
      field.removeAttribute('invalid');
      field.value = '';
      this.send(command, { value });
    };
    field.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter') set();
    });
    const button = this.button('Set', set);
    button.setAttribute('aria-label', `Set ${label.toLowerCase()}`);
    return element('span', { class: 'setter' }, [field, button]);
  }
}

function setAttribute(target: HTMLElement, name: string, value: string): void {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}
