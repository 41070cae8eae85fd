/**
 * A controller that kills itself at an entry of its log: after the entry is on the disk and before its effect, or as
 * many milliseconds later. Started by crash.test.ts with what it does as JSON.
 */
import { deploy, type DeployRequest } from '../../runtime-bridge/node/deploy/steer';
import { targetNamed } from '../../runtime-bridge/node/deploy/targets';

export interface CrashOrder extends Omit<DeployRequest, 'target'> {
  readonly stateFolder: string;
  readonly frontScript: string;
  /** Sequence number of the entry; 0: it is not killed, and says how it ended. */
  readonly at: number;
  /** Milliseconds after it; 0 is before its effect begins. */
  readonly later: number;
}

const { stateFolder, frontScript, at, later, ...request } = JSON.parse(process.argv[2] ?? '') as CrashOrder;
const target = targetNamed('embedded');
if (target === undefined) throw new Error('there is no embedded target');
const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

const ended = await deploy(
  {
    stateFolder,
    frontScript,
    onEvent: ({ seq }) => {
      if (seq !== at) return;
      if (later === 0) die();
      else setTimeout(die, later);
    },
  },
  { ...request, target },
);
if (at === 0) process.stdout.write(JSON.stringify(ended));
