/** BYTES tensors: each element a 32-bit length and so many bytes. */

/** @returns undefined where the lengths don't end with the buffer, or there are not `count` elements */
export function splitBytes(data: Uint8Array, count: number): Uint8Array[] | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const elements: Uint8Array[] = [];
  let at = 0;
  while (at < data.length) {
    if (at + 4 > data.length) return undefined;
    const end = at + 4 + view.getUint32(at, true);
    if (end > data.length) return undefined;
    elements.push(data.subarray(at + 4, end));
    at = end;
  }
  return elements.length === count ? elements : undefined;
}

export function joinBytes(elements: readonly Uint8Array[]): Buffer {
  const joined = Buffer.allocUnsafeSlow(elements.reduce((all, { length }) => all + 4 + length, 0));
  let at = 0;
  for (const element of elements) {
    at = joined.writeUInt32LE(element.length, at);
    joined.set(element, at);
    at += element.length;
  }
  return joined;
}
