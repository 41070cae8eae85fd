/** The state machine of a deployment: `(deployment, event) -> { deployment, entries, effects }`. */
import type { Action, Actor, DeployHeader, TargetState } from '../../../../protocol/src/deploy';
import { command } from './commands';
import { guardOf } from './gates';
import { clear } from './preflight';
import { backToBaseline, described, loading, promoting, split, unloadBaseline, warm } from './sequences';
import { isReady, seenVersion, Turn } from './turn';
import type { Advance, Deployment, DeployEventIn, Inspection } from './types';
import { look } from './vigil';
import { Watch } from './watch';

/** Tries of an action before its failure counts. Going back to the baseline is tried longer. */
const tries = 3;
const triesBack = 10;

/** A new deployment: its header is the first entry, `inspect` its first effect. */
export function begin(id: string, epoch: number, header: DeployHeader, now: number): Advance {
  const turn = new Turn(
    {
      id,
      epoch,
      header,
      position: {
        state: 'draft',
        step: 0,
        weightPercent: 0,
        shadowPercent: 0,
        order: 'load-first',
        todo: [],
        frozen: false,
        cleared: false,
        after: 0,
      },
      seq: 0,
      reason: '',
      attempts: 0,
      missed: { target: 0, observations: 0 },
      watched: 0,
      tickedAt: now,
      held: 0,
      reading: { at: now, answers: 0 },
      verdicts: [],
      watch: new Watch('shadow', header, 0),
    },
    now,
  );
  const from = header.baseline === undefined ? '' : ` after version ${header.baseline}`;
  turn.remark(`Version ${header.candidate} of ${header.model}${from} is to be deployed to ${header.target}`, 'user', {
    header,
  });
  turn.move({
    to: 'preflight',
    actor: 'controller',
    reason: 'Checksums, signatures, memory and the target are inspected',
    todo: [{ op: 'inspect' }],
  });
  return turn.end();
}

export function advance(deployment: Deployment, event: DeployEventIn): Advance {
  const turn = new Turn(deployment, event.now);
  if (event.kind === 'command') return turn.end(command(turn, event));
  if (event.kind === 'tick') look(turn, event);
  else if (event.key === turn.deployment.underWay?.key) {
    if (event.kind === 'done') done(turn, turn.deployment.underWay, event);
    else failed(turn, turn.deployment.underWay, event.reason, event.target);
  }
  return turn.end();
}

type Done = Extract<DeployEventIn, { kind: 'done' }>;

function done(turn: Turn, action: Action & { readonly key: string }, event: Done): void {
  const lie = contradiction(action, event.target);
  if (lie !== undefined) return failed(turn, action, lie, event.target);
  const problem = event.warmUp?.problems[0];
  if (action.op === 'warm' && problem !== undefined)
    return failed(turn, action, problem, event.target, /* again */ false);
  const { header } = turn.deployment;
  const resident = seenVersion(event.target, header.candidate)?.resident;
  const isWarm = action.op === 'warm' && action.version === header.candidate && resident !== undefined;
  turn.set({ attempts: 0 });
  turn.note(
    // Why it waits for a person is what that person asks for, not that the share is back.
    turn.state === 'paused' ? turn.deployment.reason : `Done: ${described(action)}`,
    { result: { key: action.key, ok: true }, observed: event.target },
    {
      ...(isWarm ? { warmResident: resident } : {}),
      ...(action.op === 'route' ? shareOf(action.routing, turn) : {}),
    },
  );
  if (action.op === 'route' && (turn.state === 'canary' || turn.state === 'paused'))
    turn.deployment.watch.setWeight(action.routing.weightPercent / 100);
  if (turn.deployment.underWay === undefined) arrived(turn, event.inspection);
}

/** A target may say OK and do nothing: what it shows counts. */
function contradiction(action: Action, target: TargetState): string | undefined {
  if (action.op === 'load' || action.op === 'warm') {
    if (isReady(target, action.version)) return undefined;
    const seen = seenVersion(target, action.version);
    return `The target said OK, but version ${action.version} is ${seen?.state ?? 'not there'}${seen?.reason === undefined ? '' : `: ${seen.reason}`}`;
  }
  if (action.op === 'unload') {
    const seen = seenVersion(target, action.version);
    return seen === undefined || seen.state === 'failed'
      ? undefined
      : `The target said OK, but version ${action.version} is still ${seen.state}`;
  }
  if (action.op !== 'route') return undefined;
  const { routing } = target;
  const asked = action.routing;
  return routing?.primary === asked.primary &&
    routing?.candidate === asked.candidate &&
    (routing?.weightPercent ?? 0) === asked.weightPercent
    ? undefined
    : `The target said OK, but its routing is another than the one asked for`;
}

