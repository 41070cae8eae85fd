/** The loss stays where chance would be. */
import { lowerRate } from '../advice';
import { shown } from '../numbers';
import { chanceLevel } from '../chance';
import { diagnosis, placeIn } from '../rule';

export const notLearning = diagnosis({
  id: 'not-learning',
  catalogue: 'L2',
  summary: 'After many steps the loss is still what guessing would give.',
  why: 'The level of guessing is the entropy of the labels for classes and the variance of the targets for distances. A loss that starts low, or whose chance level is not known, is not judged.',
  source:
    'SageMaker Debugger LossNotDecreasing; AutoTrainer slow convergence, against chance instead of against itself.',
  needs: ['scalars', 'event:loss-call'],
  thresholds: { steps: 200, shortRun: 80, nearChance: 0.93, gain: 0.1 },
  rank: 70,
  start: () => 0,
  step: (state) => state,
  verdict(_state, t, run) {
    const values = run.loss;
    if (!run.isSimple || values.length < (run.end === undefined ? t.steps : t.shortRun)) return undefined;
    const progress = run.progress;
    const chance = chanceLevel(run);
    if (progress === undefined || chance === undefined || progress.gain > t.gain) return undefined;
    if (progress.last < t.nearChance * chance.level) return undefined;
    const place = placeIn(run.lossCall) ?? run.optimizer;
    return {
      severity: 'warning',
      place,
      message: `After ${values.length} steps the loss is ${shown(progress.last)} (it began at ${shown(progress.first)}); guessing would give ${shown(chance.level)}, ${chance.reason}.`,
      suggestions: [
        { title: 'Check that inputs and labels belong together: overfit one batch first', ...place },
        ...lowerRate(run, 10),
        {
          title: 'Check the data set: are labels shuffled apart from inputs?',
          ...(run.loaders.get(run.trainingLoader ?? -1)?.item ?? run.loaders.get(run.trainingLoader ?? -1)),
        },
      ],
    };
  },
});
