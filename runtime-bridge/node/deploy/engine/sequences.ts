/** What each state does at the target, in which order. Every action sets a value, so a list can be begun again. */
import type { Action, DeployHeader, DeployPosition, TargetRouting } from '../../../../protocol/src/deploy';

interface Where {
  readonly header: DeployHeader;
  readonly id: string;
}

/** All requests to one version, nothing split. */
export const allTo = ({ header }: Where, version: string | undefined): TargetRouting => ({
  experiment: '',
  ...(version === undefined ? {} : { primary: version }),
  weightPercent: 0,
  shadowPercent: 0,
  ...(header.plan.unit === undefined ? {} : { unitHeader: header.plan.unit.header }),
  onControllerLoss: header.plan.onControllerLoss,
  deadline: header.plan.controllerDeadline,
});

/** The baseline beside the candidate. The experiment's name is the deployment's: a new salt for each. */
export function split(where: Where, weightPercent: number, shadowPercent: number, isFrozen = false): TargetRouting {
  return {
    ...allTo(where, where.header.baseline),
    experiment: where.id,
    candidate: where.header.candidate,
    weightPercent,
    shadowPercent,
    ...(isFrozen ? { onControllerLoss: 'hold' } : {}),
  };
}

const route = (routing: TargetRouting): Action => ({ op: 'route', routing });
const drain = ({ header }: Where, version: string): Action => ({ op: 'drain', version, seconds: header.plan.drain });
const load = (version: string): Action => ({ op: 'load', version });
const unload = (version: string): Action => ({ op: 'unload', version });
export const warm = ({ header }: Where, version: string): Action => ({
  op: 'warm',
  version,
  requests: header.plan.warmup,
});

/** Out of memory with one and in with the other: requests wait meanwhile. */
const exchange = (where: Where, from: string, to: string): readonly Action[] => [
  route(allTo(where, undefined)),
  drain(where, from),
  unload(from),
  load(to),
];

export function loading(where: Where, order: DeployPosition['order']): readonly Action[] {
  const { baseline, candidate } = where.header;
  return order === 'unload-first' && baseline !== undefined ? exchange(where, baseline, candidate) : [load(candidate)];
}

export function promoting(where: Where, order: DeployPosition['order']): readonly Action[] {
  const { baseline, candidate } = where.header;
  const leaves = baseline !== undefined && order === 'load-first' ? [drain(where, baseline)] : [];
  return [route(allTo(where, candidate)), ...leaves];
}

/** Routing is the first thing that changes, wherever the baseline is still in memory. */
export function backToBaseline(where: Where, order: DeployPosition['order']): readonly Action[] {
  const { baseline, candidate } = where.header;
  if (baseline === undefined) return [unload(candidate)];
  if (order === 'load-first') return [route(allTo(where, baseline)), drain(where, candidate), unload(candidate)];
  return [...exchange(where, candidate, baseline), warm(where, baseline), route(allTo(where, baseline))];
}

export const unloadBaseline = ({ header }: Where): readonly Action[] =>
  header.baseline === undefined ? [] : [unload(header.baseline)];

/** Says an action in words: "route 5 % to version 4". */
export function described(action: Action): string {
  switch (action.op) {
    case 'inspect':
      return 'inspect the versions and the target';
    case 'load':
    case 'unload':
    case 'drain':
      return `${action.op} version ${action.version}`;
    case 'warm':
      return `warm up version ${action.version} with ${action.requests} requests`;
    case 'route':
      return describedRouting(action.routing);
  }
}

function describedRouting({ primary, candidate, weightPercent, shadowPercent }: TargetRouting): string {
  if (primary === undefined) return 'hold requests off';
  if (candidate === undefined) return `route all requests to version ${primary}`;
  const copies = shadowPercent > 0 ? ` and copy ${shadowPercent} % of the requests to it` : '';
  return `route ${weightPercent} % of the units to version ${candidate}${copies}`;
}
