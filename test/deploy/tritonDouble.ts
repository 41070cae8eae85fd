/** A target before a double of a Triton server whose version 3 lies: it says that it has loaded, and has not. */
import { join } from 'node:path';
import type { Subject } from './conformance';
import { Scene } from './harness';
import { ServerDouble } from './serverDouble';

/** @param target as in `--target`, without the server's address */
export async function behindDouble(
  target: string,
  end = (scene: Scene): Promise<void> => scene.dispose(),
): Promise<Subject> {
  const scene = new Scene();
  for (const version of ['1', '2', '3']) scene.folder.write(join('models', 'cnn', version, 'weights.bin'), version);
  const server = new ServerDouble(scene.modelFolder);
  server.faults.set('3', { lies: true });
  await server.start();
  const dispose = async (): Promise<void> => {
    await end(scene);
    await server.stop();
  };
  return { open: scene.opening(`${target}=${server.address}`), dispose };
}