/** Percent of the traffic that the candidate has under a routing. */
function shareOf(
  routing: { primary?: string; candidate?: string; weightPercent: number; shadowPercent: number },
  turn: Turn,
): { weightPercent: number; shadowPercent: number } {
  const { candidate } = turn.deployment.header;
  const weightPercent =
    routing.primary === candidate ? 100 : routing.candidate === candidate ? routing.weightPercent : 0;
  return { weightPercent, shadowPercent: routing.shadowPercent };
}

function failed(
  turn: Turn,
  action: Action & { readonly key: string },
  reason: string,
  target?: TargetState,
  again = true,
): void {
  const { position, attempts } = turn.deployment;
  const result = { key: action.key, ok: false, reason };
  const sentence = `Could not ${described(action)}: ${reason}`;
  const isGoingBack = position.state === 'aborting' || position.state === 'rollingBack';
  const left = (isGoingBack ? triesBack : tries) - attempts - 1;
  // A version that does not load or answers wrongly will not do better at once.
  const mayRepeat = again && left > 0 && (isGoingBack || (action.op !== 'load' && action.op !== 'warm'));
  if (action.op === 'drain') return goOn(turn, sentence, result, target);
  if (mayRepeat) {
    const todo = [...neededBefore(action, target, isGoingBack), action, ...position.todo];
    turn.remark(`${sentence}. It is tried again`, 'controller', { result, observed: target }, { todo });
    return turn.set({ underWay: undefined, attempts: attempts + 1 });
  }
  // What is left is memory that isn't given back; the traffic is where it should be.
  if (action.op === 'unload' && position.order === 'load-first' && position.state !== 'loading')
    return goOn(turn, sentence, result, target);
  turn.remark(sentence, 'controller', { result, observed: target });
  turn.set({ underWay: undefined });
  if (isGoingBack)
    return turn.move({
      to: 'stuck',
      actor: 'timeout',
      reason: `${sentence}. Routing is left as it is: look at the target, then "retry"`,
      position: { pausedFrom: position.state },
    });
  goBack(turn, 'aborting', action.op === 'warm' ? 'gate' : 'timeout', sentence);
}

/** The routing is the first thing that changes on the way back, unless the old version turns out to be gone. */
function neededBefore(action: Action, target: TargetState | undefined, isGoingBack: boolean): readonly Action[] {
  if (!isGoingBack || action.op !== 'route' || target === undefined) return [];
  const { primary } = action.routing;
  return primary === undefined || isReady(target, primary) ? [] : [{ op: 'load', version: primary }];
}

function goOn(
  turn: Turn,
  sentence: string,
  result: { key: string; ok: boolean; reason: string },
  target?: TargetState,
): void {
  turn.set({ attempts: 0 });
  turn.note(`${sentence}. The rest goes on`, { result, observed: target });
  if (turn.deployment.underWay === undefined) arrived(turn, undefined);
}

/** All actions of a state are done. */
function arrived(turn: Turn, inspection: Inspection | undefined): void {
  const { header, position } = turn.deployment;
  switch (position.state) {
    case 'preflight':
      return inspection === undefined
        ? goBack(turn, 'aborting', 'controller', 'The inspection found nothing to go by')
        : inspected(turn, inspection);
    case 'loading':
      return enterWarming(turn, 'controller', `Version ${header.candidate} is loaded`);
    case 'warming':
      return warmed(turn);
    case 'promoting':
      return promoted(turn);
    case 'aborting':
    case 'rollingBack':
      return turn.move({ to: 'rolledBack', actor: 'controller', reason: endOf(turn.deployment) });
    case 'soaking':
      return turn.move({
        to: 'promoted',
        actor: 'controller',
        reason: `Version ${header.candidate} serves all traffic`,
      });
    default:
      return undefined;
  }
}

const endOf = ({ header }: Deployment): string =>
  header.baseline === undefined
    ? `Version ${header.candidate} does not serve; ${header.model} had no version before`
    : `Version ${header.baseline} serves all traffic again`;

function inspected(turn: Turn, found: Inspection): void {
  const { header } = turn.deployment;
  const clearance = clear(header, found);
  if ('refused' in clearance) return goBack(turn, 'aborting', 'gate', clearance.refused, []);
  const { order, reason } = clearance;
  const after = Math.max(turn.deployment.watch.last, found.seen);
  turn.set({ watch: new Watch('shadow', header, after) });
  if (header.mode === 'rollback' && isReady(found.target, header.candidate)) {
    turn.remark(
      `Version ${header.candidate} is still warm`,
      'controller',
      {},
      { order: 'load-first', cleared: true, after },
    );
    return promote(turn, 'user', `All requests go back to version ${header.candidate}`);
  }
  turn.move({
    to: 'loading',
    actor: 'controller',
    reason,
    todo: loading(turn.deployment, order),
    position: { order, after },
  });
}

