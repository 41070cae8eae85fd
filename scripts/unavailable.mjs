/**
 * Something this machine can't do right now. The message is one line that says what is missing and how to get it;
 * callers show it and skip what depends on it.
 */
export class Unavailable extends Error {
  name = 'Unavailable';
}
