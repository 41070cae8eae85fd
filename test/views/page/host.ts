/** In the page: the editor's `acquireVsCodeApi` over a WebSocket to the test, which is the editor here. */
import { decodeMessage, encodeMessage } from '../../../protocol/src/binaryMessage';

const waiting: Uint8Array<ArrayBuffer>[] = [];
const socket = new WebSocket(`ws://${location.host}/`);
socket.binaryType = 'arraybuffer';
socket.addEventListener('open', () => {
  for (const bytes of waiting.splice(0)) socket.send(bytes);
});
socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
  window.dispatchEvent(new MessageEvent('message', { data: decodeMessage(new Uint8Array(data)) }));
});

let kept: unknown;
Object.assign(window, {
  acquireVsCodeApi: () => ({
    postMessage(message: unknown) {
      const bytes = encodeMessage(message);
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
      else waiting.push(bytes);
    },
    getState: () => kept,
    setState: (state: unknown) => (kept = state),
  }),
});
