/** Payloads of frames as records. What can't be read is no record; foreign forms and kinds are passed over. */
import {
  exponentBins,
  frameForms,
  type JournalRecord,
  type StatsRecord,
  statsSubjects,
  type TensorStats,
} from '../../../protocol/src/journal';

const text = new TextDecoder();

/** The record of a payload; undefined for a form or a content that this reader doesn't know. */
export function recordOf(payload: Uint8Array): JournalRecord | undefined {
  try {
    if (payload[0] === frameForms.json) return jsonRecord(payload.subarray(1));
    if (payload[0] === frameForms.stats) return statsRecord(payload);
  } catch {
    // A record that a later version writes differently: the rest of the journal is still good.
  }
  return undefined;
}

function jsonRecord(bytes: Uint8Array): JournalRecord | undefined {
  const value: unknown = JSON.parse(text.decode(bytes));
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, step, time } = value as Record<string, unknown>;
  if (typeof kind !== 'string' || typeof step !== 'number' || typeof time !== 'number') return undefined;
  return value as JournalRecord;
}

const headBytes = 16;
const entryHeadBytes = 8;
const statNumbers = 9;

/** The binary form: docs/journal.md has the table. */
function statsRecord(payload: Uint8Array): StatsRecord | undefined {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const what = statsSubjects[view.getUint8(1)];
  if (what === undefined) return undefined;
  const count = view.getUint16(2, true);
  const entries: TensorStats[] = [];
  let at = headBytes;
  for (let i = 0; i < count; i++) {
    const { entry, next } = statsEntry(payload, view, at);
    entries.push(entry);
    at = next;
  }
  return { kind: 'stats', step: view.getUint32(4, true), time: view.getFloat64(8, true), what, entries };
}

function statsEntry(payload: Uint8Array, view: DataView, start: number): { entry: TensorStats; next: number } {
  const nameBytes = view.getUint16(start, true);
  const channels = view.getUint16(start + 2, true);
  const rows = view.getUint32(start + 4, true) & 0x7fffffff;
  const estimated = view.getUint32(start + 4, true) >>> 31 === 1;
  let at = start + entryHeadBytes;
  const name = text.decode(payload.subarray(at, at + nameBytes));
  at += nameBytes;
  const numbers = Array.from({ length: statNumbers }, (_, i) => view.getFloat64(at + 8 * i, true));
  at += 8 * statNumbers;
  const exponents = Uint32Array.from({ length: 2 * exponentBins }, (_, i) => view.getUint32(at + 4 * i, true));
  at += 8 * exponentBins;
  const floats = (from: number): Float32Array =>
    Float32Array.from({ length: channels }, (_, i) => view.getFloat32(from + 4 * i, true));
  const perChannel = channels > 0 ? { channelMax: floats(at), channelMin: floats(at + 4 * channels) } : {};
  const [n, nan, inf, zeros, sum, sumSquares, min, max, absMax] = numbers as StatNumbers;
  return {
    entry: { name, estimated, rows, n, nan, inf, zeros, sum, sumSquares, min, max, absMax, exponents, ...perChannel },
    next: at + 8 * channels,
  };
}

type StatNumbers = [number, number, number, number, number, number, number, number, number];
