/** What `status` says where logs were changed or can't be read: of each what can be known, and all the others. */
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { DeployStatus } from '../../protocol/src/deploy';
import { engine } from '../../runtime-bridge/node/deploy/engine';
import { DeploymentLog, TamperedLog } from '../../runtime-bridge/node/deploy/logFile';
import { logPath } from '../../runtime-bridge/node/deploy/records';
import { rollBack } from '../../runtime-bridge/node/deploy/verbs';
import { run } from '../cli/inProcess';
import { folderWith } from '../harness/folder';
import { header, plan } from './world';

describe('status of deployments', () => {
  const folder = folderWith();
  after(() => folder.dispose());
  const stateFolder = folder.at('state');
  const ids = ['cnn', 'rnn', 'gpt'].map((model, i) => `${model}-2026010${i + 1}T000000-0a0a`);
  const [changed = '', whole = '', half = ''] = ids.map((id) => logPath(stateFolder, id));

  before(() => {
    ids.forEach((id, i) => {
      const log = DeploymentLog.open(logPath(stateFolder, id));
      const { entries } = engine.begin(id, 1, { ...header, model: id.slice(0, 3) }, Date.UTC(2026, 0, i + 1));
      for (const entry of entries) log.append(entry);
      log.close();
    });
    const edit = (path: string, from: string, to: string): void =>
      writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
    edit(changed, '"candidate":"4"', '"candidate":"9"');
    edit(half, '"to":"preflight"', '"to":"promoted"');
    mkdirSync(logPath(stateFolder, 'folder-20260104T000000-0a0a'));
  });

  const status = async (): Promise<DeployStatus> => {
    const { code, out } = await run(['status', '--state-dir', stateFolder, '--format', 'json'], { cwd: folder.path });
    equal(code, 0);
    return JSON.parse(out) as DeployStatus;
  };

  it('lists the others, and of a log changed after its header what comes before', async () => {
    const { deployments } = await status();
    deepEqual(
      deployments.map(({ model, state }) => [model, state]),
      [
        ['rnn', 'preflight'],
        ['gpt', 'draft'],
      ],
    );
    match(
      deployments[1]?.reason ?? '',
      /^its log was changed: line 2 does not fit its hash; nothing is steered by it$/,
    );
  });

  it('names those of which nothing can be believed, with where and what to do', async () => {
    const { unreadable } = await status();
    deepEqual(
      unreadable.map(({ id, model }) => [id, model]),
      [
        [ids[0], 'cnn'],
        ['folder-20260104T000000-0a0a', 'folder'],
      ],
    );
    match(unreadable[0]?.reason ?? '', /cnn.*\.jsonl was changed: line 1 does not fit its hash.*move it away/);
    match(unreadable[1]?.reason ?? '', /can't be read: EISDIR/);
  });

  it('in words, too', async () => {
    const { out } = await run(['status', '--state-dir', stateFolder], { cwd: folder.path });
    match(out, /^rnn-.*preflight/m);
    match(out, /^cnn-20260101T000000-0a0a {2}not known\n {4}.*was changed: line 1/m);
  });

  for (const [what, id, code, said] of [
    ['is whole', ids[1], 0, /^$/],
    ['was changed after its header', ids[2], 1, /was changed: line 2 does not fit its hash; only what is before/],
    ['was changed at its header', ids[0], 1, /was changed: line 1 does not fit its hash/],
    ['is a folder', 'folder-20260104T000000-0a0a', 2, /can't be read: EISDIR/],
    ['does not exist', 'cnn-1', 2, /there is no deployment cnn-1; "tensorwright status" lists them/],
    ['lies elsewhere', '../deployments/x', 2, /there is no deployment/],
  ] as const)
    it(`the audit of a log that ${what}`, async () => {
      const ran = await run(['status', '--state-dir', stateFolder, '--audit', id ?? ''], { cwd: folder.path });
      equal(ran.code, code);
      match(ran.err, said);
    });

  it('such a model is not steered, the others are', async () => {
    const place = { stateFolder, frontScript: 'none', onEvent: () => undefined };
    await rejects(rollBack(place, 'cnn', plan), TamperedLog);
    await rejects(rollBack(place, 'folder', plan), /can't be read: EISDIR/);
    await rejects(rollBack(place, 'other', plan), /nothing was deployed of other/);
    equal(readFileSync(whole, 'utf8').split('\n').length, 3);
  });
});
