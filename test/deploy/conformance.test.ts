/** The targets against the table of what every target does; the real Triton has it in `test/oracle/tritonserver`. */
import { join } from 'node:path';
import { conforms } from './conformance';
import { Scene } from './harness';
import { ServerDouble } from './serverDouble';

describe('target embedded', function () {
  this.timeout(120_000);
  conforms(() => {
    const scene = new Scene();
    for (const version of ['1', '2']) scene.version(version);
    scene.version('3', Buffer.from('no model'));
    return Promise.resolve({ open: scene.opening('embedded'), dispose: () => scene.dispose() });
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
    return { open: scene.opening(`triton=${server.address}`), dispose };
  });
});
