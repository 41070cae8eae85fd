/** Colours for people at a terminal. */
import type { Io, Output } from './io';

export interface Colours {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly information: (text: string) => string;
  readonly hint: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
}

/** NO_COLOR and FORCE_COLOR decide where set; otherwise a terminal has colours. */
export function coloursFor(output: Output, variables: Io['variables']): Colours {
  return wanted(output, variables) ? coloured : plain;
}

function wanted(output: Output, variables: Io['variables']): boolean {
  if (variables['NO_COLOR']) return false;
  const forced = variables['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return output.isTerminal && variables['TERM'] !== 'dumb';
}

const paint =
  (...codes: number[]) =>
  (text: string): string =>
    `\u001b[${codes.join(';')}m${text}\u001b[0m`;
const same = (text: string): string => text;

const coloured: Colours = {
  error: paint(1, 31),
  warning: paint(1, 33),
  information: paint(1, 34),
  hint: paint(1, 36),
  strong: paint(1),
  faint: paint(2),
  good: paint(32),
};
const plain: Colours = {
  error: same,
  warning: same,
  information: same,
  hint: same,
  strong: same,
  faint: same,
  good: same,
};
