/** What is found out of a version before anything is loaded. */
import { existsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import type { DeployHeader, TargetState } from '../../../protocol/src/deploy';
import { incompatibilities } from './compatible';
import type { Inspection } from './engine/types';
import type { TargetKind } from './targets/target';
import { filesOf, hashOfVersion, type ModelSignature, signatureOf } from './versionFiles';

/** A process of ONNX Runtime without a model, measured with onnxruntime-node 1.30 on Linux. */
const processBytes = 90e6;
/** Of the file's size: weights are held once, and prepared copies of some beside them. */
const weightFactor = 1.5;

/** @param baselineFolder absent for the first version of a model */
export function inspect(
  header: DeployHeader,
  kind: TargetKind,
  baselineFolder: string | undefined,
  target: TargetState,
  seen: number,
): Inspection {
  const resident = target.versions.find(({ version }) => version === header.baseline)?.resident;
  return {
    problems: [...unreadable(kind, header), ...problemsOf(header, baselineFolder)],
    ...(resident === undefined ? {} : { baselineResident: resident }),
    candidateEstimate: estimateOf(header.folder),
    free: freemem(),
    canSplit: kind.canSplit,
    canShadow: kind.canShadow,
    target,
    seen,
  };
}

/** Gates that would pass because nobody looks. */
function unreadable({ id, canRead }: TargetKind, { plan, baseline, mode }: DeployHeader): string[] {
  if (canRead || baseline === undefined || mode === 'rollback') return [];
  const blind = plan.gates.filter(
    ({ kind, dryRun }) => !dryRun && (kind === 'nonFinite' || kind === 'drift' || kind === 'outcome'),
  );
  const metric = mode === 'experiment' ? plan.experiment?.metric : undefined;
  return [
    ...blind.map(({ kind }) =>
      kind === 'outcome'
        ? `The target ${id} takes no outcomes, so the gate outcome can't be judged; leave it out of "gates", or mark it "dryRun: true"`
        : `The target ${id} does not see what is answered, so the gate ${kind} can't be judged; leave it out of "gates", or mark it "dryRun: true"`,
    ),
    ...(metric === undefined || metric === 'errors' || metric === 'latency'
      ? []
      : [`The target ${id} takes no outcomes, so "${metric}" can't be known; test errors or latency there`]),
  ];
}

/** Bytes that a version will need; 0 where its files can't be read. */
export function estimateOf(folder: string): number {
  try {
    return processBytes + weightFactor * filesOf(folder).reduce((sum, { bytes }) => sum + bytes, 0);
  } catch {
    return 0;
  }
}

function problemsOf(
  { folder, sha256, baseline = '', candidate }: DeployHeader,
  baselineFolder: string | undefined,
): string[] {
  try {
    if (hashOfVersion(folder) !== sha256)
      return [`the files of version ${candidate} have changed since it was asked for`];
    const now = modelIn(folder);
    if (now === undefined) return [];
    if ('reason' in now) return [`model.onnx of version ${candidate} is no whole ONNX file (${now.reason})`];
    const old = baselineFolder === undefined ? undefined : modelIn(baselineFolder);
    if (old === undefined || 'reason' in old) return [];
    return [...incompatibilities(old, now, { baseline, candidate })];
  } catch (error) {
    return [`version ${candidate} can't be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Undefined where there is no ONNX file: then its server knows what it takes. */
function modelIn(folder: string): ModelSignature | { readonly reason: string } | undefined {
  const path = join(folder, 'model.onnx');
  return existsSync(path) ? signatureOf(path) : undefined;
}
