import { deepEqual, equal } from 'node:assert/strict';
import { defaultSettings, readSettings, settingKeys } from '../../protocol/src/settings';

describe('settings', () => {
  for (const [what, raw, settings] of [
    ['nothing', undefined, {}],
    ['an empty table', {}, {}],
    ['camelCase', { pythonPath: '.venv' }, { pythonPath: '.venv' }],
    ['kebab-case', { 'python-path': '.venv' }, { pythonPath: '.venv' }],
    ['severities', { rules: { 'some-id': 'off' } }, { rules: { 'some-id': 'off' } }],
    ['globs', { exclude: ['a/**'] }, { exclude: ['a/**'] }],
  ] as const)
    it(`reads ${what}`, () => {
      deepEqual(readSettings(raw, 'project'), { settings, problems: [] });
    });

  for (const [raw, problem] of [
    [[], 'the settings must be a table of keys and values'],
    ['on', 'the settings must be a table of keys and values'],
    [
      { rule: {} },
      "unknown setting 'rule'; known are rules, thresholds, pythonPath, exclude, tritonStrict, tritonGpus, models",
    ],
    [
      { enable: true },
      "unknown setting 'enable'; known are rules, thresholds, pythonPath, exclude, tritonStrict, tritonGpus, models",
    ],
    [{ exclude: 'a' }, "'exclude' must be a list of strings"],
    [{ thresholds: 3 }, "'thresholds' must be a table of rule ids and their thresholds"],
    [{ exclude: [1] }, "'exclude' must be a list of strings"],
    [{ pythonPath: 3 }, "'pythonPath' must be a string"],
    [{ rules: ['some-id'] }, "'rules' must be a table of finding ids and severities"],
    [{ rules: { 'some-id': 'fatal' } }, "'rules' must give 'some-id' one of error, warning, information, hint, off"],
    [{ rules: { 'no-such-id': 'off' } }, "'rules' names the unknown finding 'no-such-id'"],
  ] as const)
    it(problem, () => {
      deepEqual(readSettings(raw, 'project', ['some-id']).problems, [problem]);
    });

  it('one wrong severity does not cost the others', () => {
    const { settings } = readSettings({ rules: { 'some-id': 'off', 'no-such-id': 'off' } }, 'project', ['some-id']);
    deepEqual(settings, { rules: { 'some-id': 'off' } });
  });

  it('one wrong key does not cost the others', () => {
    deepEqual(readSettings({ exclude: 3, pythonPath: 'env' }, 'project').settings, { pythonPath: 'env' });
  });

  it('the editor knows all keys, also nested as VS Code hands them over', () => {
    const { settings, problems } = readSettings(
      { ...defaultSettings, 'trace.server': undefined, trace: { server: 'verbose' } },
      'editor',
    );
    equal(settings['trace.server'], 'verbose');
    deepEqual(problems, ["'trace.server' must be one of off, messages, verbose"].slice(1));
    deepEqual(Object.keys(settings).sort(), [...settingKeys].sort());
  });
});
