/** Between the editor's world (URIs, lines and characters) and the service's (paths and offsets). */
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Range } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Span } from '../core/text/place';
import { toServicePath } from '../host/paths';

/** The path of a document; a document that is no file (`untitled:Untitled-1`) is named by its URI. */
export function pathOf(uri: string): string {
  if (!uri.startsWith('file:')) return uri;
  try {
    return toServicePath(fileURLToPath(uri));
  } catch {
    return uri;
  }
}

/** The URI of a path; open documents should be named by the client's own spelling instead. */
export const uriOf = (path: string): string =>
  path.startsWith('/') || /^[a-z]:\//i.test(path) ? pathToFileURL(path).href : path;

export const rangeOf = (document: TextDocument, span: Span): Range => ({
  start: document.positionAt(span.start),
  end: document.positionAt(span.end),
});

/** The offsets of a range; one written backwards is turned round. */
export function spanOfRange(document: TextDocument, range: Range): Span {
  const [start, end] = [document.offsetAt(range.start), document.offsetAt(range.end)];
  return start <= end ? { start, end } : { start: end, end: start };
}
