/** What a person may ask at any time, and why it may be refused. */
import { enterShadow, enterStep, enterWarming, goBack, promote } from './machine';
import { backToBaseline, split } from './sequences';
import type { Turn } from './turn';
import type { Command } from './types';
import { pause, unmet } from './vigil';

/** @returns why the command was not taken */
export function command(turn: Turn, asked: Command): string | undefined {
  const { verb } = asked;
  const said = asked.reason === undefined ? '' : `: ${asked.reason}`;
  switch (verb) {
    case 'pause':
      return held(turn, said);
    case 'resume':
      return resumed(turn, said);
    case 'promote':
      return promotedByHand(turn, asked);
    case 'abort':
      return aborted(turn, said);
    case 'rollback':
      return rolledBack(turn, said);
    case 'freeze':
      return frozen(turn, said);
    case 'retry':
      return retried(turn);
  }
}

const isIn = (turn: Turn, ...states: readonly string[]): boolean => states.includes(turn.state);
const refused = (turn: Turn, what: string): string =>
  `${what} is not possible: the deployment is ${stateWords[turn.state]}`;

const stateWords: Readonly<Record<Turn['state'], string>> = {
  draft: 'a draft',
  preflight: 'being inspected',
  loading: 'loading its version',
  warming: 'warming up its version',
  shadow: 'in its shadow phase',
  canary: 'in its canary',
  paused: 'paused',
  promoting: 'being promoted',
  soaking: 'promoted and under guard',
  promoted: 'promoted',
  aborting: 'going back to the baseline',
  rollingBack: 'rolling back',
  rolledBack: 'back at the baseline',
  stuck: 'stuck, because the target can not be observed',
};

function held(turn: Turn, said: string): string | undefined {
  if (!isIn(turn, 'shadow', 'canary')) return refused(turn, 'A pause');
  const { weightPercent } = turn.deployment.position;
  pause(turn, 'manual', `Paused by hand${said}; ${weightPercent} % of the units stay with the new version`);
  return undefined;
}

function resumed(turn: Turn, said: string): string | undefined {
  const { position } = turn.deployment;
  if (position.frozen) {
    turn.remark(`Thawed by hand${said}`, 'user', {}, { frozen: false });
    if (isIn(turn, 'canary')) enterStep(turn, position.step, 'user', 'It goes on');
    return undefined;
  }
  if (!isIn(turn, 'paused')) return refused(turn, 'To resume');
  const because = `Resumed by hand${said}`;
  if (position.pausedFrom === 'canary') enterStep(turn, position.step, 'user', because);
  else if (position.pausedFrom === 'shadow') enterShadow(turn, 'user', because);
  else enterWarming(turn, 'user', because);
  return undefined;
}

function promotedByHand(turn: Turn, { full, reason }: Command): string | undefined {
  if (!isIn(turn, 'shadow', 'canary', 'paused')) return refused(turn, 'A promotion');
  const { position, verdicts, watch } = turn.deployment;
  const open = unmet(verdicts);
  const isOverride = open.length > 0 || verdicts.length === 0;
  if (isOverride && reason === undefined) {
    const first = open[0]?.sentence ?? `version has answered ${watch.stepRequests} requests so far`;
    return `A promotion past gates that have not passed needs a reason, which is recorded: ${first}`;
  }
  const because = `Promoted by hand${reason === undefined ? '' : `: ${reason}`}`;
  const isShadow = (turn.state === 'paused' ? position.pausedFrom : turn.state) !== 'canary';
  if (full === true) promote(turn, 'user', because, isOverride);
  else enterStep(turn, isShadow ? 0 : position.step + 1, 'user', because, isOverride);
  return undefined;
}

function aborted(turn: Turn, said: string): string | undefined {
  if (isIn(turn, 'soaking', 'promoted')) return `${refused(turn, 'An abort')}; use rollback`;
  if (isIn(turn, 'aborting', 'rollingBack', 'rolledBack')) return refused(turn, 'An abort');
  const isUntouched = isIn(turn, 'draft', 'preflight');
  goBack(turn, 'aborting', 'user', `Aborted by hand${said}`, isUntouched ? [] : undefined);
  return undefined;
}

function rolledBack(turn: Turn, said: string): string | undefined {
  if (isIn(turn, 'promoted'))
    return `${refused(turn, 'A rollback of this deployment')}; roll back to a version by its number`;
  if (!isIn(turn, 'soaking', 'promoting')) return aborted(turn, said);
  const { underWay, header, position } = turn.deployment;
  const isLeaving = underWay?.op === 'unload' && header.baseline !== undefined;
  const back = backToBaseline(turn.deployment, position.order);
  // The old version may be gone by now: then it is loaded again before it gets the traffic.
  const todo = isLeaving ? [{ op: 'load', version: header.baseline } as const, ...back] : back;
  goBack(turn, 'rollingBack', 'user', `Rolled back by hand${said}`, todo);
  return undefined;
}

/** Neither promotion nor rollback, not even by the front itself. */
function frozen(turn: Turn, said: string): string | undefined {
  if (!isIn(turn, 'shadow', 'canary', 'paused', 'soaking')) return refused(turn, 'To freeze');
  const { position } = turn.deployment;
  if (position.frozen) return 'It is frozen already';
  const isSplit = !isIn(turn, 'soaking') && position.weightPercent + position.shadowPercent > 0;
  turn.move({
    to: turn.state,
    actor: 'user',
    reason: `Frozen by hand${said}: neither promoted nor taken back until it is resumed`,
    position: { frozen: true },
    todo: isSplit
      ? [{ op: 'route', routing: split(turn.deployment, position.weightPercent, position.shadowPercent, true) }]
      : [],
  });
  return undefined;
}

function retried(turn: Turn): string | undefined {
  if (isIn(turn, 'stuck')) {
    turn.remark('Tried again by hand: it goes on once the target answers', 'user');
    // From here on as if the target had been out of sight: the next look at it resumes.
    turn.set({ missed: { ...turn.deployment.missed, target: 1 } });
    return undefined;
  }
  return isIn(turn, 'paused') ? resumed(turn, ' (retry)') : refused(turn, 'A retry');
}
