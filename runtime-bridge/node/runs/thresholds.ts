/** `thresholds.json` in a run's folder: what it is judged with where that differs from the rules' own. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rules } from '../diagnosis/rules';
import { readThresholds, type ThresholdSettings } from '../diagnosis/thresholds';

const pathIn = (folder: string): string => join(folder, 'thresholds.json');

/** @throws where the disk says no */
export function keepThresholds(folder: string, thresholds: ThresholdSettings): void {
  if (Object.keys(thresholds).length > 0) writeFileSync(pathIn(folder), `${JSON.stringify(thresholds)}\n`);
}

/** None where none were kept, or the file is broken. */
export function thresholdsOf(folder: string): ThresholdSettings {
  try {
    return readThresholds(rules, JSON.parse(readFileSync(pathIn(folder), 'utf8'))).thresholds;
  } catch {
    return {};
  }
}
