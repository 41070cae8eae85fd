/** Frames of a journal: found one after the other, until one is torn. Bytes in, payloads out; no files here. */
import {
  frameHeaderBytes,
  journalHeaderBytes,
  journalMagic,
  journalVersion,
  maxPayloadBytes,
} from '../../../protocol/src/journal';
import { crc32 } from './crc32';

export interface Frame {
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** Why reading stopped before the end of the bytes. */
export type Torn = 'header' | 'incomplete' | 'length' | 'crc' | 'sequence';

export interface FrameRead {
  readonly frames: readonly Frame[];
  /** Bytes from the start of the file that were good: reading goes on from there. */
  readonly good: number;
  readonly sequence: number;
  readonly torn?: Torn;
}

/** Whether a file starts as a journal of a version that this reader knows; `incomplete` may become one. */
export function journalHeader(bytes: Uint8Array): 'journal' | 'incomplete' | 'foreign' {
  const head = new TextEncoder().encode(journalMagic);
  const shared = Math.min(bytes.length, head.length);
  for (let i = 0; i < shared; i++) if (bytes[i] !== head[i]) return 'foreign';
  if (bytes.length < journalHeaderBytes) return 'incomplete';
  return u32(bytes, head.length) === journalVersion ? 'journal' : 'foreign';
}

/**
 * Reads frames.
 *
 * @param bytes of the file from `offset` on
 * @param offset where in the file they start: the `good` of the last read, or 0
 * @param sequence of the last frame before them
 */
export function readFrames(bytes: Uint8Array, offset = 0, sequence = 0): FrameRead {
  let at = 0;
  if (offset < journalHeaderBytes) {
    const header = journalHeader(bytes);
    if (header !== 'journal')
      return { frames: [], good: 0, sequence: 0, torn: header === 'foreign' ? 'header' : 'incomplete' };
    at = journalHeaderBytes;
  }
  const frames: Frame[] = [];
  let [last, torn]: [number, Torn | undefined] = [sequence, undefined];
  while (at < bytes.length) {
    const frame = frameAt(bytes, at, last + 1);
    if (typeof frame === 'string') {
      torn = frame;
      break;
    }
    frames.push(frame);
    last = frame.sequence;
    at += frameHeaderBytes + frame.payload.length;
  }
  return { frames, good: offset + at, sequence: last, ...(torn === undefined ? {} : { torn }) };
}

function frameAt(bytes: Uint8Array, at: number, expected: number): Frame | Torn {
  if (bytes.length - at < frameHeaderBytes) return 'incomplete';
  const length = u32(bytes, at);
  if (length === 0 || length > maxPayloadBytes) return 'length';
  const end = at + frameHeaderBytes + length;
  if (end > bytes.length) return 'incomplete';
  const payload = bytes.subarray(at + frameHeaderBytes, end);
  if (crc32(payload, crc32(bytes.subarray(at + 4, at + 8))) !== u32(bytes, at + 8)) return 'crc';
  const sequence = u32(bytes, at + 4);
  return sequence === expected ? { sequence, payload } : 'sequence';
}

const u32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
