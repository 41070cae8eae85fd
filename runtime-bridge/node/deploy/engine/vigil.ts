/** What a tick may change: the target's own changes first, then what the gates say, then what time says. */
import type { DeployState, GateVerdict, PauseCause, TargetState } from '../../../../protocol/src/deploy';
import { experimentVerdict } from './experiment';
import { judge } from './gates';
import { enterStep, goBack, weightOf } from './machine';
import { resumeFrom } from './recovery';
import { split, unloadBaseline } from './sequences';
import { isReady, seenVersion, type Turn } from './turn';
import type { DeployEventIn } from './types';
import { count, seconds } from './words';

/** Ticks in a row without a sight of the target, or without observations, that are more than a hiccup. */
const mostMissed = 5;
/** Milliseconds between two ticks that count as watched; more is a pause of the machine or a jump of its clock. */
const longestGap = 10_000;
/** Milliseconds between two entries of what the gates say while nothing is decided: for those who watch. */
const readingEvery = 5_000;

type Tick = Extract<DeployEventIn, { kind: 'tick' }>;
const watched: readonly DeployState[] = ['shadow', 'canary', 'paused', 'soaking'];

export function look(turn: Turn, tick: Tick): void {
  const { deployment } = turn;
  const gap = Math.min(longestGap, Math.max(0, tick.now - deployment.tickedAt));
  const isHeld = tick.target?.routing !== undefined && tick.target.routing.primary === undefined;
  turn.set({
    tickedAt: tick.now,
    held: isHeld ? deployment.held + gap : 0,
    watched: deployment.watched + (deployment.underWay === undefined ? gap : 0),
    missed: {
      target: tick.target === undefined ? deployment.missed.target + 1 : 0,
      observations: tick.observations === undefined ? deployment.missed.observations + 1 : 0,
    },
  });
  turn.effects.push({ kind: 'heartbeat' });
  deployment.watch.take(tick.observations ?? []);
  if (turn.state === 'stuck') {
    // A target that was seen all the time said no: asking again by itself would have the same answer.
    const hasReturned = tick.target !== undefined && deployment.missed.target > 0;
    return hasReturned ? resumeFrom(turn, tick.target, 'controller') : undefined;
  }
  if (isHeldTooLong(turn)) return;
  if (turn.deployment.underWay !== undefined) return;
  if (turn.deployment.position.todo.length > 0) return turn.note('It is tried again', {});
  if (!watched.includes(turn.state)) return;
  if (tick.target === undefined) return unseen(turn);
  if (hasChanged(turn, tick.target)) return;
  weigh(turn, tick, tick.target);
}

/** Unload-first: requests wait for the new version no longer than the plan allows; then the old one comes back. */
function isHeldTooLong(turn: Turn): boolean {
  const { held, header } = turn.deployment;
  const isOnTheWay = turn.state === 'loading' || turn.state === 'warming';
  if (!isOnTheWay || held <= header.plan.hold * 1_000) return false;
  const most = `Requests were held off for ${seconds(header.plan.hold)}, the longest that the plan allows ("hold")`;
  goBack(turn, 'aborting', 'timeout', `${most}, and version ${header.candidate} does not serve yet`);
  return true;
}

function unseen(turn: Turn): void {
  if (turn.deployment.missed.target < mostMissed) return;
  turn.move({
    to: 'stuck',
    actor: 'timeout',
    reason: 'The target can not be observed. Routing is left as it is; it goes on once the target answers again',
    position: { pausedFrom: turn.state === 'paused' ? turn.deployment.position.pausedFrom : turn.state },
  });
}

/** Somebody else's doing: a process that ended, a front that took the traffic back, another hand at the routing. */
function hasChanged(turn: Turn, target: TargetState): boolean {
  const { header, position } = turn.deployment;
  if (target.takenBack && position.weightPercent + position.shadowPercent > 0 && turn.state !== 'soaking') {
    const reason = `The target heard nothing from the controller and took the traffic back to version ${header.baseline}`;
    pause(turn, 'controller-loss', reason, { weightPercent: 0, shadowPercent: 0 });
    return true;
  }
  if (!isReady(target, header.candidate)) {
    const seen = seenVersion(target, header.candidate);
    const why = seen?.reason === undefined ? '' : `: ${seen.reason}`;
    const to = turn.state === 'soaking' ? 'rollingBack' : 'aborting';
    goBack(turn, to, 'gate', `Version ${header.candidate} is ${seen?.state ?? 'gone'}${why}`);
    return true;
  }
  return wasRerouted(turn, target);
}

