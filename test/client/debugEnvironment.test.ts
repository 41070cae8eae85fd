/** Launches of the Python debugger: watched where they ask for it, else untouched. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { delimiter, join } from 'node:path';
import { asksToBeWatched, newRunId, watchedLaunch } from '../../client/src/bridge/debugEnvironment';

const options = { agent: '/ext/agent', runFolder: '/w/runs/r', control: false, thresholds: '{}', pythonPath: '/own' };
const launch = { type: 'debugpy', request: 'launch', program: '/w/train.py', env: { CUDA: '0' }, tensorwright: true };

describe('a launch of the Python debugger', () => {
  for (const [asked, what] of [
    [true, launch],
    [true, { ...launch, tensorwright: { pauseWhen: 'loss > 5' } }],
    [false, { ...launch, tensorwright: undefined }],
    [false, { ...launch, tensorwright: false }],
    [false, { ...launch, tensorwright: null }],
    [false, { ...launch, request: 'attach' }],
  ] as const)
    it(`${asked ? 'is' : 'is not'} watched with ${JSON.stringify(what.tensorwright)} in a ${what.request}`, () =>
      equal(asksToBeWatched(what), asked));

  it('has the agent before the paths that were there, and keeps the rest', () => {
    deepEqual(watchedLaunch(launch, options), {
      ...launch,
      env: {
        CUDA: '0',
        PYTHONPATH: [join('/ext/agent', 'start'), '/own'].join(delimiter),
        TENSORWRIGHT_RUN: '/w/runs/r',
        TENSORWRIGHT_SCRIPT: '/w/train.py',
        TENSORWRIGHT_THRESHOLDS: '{}',
      },
    });
  });

  it("prefers the launch's own path, hands on control and the condition to pause on", () => {
    const asked = { ...launch, env: { PYTHONPATH: '/mine' }, tensorwright: { pauseWhen: 'loss > 5' } };
    const { env } = watchedLaunch(asked, { ...options, control: true }) as { readonly env: Record<string, string> };
    equal(env['PYTHONPATH'], [join('/ext/agent', 'start'), '/mine'].join(delimiter));
    equal(env['TENSORWRIGHT_CONTROL'], '1');
    equal(env['TENSORWRIGHT_PAUSE_WHEN'], 'loss > 5');
  });

  it('has a folder named after its start', () => {
    match(newRunId(new Date('2026-05-21T10:15:02Z')), /^20260521-101502-[0-9a-f]{4}$/);
  });
});
