/**
 * A service that finds what tests write: `wrong` is an error, `doubtful` a warning; the first `cause` of the file, or
 * of the file named after `see:`, is a related place; `bad_size` has a fix. `boom` makes it throw.
 */
import type { Finding } from '../../server/src/core/finding';
import type { Place } from '../../server/src/core/text/place';
import type { Host, Service } from '../../server/src/service';

export interface FakeLog {
  /** Paths in the order in which they were checked to the end. */
  readonly checked: string[];
  readonly opened: string[];
  readonly closed: string[];
  readonly changedFiles: string[];
  hosts: Host[];
}

export const newLog = (): FakeLog => ({ checked: [], opened: [], closed: [], changedFiles: [], hosts: [] });

export function fakeService(host: Host, log: FakeLog = newLog()): Service {
  const open = new Map<string, string>();
  const text = (path: string): string | undefined => open.get(path) ?? host.read(path)?.text;
  log.hosts.push(host);
  return {
    open(path, content) {
      log.opened.push(path);
      open.set(path, content);
    },
    change(path, changes) {
      let content = open.get(path) ?? '';
      for (const { span, text: inserted } of changes)
        content = span ? content.slice(0, span.start) + inserted + content.slice(span.end) : inserted;
      open.set(path, content);
    },
    close(path) {
      log.closed.push(path);
      open.delete(path);
    },
    filesChanged: (paths) => void log.changedFiles.push(...paths),
    text,
    completedConfig: () => undefined,
    completedView: () => undefined,
    newConfig: () => ({ reason: 'this service makes none' }),
    proposals: () => [],
    lenses: (path) =>
      path.endsWith('deploy.yaml')
        ? [
            { offset: 0, title: 'Deploy...', does: 'deploy' },
            { offset: 7, title: 'Needs 3 requests' },
          ]
        : [],
    outline: () => [],
    formatted: () => undefined,
    definition: () => undefined,
    tensor: () => undefined,
    rename: () => ({ problem: 'this service renames nothing' }),
    tokens: () => [],
    findings(path, cancelled) {
      const content = text(path);
      if (content === undefined) return [];
      if (content.includes('boom')) throw new Error('boom');
      const end = performance.now() + Number(/takes (\d+) ms/.exec(content)?.[1] ?? 0);
      while (performance.now() < end) if (cancelled?.()) return undefined;
      log.checked.push(path);
      return findingsIn(path, content, text);
    },
    hover(path, offset) {
      const content = text(path) ?? '';
      if (content.includes('boom')) throw new Error('boom');
      const word = wordAt(content, offset);
      return word && { span: word, markdown: `**${content.slice(word.start, word.end)}**` };
    },
    modules: () => [],
    flow: () => undefined,
    annotation: () => undefined,
    trial: () => 'nothing to try',
    hints: (path, span) =>
      [...(text(path) ?? '').matchAll(/\bx\b/g)]
        .map(({ index }) => ({ offset: index + 1, text: ': (B, 3)' }))
        .filter(({ offset }) => offset >= span.start && offset <= span.end),
    shapes: (path) =>
      [...(text(path) ?? '').matchAll(/\bx\b/g)].map(({ index }) => ({
        span: { start: index, end: index + 1 },
        expression: 'x',
        shape: '(B, 3)',
        dtype: 'float32',
      })),
    why: (path) =>
      [...(text(path) ?? '').matchAll(/\bmystery\b/g)].map(({ index }) => ({
        span: { start: index, end: index + 7 },
        expression: 'mystery',
        reason: 'nobody knows it',
      })),
  };
}

function findingsIn(path: string, content: string, text: (path: string) => string | undefined): readonly Finding[] {
  const other = /see:(\S+)/.exec(content)?.[1];
  const source = other ?? path;
  const cause = (text(source) ?? '').indexOf('cause');
  return [...content.matchAll(/\b(?:wrong|doubtful|bad_size)\b/g)].map(({ 0: word, index }) => {
    const place = placeIn(path, index, index + word.length);
    return {
      id: word === 'doubtful' ? 'doubtful-word' : 'wrong-word',
      severity: word === 'doubtful' ? 'warning' : 'error',
      message: `this is ${word}`,
      place,
      related: cause < 0 ? [] : [{ place: placeIn(source, cause, cause + 5), message: 'because of this' }],
      fixes: word === 'bad_size' ? [{ title: 'Set size to 512', edits: [{ place, newText: '512' }] }] : [],
    };
  });
}

const placeIn = (file: string, start: number, end: number): Place => ({ at: { file, base: 0 }, start, end });

function wordAt(content: string, offset: number): { start: number; end: number } | undefined {
  for (const { 0: word, index } of content.matchAll(/\w+/g))
    if (index <= offset && offset <= index + word.length) return { start: index, end: index + word.length };
  return undefined;
}

export const fakeRules = [
  { id: 'doubtful-word', summary: 'A word is doubtful.', why: 'Doubt.', bad: 'doubtful', good: 'sure' },
  { id: 'wrong-word', summary: 'A word is wrong.', why: 'It is not right.', bad: 'wrong', good: 'right' },
];
