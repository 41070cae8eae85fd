/** Fixtures: Python files, or folders of them, whose markers say what the checker must find. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Finding, Fix } from '../../server/src/core/finding';
import { LineIndex } from '../../server/src/core/text/lines';
import { spanOf, type Place, type Span } from '../../server/src/core/text/place';
import type { Service, ShapeEntry } from '../../server/src/service';
import { checkerOf } from './checker';
import { readMarkers, writeMarkers, type Marked, type Marker } from './markers';

/** Where fixtures lie for the checker: they are read into memory. */
const ROOT = '/fixture';
export const FIXTURE_FOLDERS: readonly string[] = [
  'test/fixtures/shape',
  'test/fixtures/evaluator',
  'test/fixtures/hyperparameters',
];

export interface FixtureFile {
  /** Path on the disk. */
  readonly disk: string;
  /** Path in the checker's workspace. */
  readonly path: string;
  readonly text: string;
  readonly marked: Marked;
}

export interface Fixture {
  readonly id: string;
  readonly files: readonly FixtureFile[];
}

/** All fixtures, by folder and id. Tests run with the repository as working directory. */
export const allFixtures = (): Fixture[] => FIXTURE_FOLDERS.flatMap(fixturesIn);

/** The fixtures of a folder, sorted by id. */
export function fixturesIn(folder: string): Fixture[] {
  const entries = readdirSync(folder).filter((name) => !name.startsWith('_') && !name.startsWith('.'));
  return entries.sort().flatMap((name) => {
    const path = join(folder, name);
    if (!statSync(path).isDirectory())
      return name.endsWith('.py') ? [{ id: basename(name, '.py'), files: [fixtureFile(path, name)] }] : [];
    const modules = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((inner) => inner.endsWith('.py'));
    const files = modules.sort().map((inner) => fixtureFile(join(path, inner), inner.replaceAll('\\', '/')));
    return [{ id: name, files }];
  });
}

function fixtureFile(disk: string, name: string): FixtureFile {
  const text = readFileSync(disk, 'utf8');
  return { disk, path: `${ROOT}/${name}`, text, marked: readMarkers(text) };
}

/** A checker that sees the fixture without its markers, so that they can't help it. */
export const checkerOfFixture = (fixture: Fixture): Promise<Service> =>
  checkerOf(Object.fromEntries(fixture.files.map((file) => [file.path, file.marked.code])), [ROOT]);

/** A fixture file's text with the markers that its findings ask for; only marked shapes are shown. */
export function observedText(service: Service, file: FixtureFile): string {
  const { code, markers } = file.marked;
  const lines = new LineIndex(code);
  const findings = (service.findings(file.path) ?? []).flatMap((finding) => markersOfFinding(finding, file, lines));
  const wanted = markers.filter((marker) => marker.kind === 'shape');
  const table = wanted.length > 0 ? service.shapes(file.path) : [];
  const shapes = wanted.map((marker) => ({
    ...marker,
    text: shapeText(table, spanOfMarker(marker, lines), code, marker),
  }));
  return writeMarkers({ code, markers: [...findings, ...shapes] });
}

/** The text that a fixture's own markers make in the same order and form. */
export const expectedText = (file: FixtureFile): string => writeMarkers(file.marked);

function markersOfFinding(finding: Finding, file: FixtureFile, lines: LineIndex): Marker[] {
  const at = rangeOf(spanOf(finding.place), lines);
  const notes = finding.related.map(({ place, message }): Marker => {
    if (place.at.file === file.path) return { ...rangeOf(spanOf(place), lines), kind: 'note', text: message };
    return { ...at, kind: 'note', text: `${basename(place.at.file)}: ${message}` };
  });
  const fixes = finding.fixes.map(({ title }): Marker => ({ ...at, kind: 'fix', text: title }));
  return [{ ...at, kind: finding.severity, id: finding.id, text: finding.message }, ...notes, ...fixes];
}

function rangeOf(span: Span, lines: LineIndex): Pick<Marker, 'line' | 'column' | 'endLine' | 'endColumn'> {
  const start = lines.position(span.start);
  const end = lines.position(span.end);
  return { line: start.line, column: start.character, endLine: end.line, endColumn: end.character };
}

export const spanOfMarker = (marker: Marker, lines: LineIndex): Span => ({
  start: lines.lineStart(marker.line) + marker.column,
  end: lines.lineStart(marker.endLine) + marker.endColumn,
});

const OPERATOR = /^([@+\-*/%&|^<>=!]+|is|in)$/;

/**
 * "(4, 3)" of the expression under the carets, with its dtype where the marker has one; "unknown" where nothing is
 * said. Carets under an operator mean the expression it makes.
 */
function shapeText(table: readonly ShapeEntry[], span: Span, code: string, marker: Marker): string {
  const exact = table.find((entry) => entry.span.start === span.start && entry.span.end === span.end);
  const around = OPERATOR.test(code.slice(span.start, span.end))
    ? table
        .filter((entry) => entry.span.start < span.start && entry.span.end > span.end)
        .sort((a, b) => a.span.end - a.span.start - (b.span.end - b.span.start))[0]
    : undefined;
  const entry = exact ?? around;
  if (entry === undefined) return 'unknown';
  return / \w+$/.test(withoutShape(marker.text)) ? `${entry.shape} ${entry.dtype ?? 'unknown'}` : entry.shape;
}

/** What follows the closing bracket of a shape. */
export const withoutShape = (text: string): string => text.slice(text.lastIndexOf(')') + 1);

/** The texts of all files after one fix; undefined where it edits files outside the fixture. */
export function afterFix(fixture: Fixture, fix: Fix): Record<string, string> | undefined {
  const texts = Object.fromEntries(fixture.files.map((file) => [file.path, file.marked.code]));
  const last = (place: Place): number => spanOf(place).start;
  for (const { place, newText } of [...fix.edits].sort((a, b) => last(b.place) - last(a.place))) {
    const text = texts[place.at.file];
    if (text === undefined) return undefined;
    const { start, end } = spanOf(place);
    texts[place.at.file] = text.slice(0, start) + newText + text.slice(end);
  }
  return texts;
}

/** All findings of a fixture's files, as short texts. */
export const findingTexts = (service: Service, paths: readonly string[]): string[] =>
  paths.flatMap((path) =>
    (service.findings(path) ?? []).map(
      (finding) => `${basename(path)}: ${finding.severity}[${finding.id}]: ${finding.message}`,
    ),
  );
