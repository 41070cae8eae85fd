/** Draws the state and turns what the user does into messages; decides nothing. */
import type { CanaryVerb, FromCanary, ToCanary } from '../../../protocol/src/canary';
import type { DeployRecord, GateVerdict } from '../../../protocol/src/deploy';
import { element, onPress } from '../shared/element';
import { Host } from '../shared/host';
import { short } from '../shared/numbers';
import { intervalDrawing } from './interval';
import {
  byWeight,
  type CanaryState,
  type Message,
  newestFirst,
  reduce,
  type Shown,
  shown,
  stages,
  start,
  verbsFor,
  verdictOf,
} from './state';
import { countWords, emptyWords, intervalWords, stateWords, titleOf, verbWords } from './words';

/** Lines of the log that are drawn; the audit log has them all. */
const drawnRecords = 200;

interface Field extends HTMLElement {
  value: string;
}

export class CanaryView {
  private state: CanaryState;
  private readonly host: Host<FromCanary, ToCanary>;
  private readonly choice: Field = element('vscode-single-select', {
    label: 'Deployment',
    'aria-label': 'Deployment',
  });
  private readonly empty = element('p', { class: 'empty', role: 'status' }, [emptyWords]);
  private readonly bar = element('header', { class: 'bar' }, [this.choice]);
  private readonly head = element('section', { class: 'head' });
  private readonly buttons = element('div', { class: 'buttons', role: 'toolbar', 'aria-label': 'Commands' });
  private readonly arms = element('section', { class: 'arms', 'aria-label': 'Versions' });
  private readonly gates = element('section', { class: 'gates' });
  private readonly events = element('section', { class: 'events' });
  /** What is read out when it changes. */
  private readonly said = element('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  private readonly answer = element('p', { class: 'answer', role: 'alert' });
  private drawn = '';
  private buttonsDrawn = '';

  constructor(body: HTMLElement) {
    this.host = new Host((message) => this.dispatch(message));
    const kept = this.host.kept() as { readonly chosen?: string } | undefined;
    this.state = { ...start, chosen: kept?.chosen };
    this.choice.addEventListener('change', () => this.dispatch({ kind: 'choose', deployment: this.choice.value }));
    body.append(
      this.bar,
      this.empty,
      this.head,
      this.buttons,
      this.answer,
      this.arms,
      this.gates,
      this.events,
      this.said,
    );
    this.host.post({ kind: 'ready' });
    this.draw();
  }

  private dispatch(message: Message): void {
    this.state = reduce(this.state, message);
    this.host.keep({ chosen: this.state.chosen });
    this.draw();
  }

  private draw(): void {
    const now = shown(this.state);
    this.empty.hidden = now !== undefined;
    for (const part of [this.bar, this.head, this.buttons, this.arms, this.gates, this.events]) part.hidden = !now;
    this.answer.hidden = this.state.said === undefined;
    this.answer.textContent = this.state.said?.words ?? '';
    this.answer.classList.toggle('failed', this.state.said?.ok === false);
    if (now === undefined) return;
    this.drawChoice(now);
    // Records only ever come; the number of them says whether anything is new.
    const drawn = `${now.id} ${now.records.length}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.head.replaceChildren(...head(now));
    this.drawButtons(now);
    this.arms.replaceChildren(...armCards(now));
    this.gates.replaceChildren(...gateRows(now.gates));
    this.events.replaceChildren(...eventRows(now.records));
    if (this.said.textContent !== now.last.reason) this.said.textContent = now.last.reason;
  }

  private drawChoice({ id }: Shown): void {
    const options = newestFirst(this.state.logs).flatMap(({ id: value, records }) =>
      records[0]?.header === undefined ? [] : [{ value, words: choiceWords(records[0], records[0].header) }],
    );
    const listed = options.map(({ value }) => value).join(' ');
    if (this.choice.dataset['listed'] !== listed) {
      this.choice.dataset['listed'] = listed;
      this.choice.replaceChildren(...options.map(({ value, words }) => element('vscode-option', { value }, [words])));
    }
    if (this.choice.value !== id) this.choice.value = id;
  }

  /** Made anew only where other verbs mean something: a button must not vanish under a finger. */
  private drawButtons(now: Shown): void {
    const verbs = verbsFor(now);
    const drawn = `${now.id} ${verbs.join(' ')}`;
    if (drawn === this.buttonsDrawn) return;
    this.buttonsDrawn = drawn;
    this.buttons.replaceChildren(
      ...verbs.map((verb) => this.verbButton(now.id, verb)),
      this.button('Explain Verdict', 'In plain words: what was seen, and what would change the verdict', () =>
        this.host.post({ kind: 'explain', deployment: now.id }),
      ),
      this.button('Export Audit Log', 'Every record, with the chain that shows tampering', () =>
        this.host.post({ kind: 'export', deployment: now.id }),
      ),
    );
  }

  private verbButton(deployment: string, verb: CanaryVerb): HTMLElement {
    const { label, hint } = verbWords[verb];
    const button = this.button(label, hint, () => this.host.post({ kind: 'verb', deployment, verb }));
    if (verb !== 'abort') return button;
    button.classList.add('abort');
    return button;
  }

  private button(label: string, title: string, act: () => void): HTMLElement {
    return onPress(element('vscode-button', { secondary: true, title }, [label]), act);
  }
}

const timeOf = ({ ts }: DeployRecord): string => new Date(ts).toLocaleTimeString();

const choiceWords = (first: DeployRecord, header: Shown['header']): string =>
  `${titleOf(header)} · ${new Date(first.ts).toLocaleString()}`;

function head(now: Shown): readonly HTMLElement[] {
  const { state } = now;
  return [
    element('h1', {}, [titleOf(now.header), element('span', { class: `badge ${state}` }, [stateWords[state]])]),
    element('p', { class: 'verdict' }, [verdictOf(now)]),
    element(
      'ol',
      { class: 'stages', 'aria-label': 'Stages' },
      stages(now).map(({ label, now: isNow, done }) =>
        element('li', { class: isNow ? 'now' : done ? 'done' : '', 'aria-current': isNow ? 'step' : undefined }, [
          label,
        ]),
      ),
    ),
  ];
}

/** Who answers, and how many answers were judged. */
function armCards({ header, last, gates }: Shown): readonly HTMLElement[] {
  const { weightPercent, shadowPercent } = last.position;
  const judged = gates.find(({ gate }) => gate === 'errors') ?? gates[0];
  const card = (name: string, version: string, share: string, seen: number | undefined): HTMLElement =>
    element('div', { class: `arm ${name}` }, [
      element('h2', {}, [`${name} · version ${version}`]),
      element('p', { class: 'share' }, [share]),
      element('p', { class: 'note' }, [seen === undefined ? 'nothing judged yet' : `${short(seen)} answers judged`]),
    ]);
  const copies = shadowPercent > 0 && weightPercent === 0;
  return [
    ...(header.baseline === undefined
      ? []
      : [card('baseline', header.baseline, `${100 - weightPercent} % of units`, judged?.nBaseline)]),
    card(
      'candidate',
      header.candidate,
      copies ? `copies of ${shadowPercent} % of requests` : `${weightPercent} % of units`,
      judged?.nCandidate,
    ),
  ];
}

function gateRows(gates: readonly GateVerdict[]): readonly HTMLElement[] {
  if (gates.length === 0) return [element('p', { class: 'note' }, ['No gate has been judged yet.'])];
  return [
    element('h2', {}, ['Gates']),
    ...byWeight(gates).map((verdict) => {
      const drawing = intervalDrawing(verdict, intervalWords(verdict));
      return element('div', { class: 'gate' }, [
        element('div', { class: 'name' }, [
          verdict.gate,
          element('span', { class: `badge ${verdict.decision}` }, [verdict.decision]),
          ...(verdict.dryRun ? [element('span', { class: 'badge' }, ['dry run'])] : []),
        ]),
        element('div', { class: 'drawing' }, drawing === undefined ? [] : [drawing]),
        element('div', { class: 'note' }, [countWords(verdict)]),
        element('p', { class: 'sentence' }, [verdict.sentence]),
      ]);
    }),
  ];
}

/** Newest first: what has just happened is read first. */
function eventRows(records: readonly DeployRecord[]): readonly HTMLElement[] {
  const changes = records.filter(({ reason }, index) => reason !== '' && reason !== records[index - 1]?.reason);
  return [
    element('h2', {}, ['Events']),
    element(
      'ol',
      { class: 'log', reversed: true },
      changes
        .slice(-drawnRecords)
        .reverse()
        .map((record) =>
          element('li', {}, [
            element('time', {}, [timeOf(record)]),
            element('span', { class: 'actor' }, [record.actor]),
            element('span', {}, [record.reason]),
          ]),
        ),
    ),
  ];
}
