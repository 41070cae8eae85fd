/** The targets, one a file. */
import { embedded } from './embedded';
import { haproxy } from './haproxy';
import type { TargetKind } from './target';
import { triton } from './triton';

export const targets: readonly TargetKind[] = [embedded, haproxy, triton];

/** A target as the command line and the log write it: `embedded`, `triton`, `triton=http://127.0.0.1:8000`. */
export interface NamedTarget {
  readonly kind: TargetKind;
  readonly server?: string;
}

/** Undefined where there is no such target. */
export function targetNamed(written: string): NamedTarget | undefined {
  const [, id, server] = /^([a-z-]+)(?:=(https?:\/\/[^\s]+?)\/?)?$/.exec(written) ?? [];
  const kind = targets.find((each) => each.id === id);
  return kind && { kind, ...(server === undefined ? {} : { server }) };
}
