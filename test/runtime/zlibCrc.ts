/** CRC-32 by Node's zlib, as the trailer of a gzip stream has it: an independent judge of ours. */
import { gzipSync } from 'node:zlib';

export function crc32(bytes: Uint8Array): number {
  const packed = gzipSync(bytes);
  return packed.readUInt32LE(packed.length - 8);
}
