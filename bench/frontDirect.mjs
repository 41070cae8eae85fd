/**
 * The model without anything around it: a process that calls ONNX Runtime and tells how long each call took. It also
 * answers over a socket, with as little code as can be: what a hop between two processes costs on this machine.
 */
import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [model, shape] = process.argv.slice(2);
const dims = shape.split('x').map(Number);
const data = new Float32Array(dims.reduce((all, size) => all * size, 1)).fill(0.5);
// As the front's processes: one thread that does not spin.
const session = await InferenceSession.create(readFileSync(model), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});

process.on('message', async (count) => {
  const millis = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await session.run({ x: new Tensor('float32', data, dims) });
    millis.push(performance.now() - started);
  }
  process.send(millis);
});
const hop = createServer((socket) => {
  let missing = 0;
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('data', async (chunk) => {
    if (missing === 0) {
      const head = chunk.toString('latin1', 0, chunk.indexOf('\r\n\r\n'));
      missing = head.length + 4 + Number(/\ncontent-length: (\d+)/i.exec(head)[1]);
    }
    missing -= chunk.length;
    if (missing > 0) return;
    missing = 0;
    await session.run({ x: new Tensor('float32', data, dims) });
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  });
});
process.on('disconnect', () => process.exit(0));
hop.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${hop.address().port}`));
