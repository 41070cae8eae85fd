/** What a plan may say: every field with its kind, default and meaning. Reading, completion and the schema follow from it. */

export type FieldKind =
  /** `30`, `30s`, `5m`, `2h`: seconds. */
  | 'duration'
  /** 0 to 100, with or without a % sign. */
  | 'percent'
  /** `0.01` or `1 %`: a share from 0 to 1. */
  | 'share'
  | 'count'
  | 'number'
  /** `2147483648`, `512 MiB`, `2 GiB`: bytes. */
  | 'bytes'
  | 'flag'
  | 'text'
  | 'choice';

export interface Field {
  readonly kind: FieldKind;
  readonly says: string;
  /** Absent where there is none: the field is needed, or has no effect when it is left out. */
  readonly usual?: string | number | boolean;
  readonly needed?: boolean;
  readonly choices?: readonly (string | number)[];
  readonly least?: number;
  readonly most?: number;
}
export type Fields = Readonly<Record<string, Field>>;

const limit: Field = {
  kind: 'duration',
  says: 'Time after which an undecided phase ends as paused; sixty times the dwell and at least five minutes where it is left out',
  least: 1,
};
const dwell = (usual: number): Field => ({ kind: 'duration', says: 'Time under watch, at least', usual, least: 0 });
const minRequests = (usual: number): Field => ({
  kind: 'count',
  says: 'Answers of the new version, at least',
  usual,
  least: 1,
  most: 1e9,
});
const dryRun: Field = { kind: 'flag', says: 'Judged and shown, never acted on', usual: false };

export const stepFields: Fields = {
  weight: {
    kind: 'percent',
    says: 'Percent of the units that get the new version',
    needed: true,
    least: 0.01,
    most: 100,
  },
  minRequests: minRequests(200),
  dwell: dwell(60),
  limit,
};

export const shadowFields: Fields = {
  share: { kind: 'percent', says: 'Percent of the requests that are copied', usual: 100, least: 0.01, most: 100 },
  minRequests: minRequests(300),
  dwell: dwell(30),
  limit,
};

export const experimentFields: Fields = {
  metric: { kind: 'text', says: '`errors`, `latency`, or the name of an outcome', needed: true },
  better: { kind: 'choice', says: 'Which direction is better', choices: ['higher', 'lower'], needed: true },
  weight: {
    kind: 'percent',
    says: 'Percent of the units that get the new version',
    usual: 50,
    least: 0.01,
    most: 99.99,
  },
  effect: { kind: 'number', says: "Smallest difference that matters, in the metric's unit", needed: true, least: 0 },
  minRequests: minRequests(1_000),
  limit: { ...limit, usual: 604_800 },
};

export const unitFields: Fields = {
  header: {
    kind: 'text',
    says: 'Request header that names the user or unit, which then stays with one version',
    needed: true,
  },
};

export const gateFields: Readonly<Record<string, Fields>> = {
  errors: {
    margin: {
      kind: 'share',
      says: 'Difference of the error rates that would still do',
      usual: 0.01,
      least: 1e-6,
      most: 1,
    },
    dryRun,
  },
  latency: {
    quantile: {
      kind: 'choice',
      says: "The baseline's quantile that counts as slow",
      choices: [0.5, 0.95, 0.99],
      usual: 0.95,
    },
    margin: {
      kind: 'share',
      says: 'More slow answers than the baseline has that would still do',
      usual: 0.05,
      least: 1e-6,
      most: 1,
    },
    slack: { kind: 'number', says: 'Factor that counts as equal speed', usual: 1.25, least: 1, most: 1_000 },
    floor: { kind: 'number', says: 'Milliseconds that count as equal speed', usual: 5, least: 0, most: 1e6 },
    dryRun,
  },
  agreement: {
    budget: {
      kind: 'share',
      says: 'Share of the requests on which the versions may disagree',
      usual: 0.01,
      least: 1e-6,
      most: 1,
    },
    dryRun,
  },
  nonFinite: {
    budget: {
      kind: 'share',
      says: 'More answers with NaN or infinity that would still do',
      usual: 0.01,
      least: 1e-6,
      most: 1,
    },
    dryRun,
  },
  drift: {
    effect: {
      kind: 'share',
      says: 'Distance of the outputs that counts as equal (Kolmogorov-Smirnov)',
      usual: 0.1,
      least: 0.001,
      most: 1,
    },
    minRequests: minRequests(500),
    dryRun,
  },
  resources: {
    resident: { kind: 'bytes', says: 'Most memory of the new version', least: 1 },
    growth: { kind: 'number', says: 'Multiple of its memory after the warm-up', usual: 2, least: 1, most: 1_000 },
    growthFloor: { kind: 'bytes', says: 'Bytes that it may grow besides', usual: 256 * 2 ** 20, least: 0 },
    queue: { kind: 'count', says: 'Most requests that wait for it', least: 1, most: 1e9 },
    dryRun,
  },
  outcome: {
    name: { kind: 'text', says: 'Name of the outcome', needed: true },
    better: { kind: 'choice', says: 'Which direction is better', choices: ['higher', 'lower'], needed: true },
    margin: { kind: 'number', says: "How much worse would still do, in the outcome's unit", needed: true, least: 0 },
    dryRun,
  },
};

export const planFields: Fields = {
  order: {
    kind: 'choice',
    says: 'Which version is in memory first: `auto` goes by the memory that is free',
    choices: ['auto', 'load-first', 'unload-first'],
    usual: 'auto',
  },
  warmup: { kind: 'count', says: 'Requests replayed before any traffic', usual: 20, least: 1, most: 100_000 },
  onControllerLoss: {
    kind: 'choice',
    says: 'What the front does by itself when nobody watches',
    choices: ['baseline', 'hold'],
    usual: 'baseline',
  },
  controllerDeadline: {
    kind: 'duration',
    says: 'Silence that means that nobody watches',
    usual: 60,
    least: 2,
    most: 86_400,
  },
  soak: {
    kind: 'duration',
    says: 'Time that the old version stays warm after the promotion; as long as all dwells together, at most ten minutes, where it is left out',
    least: 0,
  },
  drain: { kind: 'duration', says: 'Time that requests in flight are waited for', usual: 30, least: 0, most: 3_600 },
  hold: {
    kind: 'duration',
    says: 'unload-first: time for which requests may be held off',
    usual: 60,
    least: 1,
    most: 3_600,
  },
  alpha: {
    kind: 'share',
    says: 'Chance of a wrong verdict, shared out over the gates',
    usual: 0.05,
    least: 1e-6,
    most: 0.5,
  },
};

/** Fields of a plan that hold more than a value. */
export const collections: Readonly<Record<string, string>> = {
  shadow: 'Copies of the requests go to the new version first, whose answers nobody gets; `off` for none',
  steps: 'Shares of the canary, in order',
  gates: 'What must hold: a list of errors, latency, agreement, nonFinite, drift, resources, outcome',
  experiment: 'An A/B test instead of a canary',
  unit: 'Who stays with one version',
};

/** What a plan without `steps` and `gates` has. */
export const usualSteps: readonly Readonly<Record<string, number>>[] = [
  { weight: 5 },
  { weight: 25, minRequests: 500 },
  { weight: 50, minRequests: 500 },
];
export const usualGates: readonly Readonly<Record<string, string | boolean>>[] = [
  { kind: 'errors' },
  { kind: 'nonFinite' },
  { kind: 'latency' },
  { kind: 'agreement' },
  { kind: 'resources' },
  { kind: 'drift', dryRun: true },
];
