/** Bytes of a Python source file to text, as Python itself would read them; nothing here throws. */

/** PEP 263: what names the encoding in a comment on the first or second line. */
const cookie = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;
const blankOrComment = /^[ \t\f]*(?:#|$)/;

/**
 * Decodes a source file: a byte order mark decides, then an encoding cookie, then UTF-8.
 *
 * The mark is removed. Bytes that don't decode become U+FFFD, an encoding nobody knows is read as UTF-8.
 */
export function decodeSource(bytes: Uint8Array): string {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return decodeAs('utf-8', bytes);
  if (first === 0xff && second === 0xfe) return decodeAs('utf-16le', bytes);
  if (first === 0xfe && second === 0xff) return decodeAs('utf-16be', bytes);
  return decodeAs(declaredEncoding(bytes) ?? 'utf-8', bytes);
}

/** The encoding that the file's own comment names. */
function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 400))
    .toString('latin1')
    .split(/\r\n|\r|\n/, 2);
  for (const line of head) {
    const found = cookie.exec(line);
    if (found) return found[1];
    if (!blankOrComment.test(line)) return undefined;
  }
  return undefined;
}

function decodeAs(encoding: string, bytes: Uint8Array): string {
  const label = encoding.toLowerCase().replaceAll('_', '-');
  // The platform's decoder takes these for windows-1252, which differs in 0x80 to 0x9f.
  if (/^(?:iso-8859-1|iso8859-1|latin-?1|iso-latin-1|l1)(?:$|-)/.test(label))
    return Buffer.from(bytes).toString('latin1');
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return new TextDecoder('utf-8').decode(bytes);
  }
}
