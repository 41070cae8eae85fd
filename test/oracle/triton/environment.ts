/** The environment with tritonserver and protoc; scripts/test.mjs names it in TENSORWRIGHT_TRITON. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const own = resolve('.cache', 'triton');

/** Undefined where none is named and the repository has none of its own. */
export const triton: string | undefined =
  process.env['TENSORWRIGHT_TRITON'] ??
  (existsSync(own) && !process.env['TENSORWRIGHT_TRITON_MISSING'] ? own : undefined);

/** Why there is none, for the title of what is skipped. */
export const tritonIsMissing = `no Triton server: ${process.env['TENSORWRIGHT_TRITON_MISSING'] ?? 'run node scripts/test.mjs oracle'}`;
