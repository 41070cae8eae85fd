/** Rules over the records of a run, live or replayed: the same records in the same order give the same findings. */
import type { CodePlace, JournalRecord } from '../../../protocol/src/journal';
import type { Alert, AlertSeverity, AnyRule, Need, Suggestion, Thresholds } from './rule';
import { Run } from './run';

export interface Diagnosis {
  readonly rule: string;
  readonly severity: AlertSeverity;
  readonly step: number;
  readonly layer: string | null;
  readonly place: CodePlace | undefined;
  readonly message: string;
  readonly suggestions: readonly Suggestion[];
  readonly rank: number;
}

export interface EngineOptions {
  readonly rules: readonly AnyRule[];
  /** Thresholds that differ from a rule's own, by rule id. */
  readonly thresholds?: Readonly<Record<string, Thresholds>>;
}

interface Watched {
  readonly rule: AnyRule;
  readonly thresholds: Thresholds;
  state: unknown;
  alert: Diagnosis | undefined;
}

const severities: readonly AlertSeverity[] = ['error', 'warning', 'info'];
const mostSuggestions = 5;

/** The diagnosis of one run. */
export class Engine {
  private readonly watched: readonly Watched[];
  private readonly byNeed = new Map<Need, Watched[]>();
  private readonly runs = new Map<number, Run>();

  constructor(private readonly options: EngineOptions) {
    this.watched = options.rules.map((rule) => ({
      rule,
      thresholds: { ...rule.thresholds, ...options.thresholds?.[rule.id] },
      state: rule.start(),
      alert: undefined,
    }));
    for (const each of this.watched)
      for (const need of each.rule.needs) this.byNeed.set(need, [...(this.byNeed.get(need) ?? []), each]);
  }

  /** Takes the next record of a process; answers with what is newly found. */
  add(record: JournalRecord, rank = 0): readonly Diagnosis[] {
    const run = this.run(rank);
    run.add(record);
    const found: Diagnosis[] = [];
    for (const each of this.interested(record)) {
      if (each.alert !== undefined) continue;
      each.state = each.rule.step(each.state, record, run, rank, each.thresholds);
      if (record.kind === 'scalars' && !isAsked(record.step)) continue;
      const alert = each.rule.verdict(each.state, each.thresholds, run);
      if (alert === undefined) continue;
      each.alert = diagnose(each.rule, alert, run);
      found.push(each.alert);
    }
    return found;
  }

  /** The facts of a process. */
  run(rank: number): Run {
    let run = this.runs.get(rank);
    if (run === undefined) this.runs.set(rank, (run = new Run()));
    return run;
  }

  get steps(): number {
    return Math.max(0, ...[...this.runs.values()].map(({ step }) => step));
  }

  /** All findings, worst first, one for each cause. */
  findings(): readonly Diagnosis[] {
    const alerts = this.watched.flatMap(({ alert }) => alert ?? []);
    return inOrder(alerts.filter((alert) => !this.explained(alert, alerts)));
  }

  /** Whether another finding is the cause of this one; of two that explain each other, the lower rank is. */
  private explained(alert: Diagnosis, alerts: readonly Diagnosis[]): boolean {
    return alerts.some(
      (other) =>
        other !== alert &&
        severities.indexOf(other.severity) <= severities.indexOf(alert.severity) &&
        this.explains(other, alert) &&
        !(this.explains(alert, other) && alert.severity === other.severity && alert.rank < other.rank),
    );
  }

  private explains(cause: Diagnosis, symptom: Diagnosis): boolean {
    const rule = this.options.rules.find(({ id }) => id === cause.rule);
    return rule?.explains?.includes(symptom.rule) ?? false;
  }

  private interested(record: JournalRecord): readonly Watched[] {
    if (record.kind === 'end') return this.watched;
    const byKind = this.byNeed.get(record.kind) ?? [];
    return record.kind === 'event' ? [...byKind, ...(this.byNeed.get(`event:${record.event}`) ?? [])] : byKind;
  }
}

/** Points of curves come every step: rules are asked after some of them, always the same ones. */
const isAsked = (step: number): boolean => step % (step < 1000 ? 10 : step < 10_000 ? 50 : 500) === 0;

function diagnose(rule: AnyRule, alert: Alert, run: Run): Diagnosis {
  return {
    rule: rule.id,
    severity: alert.severity,
    step: Math.max(1, alert.since ?? run.step),
    layer: alert.layer ?? null,
    place: alert.place,
    message: alert.message,
    suggestions: alert.suggestions.slice(0, mostSuggestions),
    rank: rule.rank,
  };
}

/** Worst first; causes before symptoms; then as they came. */
export const inOrder = (alerts: readonly Diagnosis[]): readonly Diagnosis[] =>
  [...alerts].sort(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      a.rank - b.rank ||
      a.step - b.step ||
      (a.rule < b.rule ? -1 : 1),
  );
