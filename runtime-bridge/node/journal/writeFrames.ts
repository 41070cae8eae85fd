/** Payloads as the bytes of a journal: what docs/journal.md describes, written from Node. */
import { frameHeaderBytes, journalHeaderBytes, journalMagic, journalVersion } from '../../../protocol/src/journal';
import { crc32 } from './crc32';

/** A whole journal: the header and a frame for each payload, numbered from 1. */
export function journalOf(payloads: readonly Uint8Array[]): Uint8Array {
  const size = payloads.reduce((sum, { length }) => sum + frameHeaderBytes + length, journalHeaderBytes);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(journalMagic));
  view.setUint32(journalMagic.length, journalVersion, true);
  let at = journalHeaderBytes;
  for (const [i, payload] of payloads.entries()) {
    view.setUint32(at, payload.length, true);
    view.setUint32(at + 4, i + 1, true);
    view.setUint32(at + 8, crc32(payload, crc32(bytes.subarray(at + 4, at + 8))), true);
    bytes.set(payload, at + frameHeaderBytes);
    at += frameHeaderBytes + payload.length;
  }
  return bytes;
}
