/** Sentences of the view. */
import type { CanaryVerb } from '../../../protocol/src/canary';
import type { DeployHeader, DeployState, GateVerdict } from '../../../protocol/src/deploy';
import { short } from '../shared/numbers';

export const stateWords: Readonly<Record<DeployState, string>> = {
  draft: 'not begun',
  preflight: 'looking at the files',
  loading: 'loading',
  warming: 'warming up',
  shadow: 'shadow: gets copies, answers nobody',
  canary: 'canary',
  paused: 'paused',
  promoting: 'promoting',
  soaking: 'promoted, still watched',
  promoted: 'promoted',
  aborting: 'going back',
  rollingBack: 'rolling back',
  rolledBack: 'back at the baseline',
  stuck: 'stuck: the target does not answer',
};

export const verbWords: Readonly<Record<CanaryVerb, { readonly label: string; readonly hint: string }>> = {
  promote: { label: 'Promote', hint: 'One step on; asked again where gates have not passed' },
  pause: { label: 'Pause', hint: 'Keeps the share as it is' },
  resume: { label: 'Resume', hint: 'Goes on watching' },
  freeze: { label: 'Freeze', hint: 'Neither promotes nor goes back by itself' },
  abort: { label: 'Abort', hint: 'All traffic to the baseline, at once' },
  rollback: { label: 'Roll back...', hint: 'To an earlier version' },
};

export const titleOf = ({ model, baseline, candidate, target }: DeployHeader): string =>
  `${model} ${baseline === undefined ? '' : `${baseline} → `}${candidate} on ${target}`;

/** `812 of 1935 answers` */
export function countWords({ nCandidate, toGo }: GateVerdict): string {
  const seen = `${short(nCandidate)} answers`;
  return toGo === undefined || toGo <= 0 ? seen : `${seen}, about ${short(toGo)} to go`;
}

export function intervalWords({ estimate, lower, upper, margin }: GateVerdict): string {
  if (lower === undefined || upper === undefined) return 'nothing seen yet';
  const about = estimate === undefined ? '' : `${short(estimate)}, `;
  const against = margin === undefined ? '' : `, must stay under ${short(margin)}`;
  return `${about}between ${short(lower)} and ${short(upper)}${against}`;
}

export const emptyWords =
  'No deployment yet. "Deploy Model..." from the palette takes a version of a model, shows the plan, and splits traffic step by step while this view watches both versions.';
