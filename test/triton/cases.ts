/** Cases that a real server has judged, and how the checker does on them. */
import { readFileSync } from 'node:fs';
import { PythonFrontEnd } from '../../server/src/core/python/frontend';
import { LineIndex } from '../../server/src/core/text/lines';
import { spanOf } from '../../server/src/core/text/place';
import { loadParser } from '../../server/src/loadParser';
import { checkModel } from '../../server/src/triton/check';
import type { Model, World } from '../../server/src/triton/repository/model';
import { Repository } from '../../server/src/triton/repository/repository';
import { type Content, memoryFiles } from './memoryFiles';

/** One line of a file of cases; the two files have different keys. */
export interface Case {
  readonly id: string;
  readonly files: Readonly<Record<string, Content>>;
  readonly dirs: readonly string[];
  readonly model: string;
  readonly mode?: 'auto' | 'strict';
  readonly decidable?: boolean;
  readonly undecidable?: boolean;
  readonly expect?: {
    readonly ok: boolean;
    readonly any_of?: readonly string[];
    readonly complete_config?: readonly string[];
    readonly warning_any_of?: readonly string[];
  };
  readonly ok?: boolean;
  readonly message?: string;
  readonly parse_error?: string;
  readonly warnings?: readonly string[];
  readonly line?: number | null;
  readonly edit?: string | null;
}

export const readCases = (path: string): readonly Case[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Case]));

/** Whether the case can be judged from its files. */
export const isDecidable = ({ decidable, undecidable }: Case): boolean => decidable !== false && undecidable !== true;

/** The texts of which one must be in an error; none where the server said nothing. */
export function expectedTexts({ expect, message, parse_error: parse }: Case): readonly string[] {
  if (expect) return expect.any_of ?? [];
  if (typeof parse === 'string') return [parse];
  return message ? [plain(message)] : [];
}

/** The server's words without what it puts around them, and with the paths of our files. */
const plain = (message: string): string =>
  message
    .replace(/^load failed for model '[^']*': /, '')
    .replace(/^version \d+ is at UNAVAILABLE state: /, '')
    .replace(/;version \d+ is at UNAVAILABLE state: .*$/, '')
    .replace(/^(?:Invalid argument|Internal|Not found|Unsupported|Unavailable): /, '')
    // What Python adds to a sentence of the python backend.
    .replace(/^ValueError: /, '')
    .replace(/\s+At:\s[\s\S]*$/, '')
    .replaceAll('<repository>', '/repository')
    .replace(/[;.\s]+$/, '');

let frontEnd: PythonFrontEnd | undefined;

export interface Said {
  readonly severity: string;
  readonly id: string;
  readonly message: string;
  /** 1-based. */
  readonly line: number;
}

/** The model of a case, its repository in memory. */
export async function modelOf({ files, dirs, model, mode }: Case): Promise<Model> {
  frontEnd ??= new PythonFrontEnd(await loadParser());
  const parser = frontEnd;
  const view = memoryFiles('/repository', files, dirs);
  const world: World = {
    files: view,
    strict: mode === 'strict',
    python: (path) => {
      const text = view.text(path);
      return text === undefined ? undefined : parser.parse(path, text);
    },
  };
  const found = new Repository(world, '/repository').model(model);
  if (!found) throw new Error(`no model ${model}`);
  return found;
}

export async function judge(each: Case): Promise<readonly Said[]> {
  const model = await modelOf(each);
  if (model.path === undefined) return [];
  const lines = new LineIndex(model.text);
  return checkModel(model).map(({ severity, id, message, place }) => ({
    severity,
    id,
    message,
    line: lines.position(spanOf(place).start).line + 1,
  }));
}

export interface Verdict {
  readonly each: Case;
  readonly said: readonly Said[];
  readonly isRight: boolean;
  readonly hasText: boolean;
  readonly hasLine: boolean;
}

export async function verdictOf(each: Case): Promise<Verdict> {
  const said = await judge(each);
  const errors = said.filter(({ severity }) => severity === 'error');
  const ok = each.expect?.ok ?? each.ok ?? true;
  const texts = expectedTexts(each);
  return {
    each,
    said,
    isRight: isDecidable(each) ? (errors.length === 0) === ok : errors.length === 0,
    hasText: texts.length === 0 || texts.some((text) => errors.some(({ message }) => message.includes(text))),
    hasLine: typeof each.line !== 'number' || errors.some(({ line }) => line === each.line),
  };
}
