/** `tensorwright rollback MODEL [--to N]`: back to a version that has served before. */
import { readPlan } from '../../../server/src/deployPlan/plan';
import { rollBack } from '../../../runtime-bridge/node/deploy/verbs';
import { type DeployOptions, exitCode, modelNamed, steering, withState } from '../deploy/common';
import type { Verb } from '.';

const examples = `
Examples:
  $ tensorwright rollback cnn             to the version that served before
  $ tensorwright rollback cnn --to 3      to any version that lies in the model's folder

A deployment that is under way ends first. Exit code: 0 done, 1 it ended otherwise, 2 refused.`;

export const rollback: Verb = (program, io, finish) => {
  withState(program.command('rollback'))
    .summary('go back to a version that served before')
    .description('Sends all traffic back to an earlier version. It is at once where that version is still warm.')
    .argument('<model>', 'name of the model')
    .option('--to <version>', 'which version (default: the one before)')
    .addHelpText('after', examples)
    .action(async (model: string, options: DeployOptions & { readonly to?: string }) => {
      const ended = await steering(options, io, (place) =>
        rollBack(place, modelNamed(model), readPlan('').plan, options.to),
      );
      finish(exitCode(ended, ['rolledBack']));
    });
};
