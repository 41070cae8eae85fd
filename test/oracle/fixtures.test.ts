/**
 * PyTorch judges the fixtures: what is marked as an error raises with that sentence, what isn't runs, and marked shapes
 * are those that the expression has at run time. See run_fixtures.py for what is run.
 */
import { deepEqual } from 'node:assert/strict';
import { allFixtures, withoutShape, type Fixture, type FixtureFile } from '../harness/fixtures';
import { codeLines, type Marker } from '../harness/markers';
import { sentencesAgree, shapesAgree } from './agreement';
import { python, runPython } from './python';

interface Raised {
  readonly type: string;
  readonly message: string;
  readonly frames: readonly { readonly file: string; readonly line: number }[];
}
interface Run {
  readonly what: string;
  readonly line: number;
  readonly endLine: number;
  readonly raised: Raised | null;
}
interface FileResult {
  readonly name: string;
  readonly runs: readonly Run[];
  readonly probes: readonly (readonly { readonly shape: number[]; readonly dtype: string }[])[];
  readonly noExpression: readonly number[];
}
interface FixtureResult {
  readonly id: string;
  readonly files: readonly FileResult[];
}

/** "linear.py:12" as an editor counts, for a line of the code without markers. */
const placeIn = (fixture: Fixture, name: string, line: number): string => {
  const file = fixture.files.find((candidate) => nameOf(candidate) === name);
  return `${name}:${(file === undefined ? line : (codeLines(file.text)[line] ?? line)) + 1}`;
};
const nameOf = (file: FixtureFile): string => file.path.split('/').slice(2).join('/');
const isShape = (marker: Marker): boolean => marker.kind === 'shape' && marker.text !== 'unknown';
const shapesOf = (file: FixtureFile): Marker[] => file.marked.markers.filter(isShape);

/** Whether a marker's text is what was raised. A failed `assert` says its own message or, without one, its test. */
function saysWhat(said: string, { type, message }: Raised): boolean {
  if (type === 'AssertionError' && said.startsWith('AssertionError: '))
    return message === '' || said === `AssertionError: ${message}`;
  return sentencesAgree(said, message);
}

/** What a fixture claims and PyTorch denies, in words; none where they agree. */
function disagreements(fixture: Fixture, result: FixtureResult): string[] {
  const markers = fixture.files.flatMap((file) =>
    file.marked.markers.map((marker) => ({ file: nameOf(file), marker })),
  );
  const explains = (raised: Raised, kind: Marker['kind']): boolean =>
    markers.some(
      ({ file, marker }) =>
        marker.kind === kind &&
        raised.frames.some((f) => f.file === file && f.line >= marker.line && f.line <= marker.endLine) &&
        saysWhat(marker.text, raised),
    );
  const runs = result.files.flatMap(({ name, runs: all }) => all.map((run) => ({ name, run })));
  const denied = runs.flatMap(({ name, run }): string[] => {
    const inside = markers.filter(
      ({ file, marker }) =>
        file === name && marker.kind === 'error' && marker.line >= run.line && marker.line <= run.endLine,
    );
    const where = `${placeIn(fixture, name, run.line)} ${run.what}`;
    if (run.raised === null) return inside.map(({ marker }) => `${where} runs, but is marked: ${marker.text}`);
    if (explains(run.raised, 'error') || explains(run.raised, 'warning')) return [];
    return [
      `${where} raises ${run.raised.type}: ${run.raised.message}\n  marked: ${inside.map(({ marker }) => marker.text).join('; ') || 'nothing'}`,
    ];
  });
  const witnessed = ({ file, marker }: (typeof markers)[number]): boolean =>
    runs.some(
      ({ run: { raised } }) =>
        raised !== null &&
        raised.frames.some((f) => f.file === file && f.line >= marker.line && f.line <= marker.endLine) &&
        saysWhat(marker.text, raised),
    );
  const unseen = markers
    .filter((entry) => entry.marker.kind === 'error' && !witnessed(entry))
    .map(
      ({ file, marker }) => `${placeIn(fixture, file, marker.line)} nothing that was run raised there: ${marker.text}`,
    );
  return [
    ...denied,
    ...unseen.filter((text) => !denied.some((other) => other.endsWith(text.slice(text.indexOf(': '))))),
    ...wrongShapes(fixture, result),
  ];
}

function wrongShapes(fixture: Fixture, result: FixtureResult): string[] {
  return fixture.files.flatMap((file, at) => {
    const observed = result.files[at];
    return shapesOf(file).flatMap((marker, i): string[] => {
      const where = `${placeIn(fixture, nameOf(file), marker.line)} shape: ${marker.text}`;
      const seen = observed?.probes[i] ?? [];
      if (observed?.noExpression.includes(i)) return [`${where}: no expression has this range`];
      if (seen.length === 0) return [`${where}: never reached, or no tensor`];
      const dtype = withoutShape(marker.text).trim();
      const shape = marker.text.slice(0, marker.text.length - withoutShape(marker.text).length);
      return seen
        .filter((real) => shapesAgree(shape, real.shape) === 'no' || (dtype !== '' && dtype !== real.dtype))
        .map((real) => `${where}: is (${real.shape.join(', ')}) ${real.dtype} at run time`);
    });
  });
}

describe('oracle: fixtures', function () {
  this.timeout(300_000);
  const fixtures = allFixtures();
  let results: readonly FixtureResult[] = [];

  before(async function () {
    // Without a Python that has PyTorch there is nobody to ask.
    if (python === undefined) this.skip();
    const job = fixtures.map((fixture) => ({
      id: fixture.id,
      files: fixture.files.map((file) => ({ name: nameOf(file), code: file.marked.code, probes: shapesOf(file) })),
    }));
    results = JSON.parse(await runPython('run_fixtures.py', [], JSON.stringify(job))) as FixtureResult[];
  });

  for (const [at, fixture] of fixtures.entries())
    it(`${fixture.id}: PyTorch agrees`, () => {
      const result = results[at];
      deepEqual(result === undefined ? ['was not run'] : disagreements(fixture, result), []);
    });
});
