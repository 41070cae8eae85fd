/** What a launch of the Python debugger needs so that the agent watches the training; pure. */
import { randomBytes } from 'node:crypto';
import { delimiter, join } from 'node:path';

/** A launch configuration of any debugger. */
export type Launch = Readonly<Record<string, unknown>>;

export interface WatchOptions {
  /** The folder with the agent. */
  readonly agent: string;
  readonly runFolder: string;
  readonly control: boolean;
  readonly thresholds: string;
  /** PYTHONPATH of the process, which a configuration's own would hide. */
  readonly pythonPath: string | undefined;
}

/** What may be asked for beside `true`. */
interface Asked {
  readonly pauseWhen?: unknown;
}

/** Whether a launch asks to be watched: `"tensorwright": true`, or with options `{"pauseWhen": "*.grad is non-finite"}`. */
export const asksToBeWatched = ({ request, tensorwright }: Launch): boolean =>
  request === 'launch' && (tensorwright === true || (typeof tensorwright === 'object' && tensorwright !== null));

/** The launch with the agent's environment; everything else in it stays as it was. */
export function watchedLaunch(launch: Launch, options: WatchOptions): Launch {
  const env = (launch['env'] ?? {}) as Readonly<Record<string, string | undefined>>;
  const { pauseWhen } = launch['tensorwright'] as Asked;
  const paths = [join(options.agent, 'start'), env['PYTHONPATH'] ?? options.pythonPath];
  return {
    ...launch,
    env: {
      ...env,
      PYTHONPATH: paths.filter((path) => path !== undefined && path !== '').join(delimiter),
      TENSORWRIGHT_RUN: options.runFolder,
      TENSORWRIGHT_SCRIPT: typeof launch['program'] === 'string' ? launch['program'] : '',
      TENSORWRIGHT_THRESHOLDS: options.thresholds,
      ...(options.control ? { TENSORWRIGHT_CONTROL: '1' } : {}),
      ...(typeof pauseWhen === 'string' ? { TENSORWRIGHT_PAUSE_WHEN: pauseWhen } : {}),
    },
  };
}

/** Id of a run that starts now, as the command line makes them: `20260521-101502-3fa2`. */
export const newRunId = (now: Date): string =>
  `${now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${randomBytes(2).toString('hex')}`;
