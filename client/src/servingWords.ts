/** What a version serves, in a few words. */
import type { DeployStatus } from '../../protocol/src/deploy';

/** @returns `serving`, `serving 10 %`, `shadow`, `warm`; undefined where nothing has it loaded */
export function servingWords(
  { deployments, serving }: DeployStatus,
  model: string,
  version: string,
): string | undefined {
  const last = deployments.findLast((each) => each.model === model);
  const isLoaded = serving.some((each) => each.model === model && each.version === version && each.ready);
  // What serves elsewhere is known by its deployment alone.
  if (!isLoaded && (last === undefined || last.target === 'embedded')) return undefined;
  const share = last === undefined ? 0 : shareOf(last, version);
  if (share > 0) return share === 100 ? 'serving' : `serving ${share} %`;
  if (last?.state === 'shadow' && last.candidate === version) return 'shadow';
  return isLoaded ? 'warm' : undefined;
}

/** Percent of the requests; of one that is over all go one way. */
function shareOf(last: DeployStatus['deployments'][number], version: string): number {
  const { state, baseline, candidate, weightPercent } = last;
  const toCandidate = state === 'promoted' ? 100 : state === 'rolledBack' ? 0 : weightPercent;
  if (version === candidate) return toCandidate;
  return version === baseline ? 100 - toCandidate : 0;
}
