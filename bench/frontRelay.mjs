/** A process that passes bytes on to another and back, and does nothing else: what any front in Node costs here. */
import { connect, createServer } from 'node:net';

const { port, hostname } = new URL(process.argv[2]);
const relay = createServer((socket) => {
  const behind = connect(Number(port), hostname);
  for (const [from, to] of [
    [socket, behind],
    [behind, socket],
  ])
    from
      .setNoDelay(true)
      .on('data', (chunk) => to.write(chunk))
      .on('error', () => undefined)
      .on('close', () => to.destroy());
});
process.on('disconnect', () => process.exit(0));
relay.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${relay.address().port}`));
