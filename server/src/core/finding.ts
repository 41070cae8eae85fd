/** What every check of the static server produces: plain data in editor terms. */
import type { Place } from './text/place';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** Another place that explains a finding. */
export interface Related {
  readonly place: Place;
  readonly message: string;
}

/** A replacement of the text at a place; an empty range inserts. */
export interface Edit {
  readonly place: Place;
  readonly newText: string;
}

/** An order to the editor: what would change and how the menu names it. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
}

export interface Finding {
  /** Names the flagged thing, kebab-case; never changes meaning. */
  readonly id: string;
  readonly severity: Severity;
  /** The runtime raises it: a run that gets past the place did without it. */
  readonly raises?: true;
  /** The runtime's sentence with the sizes filled in. */
  readonly message: string;
  readonly place: Place;
  readonly related: readonly Related[];
  readonly fixes: readonly Fix[];
}