function wasRerouted(turn: Turn, target: TargetState): boolean {
  const { position, header } = turn.deployment;
  if (turn.state === 'paused' || turn.state === 'soaking' || target.routing === undefined) return false;
  if (target.routing.weightPercent === position.weightPercent && target.routing.primary === header.baseline)
    return false;
  const found = `version ${target.routing.primary ?? '-'} with ${target.routing.weightPercent} % for version ${target.routing.candidate ?? '-'}`;
  turn.move({
    to: turn.state,
    actor: 'controller',
    reason: `Somebody else changed the routing (${found}); it is set again`,
    todo: [
      { op: 'route', routing: split(turn.deployment, position.weightPercent, position.shadowPercent, position.frozen) },
    ],
  });
  return true;
}

/** Causes of a pause that leave the routing: a person watches, or the target has it as it should be. */
const attended: readonly PauseCause[] = ['manual', 'controller-restart', 'controller-loss'];

/**
 * Waits for a person. Where nobody has asked for that, nobody may be watching, and what the plan says of a lost
 * controller is done at once: a version on which there is no verdict keeps no share by itself.
 */
export function pause(
  turn: Turn,
  cause: PauseCause,
  reason: string,
  position: { weightPercent?: number; shadowPercent?: number } = {},
): void {
  const { verdicts, header, position: before } = turn.deployment;
  const isTakenBack =
    !attended.includes(cause) &&
    header.plan.onControllerLoss === 'baseline' &&
    !before.frozen &&
    before.weightPercent + before.shadowPercent > 0;
  turn.move({
    to: 'paused',
    actor: cause === 'manual' ? 'user' : cause === 'insufficient' || cause === 'inconclusive' ? 'timeout' : 'gate',
    reason: isTakenBack ? `${reason}. Until it is resumed all requests go to version ${header.baseline}` : reason,
    todo: isTakenBack ? [{ op: 'route', routing: split(turn.deployment, 0, 0) }] : [],
    position: {
      ...position,
      pausedBecause: cause,
      ...(turn.state === 'paused' ? {} : { pausedFrom: turn.state }),
    },
    evidence: verdicts.length > 0 ? verdicts : undefined,
  });
}

/** What the present step asks for besides its gates. */
function demands(turn: Turn): { readonly minRequests: number; readonly dwell: number; readonly limit: number } {
  const { header, position } = turn.deployment;
  const { plan, mode } = header;
  if (watchedState(turn) === 'shadow') return plan.shadow ?? { minRequests: 0, dwell: 0, limit: Infinity };
  if (mode === 'experiment' && plan.experiment !== undefined) return { ...plan.experiment, dwell: 0 };
  return plan.steps[position.step] ?? { minRequests: 0, dwell: 0, limit: Infinity };
}

const watchedState = (turn: Turn): DeployState =>
  turn.state === 'paused' ? (turn.deployment.position.pausedFrom ?? 'paused') : turn.state;

function weigh(turn: Turn, tick: Tick, target: TargetState): void {
  const { header, watch, position } = turn.deployment;
  const scene = {
    header,
    watch,
    next: (weightOf(header, position.step + 1) ?? 100) / 100,
    candidate: seenVersion(target, header.candidate),
    queue: tick.queue,
    warmResident: position.warmResident,
    guard: position.guard ?? {},
    mayLookAtDrift: false,
  };
  let verdicts = judge(scene);
  if (
    isDone(
      turn,
      verdicts.filter((each) => each.gate !== 'drift'),
    )
  )
    verdicts = judge({ ...scene, mayLookAtDrift: true });
  turn.set({ verdicts });
  const [failure] = verdicts.filter((each) => each.decision === 'fail' && !each.dryRun);
  if (position.frozen || (turn.state === 'paused' && position.pausedBecause === 'sample-ratio')) return;
  if (failure !== undefined) return onFailure(turn, failure);
  if (turn.state === 'soaking') return soaked(turn);
  if (turn.state !== 'paused') onTime(turn, verdicts);
  if (turn.entries.length === 0) tell(turn, verdicts);
}

