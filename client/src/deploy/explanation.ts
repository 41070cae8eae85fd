/** A verdict in plain words: what was seen, gate by gate, and what would change it. */
import type { DeploymentLog } from '../../../protocol/src/canary';

export function explanationOf({ id, records }: DeploymentLog): string {
  const header = records[0]?.header;
  const last = records.at(-1);
  if (header === undefined || last === undefined) return `# ${id}\n\nIts log has not been begun.\n`;
  const judged = records.findLast(({ evidence }) => evidence !== undefined && evidence.length > 0);
  const gates = (judged?.evidence ?? []).map(
    ({ gate, decision, dryRun, sentence }) => `- **${gate}**: ${decision}${dryRun ? ' (dry run)' : ''}. ${sentence}`,
  );
  const from = header.baseline === undefined ? 'the first version' : `against version ${header.baseline}`;
  return [
    `# ${header.model}: version ${header.candidate}, ${from}`,
    last.reason,
    `State: ${last.to}, ${last.position.weightPercent} % of the units get the new version.`,
    '## What the gates say',
    gates.length === 0 ? 'Nothing has been judged yet.' : gates.join('\n'),
    '## What happened',
    records
      .filter(({ reason }, index) => reason !== records[index - 1]?.reason)
      .map(({ ts, actor, reason }) => `- ${new Date(ts).toISOString()} ${actor}: ${reason}`)
      .join('\n'),
    '',
  ].join('\n\n');
}
