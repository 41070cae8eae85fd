/** A request that can't be answered: the status and the words of the Open Inference Protocol's `{"error"}`. */
export class ProtocolError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** As Triton begins what it says of a request. */
export const prefixed = (id: string, words: string): string =>
  `[request id: ${id === '' ? '<id_unknown>' : id}] ${words}`;