function tell(turn: Turn, verdicts: readonly GateVerdict[]): void {
  const { reading, watch, header } = turn.deployment;
  const answers = watch.stepRequests;
  if (turn.now - reading.at < readingEvery || answers === reading.answers) return;
  turn.set({ reading: { at: turn.now, answers } });
  const [open] = unmet(verdicts);
  const next = open === undefined ? '' : `. Gate ${open.gate}: ${open.sentence}`;
  const seen = `${count(answers)} answers of version ${header.candidate} in this step so far`;
  turn.remark(`${seen}${next}`, 'controller', { evidence: verdicts });
}

function onFailure(turn: Turn, failure: GateVerdict): void {
  const sentence = `Gate ${failure.gate}: ${failure.sentence}`;
  if (failure.gate === 'sample-ratio')
    return turn.state === 'paused' ? undefined : pause(turn, 'sample-ratio', sentence);
  goBack(turn, turn.state === 'soaking' ? 'rollingBack' : 'aborting', 'gate', sentence);
}

function soaked(turn: Turn): void {
  const { header } = turn.deployment;
  if (turn.deployment.watched < header.plan.soak * 1_000) return;
  turn.move({
    to: 'soaking',
    actor: 'timeout',
    reason: `Version ${header.candidate} has served all traffic for ${seconds(header.plan.soak)} without a breach`,
    todo: unloadBaseline(turn.deployment),
    evidence: turn.deployment.verdicts,
  });
}

const isDone = (turn: Turn, verdicts: readonly GateVerdict[]): boolean => {
  const { minRequests, dwell } = demands(turn);
  return (
    turn.deployment.watch.stepRequests >= minRequests &&
    turn.deployment.watched >= dwell * 1_000 &&
    unmet(verdicts).length === 0
  );
};

/** Gates that hold a promotion up. */
export const unmet = (verdicts: readonly GateVerdict[]): readonly GateVerdict[] =>
  verdicts.filter((each) => each.decision !== 'pass' && !each.dryRun);

function onTime(turn: Turn, verdicts: readonly GateVerdict[]): void {
  const { header, watch, position } = turn.deployment;
  if (header.mode === 'experiment' && turn.state === 'canary') return experimented(turn);
  const { minRequests, limit } = demands(turn);
  if (isDone(turn, verdicts)) {
    const passed = turn.state === 'shadow' ? 'The shadow is passed' : `Step ${position.step + 1} is passed`;
    const n = `${count(watch.stepRequests)} answers of version ${header.candidate} in this step`;
    return enterStep(turn, turn.state === 'shadow' ? 0 : position.step + 1, 'gate', `${passed} after ${n}`);
  }
  if (turn.deployment.watched < limit * 1_000) return;
  const [open] = unmet(verdicts);
  const within = `within ${seconds(limit)}`;
  if (watch.stepRequests < minRequests) {
    const n = `${count(watch.stepRequests)} of ${count(minRequests)} answers of version ${header.candidate}`;
    return pause(turn, 'insufficient', `Insufficient data: ${n} came ${within}`);
  }
  if (open === undefined) return;
  const cause = open.toGo !== undefined || open.estimate === undefined ? 'insufficient' : 'inconclusive';
  const title = cause === 'insufficient' ? 'Insufficient data' : 'Inconclusive';
  pause(turn, cause, `${title} ${within}. Gate ${open.gate}: ${open.sentence}`);
}

function experimented(turn: Turn): void {
  const { header, watch } = turn.deployment;
  const verdict = experimentVerdict(header, watch);
  turn.set({ verdicts: [...turn.deployment.verdicts, verdict.gate] });
  if (verdict.isDecided) return pause(turn, 'finished', verdict.recommendation);
  if (turn.deployment.watched >= (header.plan.experiment?.limit ?? Infinity) * 1_000)
    pause(turn, 'insufficient', `Insufficient data: the test's time is over. ${verdict.recommendation}`);
}
