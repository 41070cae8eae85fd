/** Models and versions in a few words, for the tree and pickers. */
import type { SignatureTensor, VersionSummary } from '../../protocol/src/models';

export function sizeWords(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

export const metricWords = (metrics: Readonly<Record<string, number>> | undefined): readonly string[] =>
  Object.entries(metrics ?? {}).map(([name, value]) => `${name} ${String(Number(value.toPrecision(4)))}`);

/** `onnx · 98.1 MB · loss 0.41 · 1a2b3c4d`; the rest is below it. */
export function versionWords({ format, sizeBytes, manifest }: VersionSummary): string {
  const commit = manifest?.commit === undefined ? [] : [commitWords(manifest.commit.slice(0, 8), manifest.dirty)];
  return [format, sizeWords(sizeBytes), ...metricWords(manifest?.metrics).slice(0, 2), ...commit].join(' · ');
}

/** `x float32 (?, 3)` */
export function tensorWords({ name, dtype, shape }: SignatureTensor): string {
  const sizes = shape?.map((size) => (size < 0 ? '?' : String(size)));
  return `${name} ${dtype}${sizes === undefined ? '' : ` (${sizes.join(', ')})`}`;
}

/** What is known of a version, name by name. */
export function versionFacts(version: VersionSummary): readonly (readonly [string, string])[] {
  const { manifest, signature, folder } = version;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Inputs', signature?.inputs.map(tensorWords).join(', ')],
    ['Outputs', signature?.outputs.map(tensorWords).join(', ')],
    ['Metrics', metricWords(manifest?.metrics).join(', ')],
    ['Registered', manifest === undefined ? 'no: it was put there by hand' : dateWords(manifest.createdAt)],
    ['Git commit', manifest?.commit === undefined ? undefined : commitWords(manifest.commit, manifest.dirty)],
    ['Run', manifest?.run],
    ['Script', manifest?.script],
    ['Follows', manifest?.parent === undefined ? undefined : `version ${manifest.parent}`],
    ['Files', manifest?.files.map(({ path, sizeBytes }) => `${path} (${sizeWords(sizeBytes)})`).join(', ')],
    ['Folder', folder],
  ];
  return facts.flatMap(([name, words]) => (words === undefined || words === '' ? [] : [[name, words] as const]));
}

const commitWords = (commit: string, dirty: boolean | undefined): string =>
  `${commit}${dirty === true ? ' with changes' : ''}`;

const dateWords = (iso: string): string =>
  new Date(iso).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });
