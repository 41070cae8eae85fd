/** The thresholds of the user's own: `[tool.tensorwright.thresholds]`, before them the editor's. */
import { rules } from '../../runtime-bridge/node/diagnosis/rules';
import { joinThresholds, readThresholds, type ThresholdSettings } from '../../runtime-bridge/node/diagnosis/thresholds';
import { readProjectSettings } from '../../server/src/host/projectSettings';
import type { Io } from './io';

/** What can't be used is told, a line each. */
export function thresholdsFor({ cwd, variables, err }: Io): ThresholdSettings {
  const project = readProjectSettings(cwd);
  const read = [project.settings.thresholds, fromEditor(variables['TENSORWRIGHT_THRESHOLDS'])].map((raw) =>
    readThresholds(rules, raw ?? {}),
  );
  for (const problem of [...project.problems, ...read.flatMap(({ problems }) => problems)])
    err.write(`tensorwright: ${problem}\n`);
  return read.map(({ thresholds }) => thresholds).reduce(joinThresholds, {});
}

function fromEditor(json: string | undefined): unknown {
  try {
    return json === undefined ? {} : JSON.parse(json);
  } catch {
    return json;
  }
}