function warmed(turn: Turn): void {
  const { header, position } = turn.deployment;
  const { plan } = header;
  const isDirect = header.baseline === undefined || header.mode === 'rollback' || position.order === 'unload-first';
  if (isDirect) return promote(turn, 'controller', `Version ${header.candidate} has passed its warm-up`);
  if (plan.shadow !== undefined) return enterShadow(turn, 'controller', 'The warm-up is passed');
  enterStep(turn, 0, 'controller', 'The warm-up is passed');
}

export function enterWarming(turn: Turn, actor: Actor, reason: string): void {
  const todo = [warm(turn.deployment, turn.deployment.header.candidate)];
  turn.move({ to: 'warming', actor, reason, todo, position: { pausedFrom: undefined, pausedBecause: undefined } });
}

export function enterShadow(turn: Turn, actor: Actor, because: string): void {
  const { header, watch } = turn.deployment;
  const share = header.plan.shadow?.share ?? 0;
  turn.set({ watch: new Watch('shadow', header, watch.last), watched: 0, verdicts: [] });
  turn.move({
    to: 'shadow',
    actor,
    reason: `${because}: ${share} % of the requests are copied to version ${header.candidate}, whose answers nobody gets`,
    todo: [{ op: 'route', routing: split(turn.deployment, 0, share) }],
    position: { after: watch.last, pausedFrom: undefined, pausedBecause: undefined },
  });
}

/** Weight of a step in percent; undefined past the last one. */
export function weightOf({ plan, mode }: DeployHeader, step: number): number | undefined {
  if (mode === 'experiment') return step === 0 ? plan.experiment?.weight : undefined;
  return plan.steps[step]?.weight;
}

export function enterStep(turn: Turn, step: number, actor: Actor, because: string, override = false): void {
  const { header, verdicts } = turn.deployment;
  const weight = weightOf(header, step);
  if (weight === undefined) return promote(turn, actor, because, override);
  const watch =
    turn.deployment.watch.phase === 'canary'
      ? turn.deployment.watch
      : new Watch('canary', header, turn.deployment.watch.last);
  turn.set({ watch, watched: 0, verdicts: [] });
  turn.move({
    to: 'canary',
    actor,
    reason: `${because}: ${weight} % of the units get version ${header.candidate}`,
    todo: [{ op: 'route', routing: split(turn.deployment, weight, 0, turn.deployment.position.frozen) }],
    position: { step, after: watch.last, pausedFrom: undefined, pausedBecause: undefined },
    evidence: verdicts,
    override: override || undefined,
  });
}

export function promote(turn: Turn, actor: Actor, because: string, override = false): void {
  const { header, position, watch, verdicts } = turn.deployment;
  turn.move({
    to: 'promoting',
    actor,
    reason: `${because}: version ${header.candidate} gets all traffic`,
    todo: promoting(turn.deployment, position.order),
    position: {
      cleared: true,
      pausedFrom: undefined,
      pausedBecause: undefined,
      ...(watch.phase === 'canary' ? { guard: guardOf(watch, header.plan.alpha) } : {}),
    },
    evidence: verdicts.length > 0 ? verdicts : undefined,
    override: override || undefined,
  });
}

function promoted(turn: Turn): void {
  const { header, position, watch } = turn.deployment;
  const now = `Version ${header.candidate} serves all traffic`;
  if (header.baseline === undefined) return turn.move({ to: 'promoted', actor: 'controller', reason: now });
  turn.set({ watch: new Watch('soaking', header, watch.last, position.guard), watched: 0, verdicts: [] });
  const soak = header.mode === 'rollback' || position.order === 'unload-first' ? 0 : header.plan.soak;
  turn.move({
    to: 'soaking',
    actor: 'controller',
    reason: soak === 0 ? now : `${now}; version ${header.baseline} stays warm for ${soak} s`,
    position: { after: watch.last },
    todo: soak === 0 ? unloadBaseline(turn.deployment) : [],
  });
}

/** Routing to the baseline first, then all else. */
export function goBack(
  turn: Turn,
  to: 'aborting' | 'rollingBack',
  actor: Actor,
  reason: string,
  todo?: readonly Action[],
): void {
  const { deployment } = turn;
  turn.move({
    to,
    actor,
    reason,
    todo: todo ?? backToBaseline(deployment, deployment.position.order),
    position: { cleared: false, frozen: false, pausedFrom: undefined, pausedBecause: undefined },
    evidence: deployment.verdicts.length > 0 ? deployment.verdicts : undefined,
  });
  if (turn.deployment.underWay === undefined) arrived(turn, undefined);
}
