/** A deployment to a real Triton: two versions of a python model behind our front, under load. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { targetNamed } from '../../../runtime-bridge/node/deploy/targets';
import { withVersions } from '../../../runtime-bridge/node/deploy/targets/triton';
import { conforms } from '../../deploy/conformance';
import { count, noSteps, pause, quickPlan, Scene } from '../../deploy/harness';
import { triton, tritonIsMissing } from './environment';
import { TritonServer } from './server';

const config = `backend: "python"
input { name: "x" data_type: TYPE_FP32 dims: [ -1, 4 ] }
output { name: "y" data_type: TYPE_FP32 dims: [ -1, 4 ] }
version_policy: { specific: { versions: [ 1 ] } }
`;
const script = (body: string): string => `import triton_python_backend_utils as pb
class TritonPythonModel:
    def initialize(self, args):
        ${body}
    def execute(self, requests):
        return [pb.InferenceResponse([pb.Tensor("y", pb.get_input_tensor_by_name(r, "x").as_numpy() * self.factor)]) for r in requests]
`;

const repository = {
  files: {
    'cnn/config.pbtxt': config,
    'cnn/1/model.py': script('self.factor = 1'),
    'cnn/2/model.py': script('self.factor = 2'),
    'cnn/3/model.py': script('raise RuntimeError("this one never loads")'),
  },
  dirs: [],
};

describe('deployment to a real Triton', function () {
  this.timeout(240_000);
  if (triton === undefined) {
    it.skip(tritonIsMissing);
    return;
  }
  const environment = triton;
  let server: TritonServer;
  let scene: Scene;
  let address: string;
  before(async () => {
    server = await TritonServer.start(environment);
    scene = new Scene();
    address = await server.serve(repository);
  });
  after(async () => {
    await scene.dispose();
    await server.stop();
  });

  /** Unloading goes on after Triton has said OK. */
  async function isShown(): Promise<boolean> {
    const answer = await fetch(`${address}/v2/repository/index`, { method: 'POST', body: '{}' });
    return /READY|LOADING/.test(await answer.text());
  }

  describe('what every target does', () => {
    conforms(async () => {
      const own = new Scene();
      // The server loads what it is shown; the target begins with nothing.
      await server.serve(repository);
      await fetch(`${address}/v2/repository/models/cnn/unload`, { method: 'POST', body: '{}' });
      while (await isShown()) await pause(50);
      const modelFolder = join(server.repository, 'cnn');
      return { open: own.opening(`triton=${address}`, modelFolder), dispose: () => own.dispose() };
    });
    // What follows begins with version 1 in service.
    after(() => server.serve(repository));
  });

  it('what is served already is the baseline; a good version replaces it, one that does not load leaves no trace', async () => {
    const target = targetNamed(`triton=${address}`);
    ok(target);
    const modelFolder = join(server.repository, 'cnn');
    const bad = await scene.deploy('3', noSteps, { modelFolder, target });
    deepEqual([bad.state, await scene.serving()], ['rolledBack', '1'], bad.reason);
    equal(readFileSync(join(modelFolder, 'config.pbtxt'), 'utf8'), config);
    const load = await scene.load(50);
    const ended = await scene.deploy('2', quickPlan, { modelFolder, target });
    await load.stop();
    deepEqual([ended.state, await scene.serving()], ['promoted', '2'], ended.reason);
    deepEqual(
      count(load.failed, ({ problem }) => problem),
      {},
    );
    equal((await fetch(`${address}/v2/models/cnn/versions/1/ready`)).status === 200, false, 'the old one is unloaded');
    equal(readFileSync(join(modelFolder, 'config.pbtxt'), 'utf8'), withVersions(config, ['2']));
  });
});
