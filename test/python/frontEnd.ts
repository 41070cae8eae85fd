/** One front end for all tests of the Python reader. */
import { PythonFrontEnd } from '../../server/src/core/python/frontend';
import { loadParser } from '../../server/src/loadParser';

let loading: Promise<PythonFrontEnd> | undefined;

export const frontEnd = (): Promise<PythonFrontEnd> =>
  (loading ??= loadParser().then((parser) => new PythonFrontEnd(parser)));
