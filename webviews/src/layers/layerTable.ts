/** The layers in numbers, one a row; the same facts as the map for whoever can't see it. */
import type { Alert, LayerRow } from '../../../protocol/src/bridge';
import { element } from '../shared/element';
import { plural } from '../shared/numbers';
import { nameWords, numberWords, placeWords } from './words';

export interface TableEvents {
  readonly onSelect: (layer: string) => void;
  readonly onOpen: (layer: LayerRow) => void;
}

/** Rows past this are told of and not drawn; the field above finds them. */
const mostRows = 1000;

const heads: readonly (readonly [string, string])[] = [
  ['Layer', 'Name in the model; opens the line that makes it'],
  ['Type', 'Class of the module'],
  ['Made in', 'File and line'],
  ['Parameters', 'How many numbers it learns'],
  ['Activation', 'Mean ± standard deviation of its output, at the newest capture'],
  ['Zeros', 'Share of zeros in its output'],
  ['Dead channels', 'Channels of a ReLU that were zero for every example lately'],
  ['Gradient RMS', 'Root mean square of the gradient of its largest parameter'],
  ['Update ratio', 'Size of the last step of its largest parameter over the size of that parameter'],
  ['Alerts', 'What the diagnosis says of it'],
];
const firstNumber = 3;

interface Row {
  readonly row: HTMLTableRowElement;
  readonly open: HTMLButtonElement;
  readonly cells: readonly HTMLElement[];
  layer: LayerRow;
}

export class LayerTable {
  readonly table: HTMLElement;
  private readonly body = element('tbody');
  private readonly more = element('p', { class: 'note' });
  private readonly rows = new Map<string, Row>();
  private order: readonly string[] = [];

  constructor(private readonly events: TableEvents) {
    const titles = heads.map(([words, title], i) =>
      element('th', { scope: 'col', title, class: i >= firstNumber && i < heads.length - 1 ? 'number' : undefined }, [
        words,
      ]),
    );
    this.table = element('section', { class: 'layers', 'aria-label': 'Layers' }, [
      element('table', {}, [element('thead', {}, [element('tr', {}, titles)]), this.body]),
      this.more,
    ]);
    this.body.addEventListener('keydown', (event) => this.key(event));
  }

  update(
    layers: readonly LayerRow[],
    selected: string | undefined,
    alertsOf: (layer: string) => readonly Alert[],
  ): void {
    const shown = layers.slice(0, mostRows);
    const names = shown.map(({ name }) => name);
    for (const [name, { row }] of this.rows)
      if (!names.includes(name)) {
        row.remove();
        this.rows.delete(name);
      }
    shown.forEach((layer, index) => {
      const row = this.rows.get(layer.name) ?? this.make(layer);
      row.layer = layer;
      fill(row, alertsOf(layer.name));
      const chosen = layer.name === selected;
      row.row.classList.toggle('selected', chosen);
      if (chosen) row.open.setAttribute('aria-current', 'true');
      else row.open.removeAttribute('aria-current');
      // One stop of the Tab key for the whole table; arrows go on from there.
      row.open.tabIndex = chosen || (index === 0 && !names.includes(selected ?? '')) ? 0 : -1;
      if (this.body.children[index] !== row.row) this.body.insertBefore(row.row, this.body.children[index] ?? null);
    });
    this.order = names;
    const left = layers.length - shown.length;
    this.more.textContent = left > 0 ? `${plural(left, 'more layer')}: look for a name above.` : '';
    this.more.hidden = left === 0;
  }

  private make(layer: LayerRow): Row {
    const open = element('button', { type: 'button', class: 'link' });
    const cells = heads.map((_, i) =>
      element('td', { class: i >= firstNumber && i < heads.length - 1 ? 'number' : undefined }),
    );
    const head = element('th', { scope: 'row' }, [open]);
    const row = element('tr', {}, [head, ...cells.slice(1)]);
    const made: Row = { row, open, cells, layer };
    row.addEventListener('click', () => this.events.onSelect(layer.name));
    open.addEventListener('click', () => this.events.onOpen(made.layer));
    this.rows.set(layer.name, made);
    return made;
  }

  private key(event: KeyboardEvent): void {
    const at = this.order.findIndex((name) => this.rows.get(name)?.open === event.target);
    if (at < 0) return;
    const places: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(this.order.length - 1, at + 1),
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: this.order.length - 1,
    };
    const to = this.order[places[event.key] ?? -1];
    if (to === undefined) return;
    event.preventDefault();
    this.rows.get(to)?.open.focus();
    this.events.onSelect(to);
  }
}

function fill({ open, cells, layer }: Row, alerts: readonly Alert[]): void {
  const name = nameWords(layer);
  const place = placeWords(layer);
  setText(open, name);
  open.disabled = place === '';
  open.title = place === '' ? `${name}: where it is made is not known` : `Open ${place}`;
  const words = [
    layer.type,
    place,
    layer.parameters === 0 ? '' : layer.parameters.toLocaleString('en'),
    ...numberWords(layer),
  ];
  words.forEach((text, i) => setText(cells[i + 1], text));
  const last = cells.at(-1);
  if (last === undefined) return;
  const worst = alerts.find(({ severity }) => severity === 'error') ?? alerts[0];
  last.className = worst?.severity ?? '';
  last.title = alerts.map(({ message }) => message).join('\n');
  setText(
    last,
    worst === undefined ? '' : alerts.length > 1 ? `${worst.rule} and ${alerts.length - 1} more` : worst.rule,
  );
}

function setText(target: HTMLElement | undefined, words: string): void {
  if (target !== undefined && target.textContent !== words) target.textContent = words;
}
