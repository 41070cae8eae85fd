/** The shown runs' alerts, worst first; each opens its line. */
import { element, onPress } from '../shared/element';
import type { RunView } from './state';

const worst = { error: 0, warning: 1, info: 2 } as const;

export class AlertList {
  readonly list = element('ul', { class: 'alerts', 'aria-label': 'Alerts' });
  private drawn: readonly unknown[] = [];

  constructor(private readonly open: (file: string, line: number, lineText: string | undefined) => void) {}

  update(runs: readonly RunView[]): void {
    const alerts = runs.flatMap((run) => run.alerts);
    if (alerts.length === this.drawn.length && alerts.every((alert, i) => alert === this.drawn[i])) return;
    this.drawn = alerts;
    const sorted = [...alerts].sort((a, b) => worst[a.severity] - worst[b.severity] || a.step - b.step);
    this.list.replaceChildren(
      ...sorted.map(({ severity, step, rule, message, file, line, lineText }) => {
        const parts: (Node | string)[] = [
          element('strong', { class: severity }, [severity]),
          ` step ${step} · ${message} `,
          element('code', {}, [rule]),
        ];
        if (file !== null && line !== null) {
          const name = `${file.split(/[\\/]/).at(-1) ?? file}:${line}`;
          const button = element('vscode-button', { secondary: true, 'aria-label': `Open ${name}` }, [name]);
          parts.push(
            ' ',
            onPress(button, () => this.open(file, line, lineText)),
          );
        }
        return element('li', {}, parts);
      }),
    );
  }
}
