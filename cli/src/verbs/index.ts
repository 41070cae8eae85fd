/** The verbs of the command, one a file. */
import type { Command } from 'commander';
import type { Io } from '../io';
import { check } from './check';
import { deploy } from './deploy';
import { diagnose } from './diagnose';
import { diff } from './diff';
import { explain } from './explain';
import { exportVerb } from './export';
import { flow } from './flow';
import { front } from './front';
import { infer } from './infer';
import { models } from './models';
import { outcomes } from './outcomes';
import { register } from './register';
import { rollback } from './rollback';
import { run } from './run';
import { shapes } from './shapes';
import { status } from './status';
import { steer } from './steer';
import { triton } from './triton';
import { verify } from './verify';

/** Adds a verb to the command; `finish` is told how it ended. */
export type Verb = (program: Command, io: Io, finish: (code: number) => void) => void;

export const verbs: readonly Verb[] = [
  check,
  shapes,
  flow,
  verify,
  run,
  diagnose,
  diff,
  triton,
  models,
  register,
  front,
  deploy,
  outcomes,
  status,
  steer,
  rollback,
  infer,
  exportVerb,
  explain,
];
