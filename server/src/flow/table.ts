/** The flow of shapes as a text to read, with the places that its parts lead to. */
import type { Place } from '../core/text/place';
import type { Amount, Flow, FlowRow } from './flow';

/** A part of a line that leads to source. */
export interface Link {
  /** 0-based. */
  readonly line: number;
  /** Columns in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  readonly place: Place;
}

export interface FlowTable {
  readonly text: string;
  readonly links: readonly Link[];
}

/** A cell; where it leads to, if anywhere. */
export interface Cell {
  readonly text: string;
  readonly place?: Place | undefined;
}

const headings = ['Layer', 'Type', 'Input', 'Output', 'Parameters', 'FLOPs'];
/** Numbers stand under each other's last digits. */
const rightAligned = [4, 5];

/** Characters of a formula that a column still shows. */
const longestFormula = 24;

/** @param lineOf `model.py:12` of a place; undefined where its text is gone */
export function flowTable(flow: Flow, lineOf: (place: Place) => string | undefined): FlowTable {
  const text = new Lines();
  text.add([
    { text: 'Shape flow of ' },
    { text: flow.name, place: flow.defined },
    { text: after(lineOf(flow.defined)) },
  ]);
  text.add([]);
  for (const { name, shape, dtype } of flow.inputs)
    text.add([{ text: `${name}: ${shape}${dtype ? ` ${dtype}` : ''}` }]);
  const conditions = / where (.*)$/.exec(flow.accepts)?.[1];
  if (conditions !== undefined) text.add([{ text: `where ${conditions}` }]);
  if (flow.output !== '') text.add([{ text: `gives ${flow.output}` }]);
  if (flow.problem === undefined) text.add([{ text: totals(flow) }]);
  if (flow.assumed.length > 0) text.add([{ text: `shown for ${flow.assumed.join(' and ')}` }]);
  for (const { message, place, id } of flow.findings)
    text.add([{ text: 'fails at ' }, { text: lineOf(place) ?? '?', place }, { text: `: ${message} [${id}]` }]);
  if (flow.problem !== undefined) text.add([{ text: `Nothing to show: ${flow.problem}.` }]);
  if (flow.problem === undefined) addRows(text, flow);
  return text.table();
}

const after = (line: string | undefined): string => (line === undefined ? '' : `  ${line}`);

const totals = ({ parameters, flops }: Flow): string =>
  `${parameterText(parameters) || '0'} parameters, ${flopText(flops) || '0'} FLOPs`;

function addRows(text: Lines, flow: Flow): void {
  text.add([]);
  if (flow.rows.length === 0) {
    text.add([{ text: 'Its forward calls no module and no matrix product that is known here.' }]);
    return;
  }
  const total: readonly Cell[] = [
    { text: 'Total' },
    { text: '' },
    { text: '' },
    { text: '' },
    { text: parameterText(flow.parameters) || '0' },
    { text: flopText(flow.flops) || '0' },
  ];
  text.addTable(headings, flow.rows.map(cellsOf), total, rightAligned);
  text.add([]);
  for (const line of notes(flow)) text.add([{ text: line }]);
}

function cellsOf(row: FlowRow): readonly Cell[] {
  const indent = '  '.repeat(row.depth);
  return [
    { text: `${indent}${row.name === '' ? row.type : row.name}`, place: row.call },
    { text: row.name === '' ? '' : row.type, place: row.built },
    { text: row.inputs.join(', ') },
    { text: row.output },
    { text: parameterText(row.parameters) },
    { text: flopText(row.flops) },
  ];
}

function padded({ text, place }: Cell, width: number, right: boolean): readonly Cell[] {
  const space = { text: ' '.repeat(width - text.length) };
  const gap = [{ text: '  ' }];
  if (right) return [space, { text, place }, ...gap];
  const words = text.trimStart();
  return [{ text: text.slice(0, text.length - words.length) }, { text: words, place }, space, ...gap];
}

function notes(flow: Flow): readonly string[] {
  const open = [flow.parameters, flow.flops, ...flow.rows.flatMap((row) => [row.parameters, row.flops])];
  const lines = [
    'Parameters of a module include those of its parts. FLOPs: two for each multiply-add of matrix products and convolutions.',
  ];
  if (open.some((amount) => amount.open)) lines.push('≥: a part is not known, so there may be more.');
  if (open.some((amount) => amount.number === undefined && amount.text.length > longestFormula))
    lines.push('…: a long formula; choose sizes to see a number.');
  return lines;
}

/** `11,689,512`; nothing for none. */
function parameterText(amount: Amount): string {
  const least = amount.open ? '≥ ' : '';
  if (amount.number === undefined) return least + formula(amount.text);
  if (amount.number === 0) return amount.open ? '?' : '';
  return least + grouped(amount.number);
}

/** `3.64 G`; nothing for none. */
function flopText(amount: Amount): string {
  const least = amount.open ? '≥ ' : '';
  if (amount.number === undefined) return least + formula(amount.text);
  if (amount.number === 0) return amount.open ? '?' : '';
  return least + scaled(amount.number);
}

const formula = (text: string): string => (text.length <= longestFormula ? text : '…');

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

const units = ['', ' K', ' M', ' G', ' T', ' P'];

/** Three digits with a unit. */
function scaled(value: number): string {
  let [left, unit] = [value, 0];
  while (left >= 999.5 && unit < units.length - 1) {
    left /= 1000;
    unit += 1;
  }
  return unit === 0 ? String(value) : `${left.toPrecision(3)}${units[unit] ?? ''}`;
}

/** A text that is written line by line. */
export class Lines {
  private readonly lines: string[] = [];
  private readonly links: Link[] = [];

  add(cells: readonly Cell[]): void {
    let line = '';
    for (const { text, place } of cells) {
      if (place !== undefined && text !== '')
        this.links.push({ line: this.lines.length, start: line.length, end: line.length + text.length, place });
      line += text;
    }
    this.lines.push(line.trimEnd());
  }

  /** Rows under headings, each column as wide as its widest cell. */
  addTable(
    headings: readonly string[],
    rows: readonly (readonly Cell[])[],
    last?: readonly Cell[],
    right: readonly number[] = [],
  ): void {
    const heading = headings.map((text) => ({ text }));
    const all = [heading, ...rows, ...(last ? [last] : [])];
    const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.text.length ?? 0)));
    const rule = widths.map((width) => ({ text: '-'.repeat(width) }));
    for (const row of [heading, rule, ...rows, ...(last ? [rule, last] : [])])
      this.add(row.flatMap((cell, column) => padded(cell, widths[column] ?? 0, right.includes(column))));
  }

  table(): FlowTable {
    return { text: `${this.lines.join('\n')}\n`, links: this.links };
  }
}
