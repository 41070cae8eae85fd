/** The model without anything around it: a process that calls ONNX Runtime and tells how long each call took. */
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
process.on('disconnect', () => process.exit(0));
process.send('ready');
