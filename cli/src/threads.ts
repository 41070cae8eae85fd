/**
 * Checking many files on several threads of this process.
 *
 * Each thread opens the same projects and asks for one file after the other, so that none waits while another has many
 * large ones. What a file imports is analysed once by each thread.
 */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { Settings } from '../../protocol/src/settings';
import { type CheckedFile, checkFile, sentenceOf } from './checkFile';
import type { Asked, CheckAll } from './checkRun';
import type { Io } from './io';
import { openTargets } from './targets';

/** What a thread opens: the arguments of `openTargets`. */
export interface ThreadJob {
  readonly paths: readonly string[];
  readonly cwd: string;
  readonly user: Partial<Settings>;
}

type Answer = { readonly checked: CheckedFile } | { readonly tell: string };

/** Files below which one thread is done before a second one has started. */
const WORTH_THREADS = 24;
/** More threads than this wait for memory, and each analyses what all import anew. */
const MOST_THREADS = 4;

/** Paths of evaluation die young: a nursery of this many MiB lets most of them die before they are copied. */
const YOUNG_MIB = 64;

/** How many threads are worth starting; 1 stands for this one. */
export const threadsFor = (files: number, processors: number): number =>
  files < WORTH_THREADS ? 1 : Math.max(1, Math.min(processors, MOST_THREADS, Math.floor(files / (WORTH_THREADS / 2))));

/**
 * Checks files on `count` threads that run `script`. A thread that dies is a failure of the file it was at; another one
 * takes its place.
 */
export const checkOnThreads =
  (script: string, count: number, job: ThreadJob, tell: (sentence: string) => void): CheckAll =>
  async (files, started, done) => {
    const waiting = [...files].reverse();
    const run = (): Promise<void> =>
      new Promise((resolve) => {
        const worker = new Worker(script, { workerData: job, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } });
        let at: Asked | undefined;
        const next = (): void => {
          at = waiting.pop();
          if (at === undefined) {
            void worker.terminate().then(() => {
              resolve();
            });
            return;
          }
          started(at.file);
          worker.postMessage(at);
        };
        worker.on('message', (answer: Answer) => {
          if ('tell' in answer) {
            tell(answer.tell);
            return;
          }
          if (at !== undefined) done(at.file, answer.checked);
          next();
        });
        worker.on('error', (error) => {
          if (at !== undefined) done(at.file, { findings: [], lines: 0, failure: sentenceOf(error) });
          at = undefined;
          resolve(waiting.length === 0 ? undefined : run());
        });
        next();
      });
    await Promise.all(Array.from({ length: Math.min(count, files.length) }, run));
  };

/** The life of a thread: opens the projects, then checks what it is asked. */
export async function serveThread(io: Io): Promise<void> {
  const port = parentPort;
  if (port === null) return;
  const answer = (message: Answer): void => {
    port.postMessage(message);
  };
  const { paths, user } = workerData as ThreadJob;
  const opened = openTargets(paths, io, user, (sentence) => {
    answer({ tell: sentence });
  });
  port.on('message', ({ target, file }: Asked) => {
    void opened.then((targets) => {
      const project = targets[target]?.project;
      answer({
        checked:
          project === undefined ? { findings: [], lines: 0, failure: 'its project is gone' } : checkFile(project, file),
      });
    });
  });
  await opened;
}
