/** The sentence that sums up a check of the workspace. */
import type { CheckWorkspaceResult } from '../../protocol/src/lsp';

export function checkSummary({ errors, warnings, others, files, millis, cancelled }: CheckWorkspaceResult): string {
  const counts = [
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(others > 0 ? [count(others, 'note')] : []),
  ];
  const found = counts.length === 0 ? 'nothing found' : counts.join(', ');
  const where = `in ${count(files, 'file')}`;
  return cancelled
    ? `Tensorwright: stopped early; ${found} ${where}.`
    : `Tensorwright: ${found} ${where} (${(millis / 1000).toFixed(1)} s).`;
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
