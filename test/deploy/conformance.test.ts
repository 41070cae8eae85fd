/** The targets against the table of what every target does; the real Triton has it in `test/oracle/tritonserver`. */
import { conforms } from './conformance';
import { Scene } from './harness';
import { behindDouble } from './tritonDouble';

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
  conforms(() => behindDouble('triton'));
});
