/** The targets against the table of what every target does; the real Triton has it in `test/oracle/tritonserver`. */
import { join } from 'node:path';
import { targetNamed } from '../../runtime-bridge/node/deploy/targets';
import type { Target } from '../../runtime-bridge/node/deploy/targets/target';
import { conforms, type Subject } from './conformance';
import { Scene } from './harness';
import { ServerDouble } from './serverDouble';

/** Opens a target of a scene. @param written as on the command line */
function opening({ modelFolder, stateFolder, place: { frontScript } }: Scene, written: string): Subject['open'] {
  const named = targetNamed(written);
  if (named === undefined) throw new Error(`no target ${written}`);
  const { kind, server } = named;
  const place = { model: 'cnn', modelFolder, stateFolder, frontScript, drain: 5 };
  return (epoch): Promise<Target> => kind.open({ ...place, epoch, ...(server === undefined ? {} : { server }) });
}

describe('target embedded', function () {
  this.timeout(120_000);
  conforms(() => {
    const scene = new Scene();
    for (const version of ['1', '2']) scene.version(version);
    scene.version('3', Buffer.from('no model'));
    return Promise.resolve({ open: opening(scene, 'embedded'), dispose: () => scene.dispose() });
  });
});

describe('target triton, before a double of the server', function () {
  this.timeout(120_000);
  conforms(async () => {
    const scene = new Scene();
    for (const version of ['1', '2', '3']) scene.folder.write(join('models', 'cnn', version, 'weights.bin'), version);
    const server = new ServerDouble(scene.modelFolder);
    server.faults.set('3', { lies: true });
    await server.start();
    const dispose = async (): Promise<void> => {
      await scene.dispose();
      await server.stop();
    };
    return { open: opening(scene, `triton=${server.address}`), dispose };
  });
});
