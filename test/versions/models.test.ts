/** Models on a real disk: listed, registered, compared with their manifests. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ModelList, Registered, VersionSummary } from '../../protocol/src/models';
import { listModels } from '../../runtime-bridge/node/versions/models';
import { register } from '../../runtime-bridge/node/versions/register';
import { scalars, startRun } from '../bridge/journalWriter';
import { run } from '../cli/inProcess';
import { onnxBytes } from '../triton/onnxBytes';
import { onnx } from '../weights/files';

let workspace = '';
beforeEach(() => (workspace = mkdtempSync(join(tmpdir(), 'tensorwright-models-'))));
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

function put(path: string, content: Buffer | string): string {
  const file = join(workspace, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const header = Buffer.from(
  onnxBytes([{ name: 'x', type: 1, dims: ['batch', 3] }], [{ name: 'y', type: 7, dims: [2] }]).base64,
  'base64',
);

const list = (): Promise<ModelList> => listModels({ workspace, folders: [] });

async function only(): Promise<VersionSummary> {
  const { models } = await list();
  const [version] = models[0]?.versions ?? [];
  ok(version);
  return version;
}

const registered = (file: string, model = 'resnet'): Promise<Registered> =>
  register({ file, model, models: join(workspace, 'models'), source: {}, workspace, now: new Date(0) });

describe('models: what lies in a workspace', () => {
  it('folders in the layout of a repository are found, whatever is around them', async () => {
    put('serving/models/resnet/2/model.onnx', header);
    put('serving/models/resnet/10/model.onnx', header);
    put('serving/models/resnet/notes/readme.txt', 'x');
    put('serving/models/pre/1/model.py', 'class TritonPythonModel: pass');
    put('data/7/picture.png', 'x');
    put('node_modules/a/1/model.onnx', header);
    const { folders, models } = await list();
    deepEqual(folders, [join(workspace, 'serving', 'models')]);
    deepEqual(
      models.map(({ name, versions }) => [name, versions.map(({ number, format }) => `${number} ${format}`)]),
      [
        ['pre', ['1 python']],
        ['resnet', ['10 onnx', '2 onnx']],
      ],
    );
  });

  it("the signature is the ONNX header's, or the configuration's", async () => {
    put('models/a/1/model.onnx', header);
    deepEqual((await only()).signature, {
      inputs: [{ name: 'x', dtype: 'float32', shape: [-1, 3] }],
      outputs: [{ name: 'y', dtype: 'int64', shape: [2] }],
    });
    rmSync(join(workspace, 'models'), { recursive: true });
    put('models/b/1/model.pt', 'x');
    put('models/b/config.pbtxt', 'max_batch_size: 4\ninput { name: "x" data_type: TYPE_FP16 dims: [ 3, -1 ] }\n');
    deepEqual((await only()).signature, { inputs: [{ name: 'x', dtype: 'float16', shape: [-1, 3, -1] }], outputs: [] });
  });

  it('pointers of Git LFS and DVC are told, with what fetches the files', async () => {
    const oid = 'a'.repeat(64);
    put('models/a/1/model.onnx', `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 123456\n`);
    put(
      'models/b/1/model.onnx.dvc',
      'outs:\n- md5: 0123456789abcdef0123456789abcdef\n  size: 7890\n  path: model.onnx\n',
    );
    const versions = (await list()).models.map(({ versions: [version] }) => version);
    deepEqual(
      versions.map((version) => [version?.format, version?.sizeBytes, version?.problems]),
      [
        ['onnx', 123_456, ['model.onnx is a pointer of Git LFS; fetch the file itself with "git lfs pull".']],
        ['onnx', 7890, ['model.onnx is kept by DVC; fetch it with "dvc pull model.onnx.dvc".']],
      ],
    );
  });

  it('a manifest that leads out of its folder is none', async () => {
    const evil = {
      version: 1,
      model: 'a',
      number: 1,
      createdAt: '',
      format: 'onnx',
      files: [{ path: '../../x', sizeBytes: 1, sha256: '' }],
    };
    put('models/a/1/model.onnx', header);
    put('models/a/1/tensorwright.json', JSON.stringify(evil));
    const { manifest, problems } = await only();
    equal(manifest, undefined);
    match(problems.join(), /can't be read as a manifest/);
  });
});

describe('models: registering', () => {
  it('a file becomes the next version, with checksum, signature and parent', async () => {
    put('models/resnet/7/model.onnx', header);
    const { folder, manifest } = await registered(put('out/best.onnx', header));
    equal(folder, join(workspace, 'models', 'resnet', '8'));
    deepEqual(manifest, JSON.parse(readFileSync(join(folder, 'tensorwright.json'), 'utf8')));
    deepEqual(manifest, {
      version: 1,
      model: 'resnet',
      number: 8,
      createdAt: '1970-01-01T00:00:00.000Z',
      format: 'onnx',
      files: [
        { path: 'model.onnx', sizeBytes: header.length, sha256: createHash('sha256').update(header).digest('hex') },
      ],
      signature: {
        inputs: [{ name: 'x', dtype: 'float32', shape: [-1, 3] }],
        outputs: [{ name: 'y', dtype: 'int64', shape: [2] }],
      },
      parent: 7,
    });
    deepEqual(readFileSync(join(folder, 'model.onnx')), header);
    deepEqual((await list()).models[0]?.versions[0]?.problems, []);
  });

  it('many at once get numbers of their own', async () => {
    const file = put('out/best.onnx', header);
    const made = await Promise.all(Array.from({ length: 6 }, () => registered(file)));
    deepEqual(made.map(({ manifest }) => manifest.number).sort(), [1, 2, 3, 4, 5, 6]);
    deepEqual(readdirSync(join(workspace, 'models')), ['resnet']);
    deepEqual(readdirSync(join(workspace, '.tensorwright', 'cache')), ['hashes.json']);
  });

  it('a file that has the next number for a name is not written over', async () => {
    put('models/resnet/1', 'not a folder');
    equal((await registered(put('best.onnx', header))).manifest.number, 2);
    equal(readFileSync(join(workspace, 'models/resnet/1'), 'utf8'), 'not a folder');
  });

  it('values beside an ONNX file come along; those outside its folder are refused', async () => {
    const external = (location: string): Buffer => onnx([{ name: 'w', shape: [2], external: { location } }]);
    put('out/w.bin', Buffer.alloc(8));
    const { folder, manifest } = await registered(put('out/best.onnx', external('w.bin')));
    deepEqual(
      manifest.files.map(({ path }) => path),
      ['model.onnx', 'w.bin'],
    );
    equal(statSync(join(folder, 'w.bin')).size, 8);
    put('w.bin', Buffer.alloc(8));
    await rejects(
      registered(put('out/bad.onnx', external('../w.bin'))),
      /the tensor w names '..\/w.bin', which is no file in the model's folder/,
    );
  });

  for (const name of ['../out', 'a/b', 'a\\b', '.hidden', '', 'a..b', '/tmp/x', 'a\0b', 'x'.repeat(200)])
    it(`no model is called ${JSON.stringify(name).slice(0, 20)}`, async () => {
      await rejects(registered(put('best.onnx', header), name), /can't be a model's name/);
      deepEqual(readdirSync(workspace), ['best.onnx']);
    });

  it('a pointer is not registered in place of the file', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1\n`;
    await rejects(registered(put('best.onnx', pointer)), /fetch the file itself with "git lfs pull"/);
    put('kept.onnx.dvc', 'outs:\n- md5: 0\n  path: kept.onnx\n');
    await rejects(registered(join(workspace, 'kept.onnx')), /dvc pull kept.onnx.dvc/);
  });

  it('a version that was changed is told of; what did not change is not read again', async () => {
    const { folder } = await registered(put('best.onnx', header));
    const file = join(folder, 'model.onnx');
    const [atime, mtime] = [new Date(1e12), new Date(1e12)];
    utimesSync(file, atime, mtime);
    deepEqual((await only()).problems, []);
    writeFileSync(file, Buffer.from(header).fill(1, 0, 1));
    utimesSync(file, atime, mtime);
    deepEqual((await only()).problems, [], 'same size and time: the remembered checksum holds');
    utimesSync(file, atime, new Date(mtime.getTime() + 5000));
    match((await only()).problems.join(), /model.onnx is not the file that was registered/);
    rmSync(file);
    match((await only()).problems.join(), /model.onnx is missing/);
  });
});

describe('models: the command line', () => {
  it('registers what a run wrote, with its script, commit and newest metrics, and lists it', async () => {
    const runs = join(workspace, '.tensorwright', 'runs');
    mkdirSync(runs, { recursive: true });
    const writer = startRun(runs, {
      id: '20261123-101500-abcd',
      cwd: workspace,
      startedAt: '2026-01-01T00:00:00Z',
      script: 'train.py',
      git: { commit: 'c'.repeat(40), dirty: true },
    });
    writer.append([scalars(1, { loss: 2 }), scalars(2, { loss: 0.25, accuracy: 0.9 })]);
    put('out/best.onnx', header);
    const made = await run(['register', writer.folder, '--model', 'resnet', '--format', 'json'], { cwd: workspace });
    equal(made.code, 0, made.err);
    const { manifest } = JSON.parse(made.out) as Registered;
    deepEqual(
      [manifest.run, manifest.script, manifest.commit, manifest.dirty, manifest.metrics],
      ['20261123-101500-abcd', 'train.py', 'c'.repeat(40), true, { loss: 0.25, accuracy: 0.9 }],
    );
    const listed = await run(['models'], { cwd: workspace });
    match(
      listed.out,
      /^models\/resnet\n {4}1 {2}onnx · .* · loss 0.25, accuracy 0.9 · commit cccccccccc with changes · run 20261123-101500-abcd\n$/,
    );
    put('out/other.onnx', header);
    const two = await run(['register', writer.folder, '--model', 'resnet'], { cwd: workspace });
    equal(two.code, 2);
    match(two.err, /2 model files were written: .*choose one: tensorwright register/);
  });

  it("a file's commit is that of its folder", async () => {
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: workspace, encoding: 'utf8' });
    git('init', '-q');
    put('train.py', 'x = 1\n');
    git('add', 'train.py');
    git('commit', '-q', '-m', 'first');
    put('best.onnx', header);
    const { out } = await run(['register', 'best.onnx', '--model', 'a', '--format', 'json'], { cwd: workspace });
    const { manifest } = JSON.parse(out) as Registered;
    deepEqual([manifest.commit, manifest.dirty], [git('rev-parse', 'HEAD').trim(), false]);
  });

  for (const [args, expected] of [
    [['register', 'gone.onnx', '--model', 'a'], /There is no file .*gone\.onnx\./],
    [['register', 'notes.txt', '--model', 'a'], /notes\.txt is no model file that is known/],
    [['register', 'best.onnx', '--model', '../a'], /'..\/a' can't be a model's name/],
    [['register', 'best.onnx'], /--model/],
    [['register', 'broken.onnx', '--model', 'a'], /broken\.onnx /],
    [['register', 'best.onnx', '--model', 'a', '--run', 'nowhere'], /no training run in nowhere/],
  ] as const)
    it(`tensorwright ${args.join(' ')} is wrong use`, async () => {
      put('notes.txt', 'x');
      put('best.onnx', header);
      put('broken.onnx', 'text');
      const { code, err } = await run(args, { cwd: workspace });
      equal(code, 2);
      match(err, expected);
      equal(existsSync(join(workspace, 'models', 'a')), false);
    });

  it('says what to do where there is no model', async () => {
    const { code, out } = await run(['models'], { cwd: workspace });
    equal(code, 0);
    match(out, /no models in this folder; "tensorwright register model\.onnx --model NAME" makes the first version/);
  });
});
