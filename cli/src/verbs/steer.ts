/** `tensorwright pause|resume|promote|abort|freeze|retry MODEL`: steering a deployment that is under way. */
import type { DeployState } from '../../../protocol/src/deploy';
import type { Verb as DeployVerb } from '../../../runtime-bridge/node/deploy/engine/types';
import { give } from '../../../runtime-bridge/node/deploy/verbs';
import { type DeployOptions, exitCode, modelNamed, steering, withState } from '../deploy/common';
import type { Verb } from '.';

interface Steered {
  readonly verb: DeployVerb;
  readonly summary: string;
  /** Ends that are what was asked for. */
  readonly wanted: readonly DeployState[];
  readonly isPromotion?: boolean;
}

const onTheWay: readonly DeployState[] = ['shadow', 'canary', 'promoting', 'soaking', 'promoted'];

const steered: readonly Steered[] = [
  { verb: 'pause', summary: 'hold a canary where it is', wanted: ['paused'] },
  { verb: 'resume', summary: 'go on with a paused deployment, or thaw a frozen one', wanted: onTheWay },
  { verb: 'promote', summary: 'go to the next step, or to all traffic', wanted: onTheWay, isPromotion: true },
  { verb: 'abort', summary: 'send all traffic back to the baseline', wanted: ['rolledBack'] },
  { verb: 'freeze', summary: 'neither promote nor roll back until it is resumed', wanted: [...onTheWay, 'paused'] },
  { verb: 'retry', summary: 'try again where a deployment is stuck', wanted: onTheWay },
];

const examples = `
The command goes to the process that steers the deployment. Where that is gone, this one takes over from the log and
stays until nothing more happens by itself.
Exit code: 0 done, 1 the deployment ended otherwise, 2 refused or nothing to steer.`;

interface SteerOptions extends DeployOptions {
  readonly full?: boolean;
  readonly reason?: string;
}

export const steer: Verb = (program, io, finish) => {
  for (const { verb, summary, wanted, isPromotion } of steered) {
    const command = withState(program.command(verb))
      .summary(summary)
      .description(`Deployments: ${summary}.`)
      .argument('<model>', 'name of the model')
      .option('--reason <text>', 'why, for the log')
      .addHelpText('after', examples);
    if (isPromotion === true)
      command.option('--full', 'to all traffic at once; needs a reason while gates have not passed');
    command.action(async (model: string, options: SteerOptions) => {
      const { full, reason } = options;
      const asked = {
        kind: 'command' as const,
        verb,
        ...(full === undefined ? {} : { full }),
        ...(reason === undefined ? {} : { reason }),
      };
      const ended = await steering(options, io, (place) => give(place, modelNamed(model), asked));
      finish(exitCode(ended, wanted));
    });
  }
};
