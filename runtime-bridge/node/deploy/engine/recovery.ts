/**
 * Taking a deployment over: after a crash of the controller, or once a target can be observed again.
 *
 * Before the promotion it resumes as paused, with the weight that the target shows. A promotion whose gates had passed
 * is finished where the new version is ready. Everything else goes to the baseline.
 */
import type { Actor, DeployEntry, TargetState } from '../../../../protocol/src/deploy';
import { finalStates } from '../../../../protocol/src/deploy';
import { goBack, promote } from './machine';
import { unloadBaseline } from './sequences';
import { isReady, seenVersion, Turn } from './turn';
import type { Advance, Deployment } from './types';
import { pause } from './vigil';
import { Watch } from './watch';

/**
 * @param log entries of one deployment, whose chain has been checked
 * @param epoch of the new controller
 * @param target what the target shows now; undefined where it can't be observed
 * @throws Error where the log has no header: then nothing was done either
 */
export function recover(
  log: readonly DeployEntry[],
  epoch: number,
  target: TargetState | undefined,
  now: number,
): Advance {
  const turn = new Turn(restored(log, epoch, now), now);
  if (finalStates.includes(turn.state)) return turn.end();
  if (target === undefined) {
    turn.move({
      to: 'stuck',
      actor: 'recovery',
      reason: 'The controller is back, but the target can not be observed. Routing is left as it is',
      position: { pausedFrom: before(turn) },
    });
    turn.set({ missed: { target: 1, observations: 1 } });
    return turn.end();
  }
  resumeFrom(turn, target, 'recovery');
  return turn.end();
}

function restored(log: readonly DeployEntry[], epoch: number, now: number): Deployment {
  const header = log.find((entry) => entry.header !== undefined)?.header;
  const last = log.at(-1);
  if (header === undefined || last === undefined) throw new Error('The log of this deployment has no header');
  const { position } = last;
  const phase = position.guard !== undefined ? 'soaking' : position.state === 'shadow' ? 'shadow' : 'canary';
  const watch = new Watch(phase, header, position.after, position.guard);
  return {
    id: last.deploymentId,
    epoch,
    header,
    position: { ...position, todo: [] },
    seq: last.seq,
    reason: last.reason,
    attempts: 0,
    missed: { target: 0, observations: 0 },
    watched: 0,
    tickedAt: now,
    held: 0,
    reading: { at: now, answers: 0 },
    verdicts: [],
    watch,
  };
}

/** The state that recovery decides from: that before it got stuck or paused. */
const before = (turn: Turn) =>
  turn.state === 'stuck' ? (turn.deployment.position.pausedFrom ?? 'preflight') : turn.state;

/** Goes on from what the target shows. */
export function resumeFrom(turn: Turn, target: TargetState, actor: Actor): void {
  const { header, position } = turn.deployment;
  const state = before(turn);
  const back = actor === 'recovery' ? 'The controller was started again' : 'The target answers again';
  switch (state) {
    case 'draft':
    case 'preflight':
      return goBack(turn, 'aborting', actor, `${back} before anything was done at the target`, []);
    case 'promoting':
      if (position.cleared && isReady(target, header.candidate))
        return promote(turn, actor, `${back} during a promotion that had passed its gates`);
      return goBack(
        turn,
        'aborting',
        actor,
        `${back} during a promotion, and version ${header.candidate} is not ready`,
      );
    case 'soaking':
      return soakOn(turn, target, actor, back);
    case 'aborting':
    case 'rollingBack':
      return goBack(turn, state, actor, `${back} on the way to the baseline`);
    default:
      return waitForPerson(turn, target, actor, back);
  }
}

function soakOn(turn: Turn, target: TargetState, actor: Actor, back: string): void {
  const { header } = turn.deployment;
  const serves = isReady(target, header.candidate) && target.routing?.primary === header.candidate;
  const old = header.baseline === undefined ? undefined : seenVersion(target, header.baseline)?.state;
  if (serves && (old === 'ready' || old === 'loading'))
    return turn.move({ to: 'soaking', actor, reason: `${back}: version ${header.candidate} is guarded again` });
  if (serves)
    return turn.move({
      to: 'soaking',
      actor,
      reason: `${back}: version ${header.candidate} serves, and the old one is no longer warm`,
      todo: unloadBaseline(turn.deployment),
    });
  goBack(turn, 'rollingBack', actor, `${back}, and version ${header.candidate} does not serve as it should`);
}

/** Loading, warming, shadow, canary, paused: no step on without a person, and the share as it is. */
function waitForPerson(turn: Turn, target: TargetState, actor: Actor, back: string): void {
  const { header, position } = turn.deployment;
  const { routing } = target;
  const isSplit = routing?.candidate === header.candidate;
  const weightPercent = isSplit ? routing.weightPercent : 0;
  const shadowPercent = isSplit ? routing.shadowPercent : 0;
  if (header.baseline === undefined || header.mode === 'rollback' || position.order === 'unload-first')
    return goBack(turn, 'aborting', actor, `${back} while version ${header.candidate} was being loaded`);
  if (!isReady(target, header.candidate)) {
    const seen = seenVersion(target, header.candidate)?.state ?? 'not there';
    return goBack(turn, 'aborting', actor, `${back}, and version ${header.candidate} is ${seen}`);
  }
  turn.deployment.watch.setWeight(weightPercent / 100);
  const share = target.takenBack
    ? 'the target had taken the traffic back to the baseline meanwhile'
    : `${weightPercent} % of the units stay with version ${header.candidate}`;
  if (turn.state === 'paused')
    return turn.remark(`${back}: ${share}`, actor, { observed: target }, { weightPercent, shadowPercent });
  if (turn.state === 'stuck') turn.set({ position: { ...position, state: position.pausedFrom ?? 'canary' } });
  pause(turn, target.takenBack ? 'controller-loss' : 'controller-restart', `${back}: ${share}`, {
    weightPercent,
    shadowPercent,
  });
}
