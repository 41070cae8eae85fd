/** Sizes and metrics of models, for people. */

export function megabytes(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

const mostShown = 4;

/** `loss 0.412, accuracy 0.91`; the rest is in the manifest. */
export function metricsText(metrics: Readonly<Record<string, number>> | undefined): string {
  return Object.entries(metrics ?? {})
    .slice(0, mostShown)
    .map(([name, value]) => `${name} ${String(Number(value.toPrecision(4)))}`)
    .join(', ');
}
