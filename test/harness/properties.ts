/**
 * Properties are tried with the same samples every time, so that a run says something about the change and not about
 * chance. `PROPERTY_SEED=n` takes others: do so after a change of what they are about.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 1) });
