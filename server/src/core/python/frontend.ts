/** From text to the tree: files read once, and documents that change. */
import { applyChanges, type Change } from '../text/changes';
import { PieceAnchor } from './anchors';
import { expression } from './expressions';
import type { LoweredFunction } from './functions';
import { lineOf, scan } from './logical';
import { K, Nodes } from './nodes';
import { invalidPiece, lowerPiece, pieces, sourceOf, type FunctionStore, type Piece, type Region } from './outline';
import { suppressionsIn, MARK } from './suppressions';
import { blocksOf } from './scopes';
import type { SyntaxParser } from './syntax';
import type { Expr, PythonFile, Stmt } from './tree';

/** Reads Python text. One is enough for any number of files. */
export class PythonFrontEnd {
  private readonly nodes: Nodes;

  constructor(parser: SyntaxParser) {
    this.nodes = new Nodes(parser);
  }

  /** The tree of a text. Never throws; what does not parse is `Invalid` or `InvalidStmt`. */
  parse(path: string, text: string): PythonFile {
    return this.open(path, text).file;
  }

  /** A text that is going to change. */
  open(path: string, text: string): PythonDocument {
    return new PythonDocument(this.nodes, path, text);
  }

  /** One expression, such as the content of an annotation in quotes; undefined where the text is something else. */
  expression(text: string): Expr | undefined {
    const { nodes } = this;
    if (!nodes.read(`(${text}\n)`)) return undefined;
    const [statement, more] = nodes.named(0);
    if (statement === undefined || more !== undefined || nodes.kind(statement) !== K.expression_statement)
      return undefined;
    const [value] = nodes.named(statement);
    if (value === undefined) return undefined;
    return expression({ nodes, at: { file: '', base: 0 }, shift: -1 }, value);
  }
}

/** A top-level statement (or the statements of one line) as it was lowered last. */
interface TopPiece {
  readonly source: string;
  readonly statements: readonly Stmt[];
  readonly anchor: PieceAnchor;
  /** The functions of its classes, with the names of those classes. */
  readonly functions: readonly { readonly path: string; readonly made: LoweredFunction }[];
  /** Whether the piece is deeper than the one before it, which has no block. */
  readonly misplaced: boolean;
}

/** The text of one file through its edits. Statements and functions whose text does not change stay the same objects. */
export class PythonDocument {
  private tops: TopPiece[] = [];
  private current: PythonFile;
  private source = '';

  constructor(
    private readonly nodes: Nodes,
    readonly path: string,
    text: string,
  ) {
    this.current = this.lower(text, false);
  }

  get text(): string {
    return this.source;
  }

  /** The tree of the current text. */
  get file(): PythonFile {
    return this.current;
  }

  /** Applies changes in order and lowers what they touched. */
  edit(changes: readonly Change[]): PythonFile {
    return this.replace(applyChanges(this.source, changes));
  }

  /** The same for a new text whose way there is not known. */
  replace(text: string): PythonFile {
    this.current = this.lower(text, true);
    return this.current;
  }

  private lower(text: string, edited: boolean): PythonFile {
    this.source = text;
    const plain = parserText(text);
    const { lines, comments } = scan(plain, MARK);
    const pool = new Pool(this.tops);
    const found: {
      readonly piece: Piece;
      readonly source: string;
      readonly misplaced: boolean;
      readonly known: TopPiece | undefined;
    }[] = [];
    let indent = lines[0]?.indent ?? 0;
    for (const piece of pieces(lines, 0, lines.length)) {
      const first = lineOf(lines, piece.from);
      const misplaced = first.indent > indent;
      if (!misplaced) indent = first.indent;
      const source = sourceOf(plain, lines, piece);
      const known = pool.takeTop(source, misplaced);
      if (known !== undefined) known.anchor.base = first.start;
      found.push({ piece, source, misplaced, known });
    }
    // Functions are taken from what is left once all unchanged pieces were taken.
    this.tops = found.map(({ piece, source, misplaced, known }) => {
      if (known !== undefined) return known;
      const { start } = lineOf(lines, piece.from);
      const anchor = new PieceAnchor(this.path, undefined, start);
      const region = {
        nodes: this.nodes,
        text: plain,
        lines,
        copies: edited,
        at: anchor,
        shift: -start,
        path: '',
        depth: 0,
      };
      return {
        source: edited ? copyOf(source) : source,
        anchor,
        misplaced,
        ...lowerTop(region, piece, anchor, misplaced, pool),
      };
    });
    pool.drop();
    const body = this.tops.flatMap((top) => top.statements);
    return new LoweredFile(this.path, body, suppressionsIn(text, comments, lines[0]?.start ?? text.length));
  }
}

/** Lowers a new top-level piece, with the functions of its classes that are there from before. */
function lowerTop(
  region: Omit<Region, 'functions'>,
  piece: Piece,
  anchor: PieceAnchor,
  misplaced: boolean,
  pool: Pool,
) {
  const functions: TopPiece['functions'][number][] = [];
  const store: FunctionStore = {
    take(path, text) {
      const made = path === '' ? undefined : pool.takeFunction(path, text);
      if (made !== undefined) functions.push({ path, made });
      return made;
    },
    note(path, made) {
      if (path !== '') functions.push({ path, made });
    },
  };
  const inside = { functions: store, ...region };
  const statements = misplaced ? [invalidPiece(inside, piece)] : lowerPiece(inside, piece, anchor);
  return { statements, functions };
}

/** What was lowered before an edit, to be taken again by text. */
class Pool {
  private readonly tops = new Map<string, TopPiece[]>();
  private readonly kept = new Set<TopPiece>();
  private functions: Map<string, Map<string, LoweredFunction[]>> | undefined;

  constructor(private readonly old: readonly TopPiece[]) {
    for (const top of old) append(this.tops, top.source, top);
  }

  takeTop(source: string, misplaced: boolean): TopPiece | undefined {
    const candidates = this.tops.get(source);
    if (candidates?.[0]?.misplaced !== misplaced) return undefined;
    const top = candidates.shift() as TopPiece;
    this.kept.add(top);
    return top;
  }

  isKept(top: TopPiece): boolean {
    return this.kept.has(top);
  }

  /** A function of a class that is lowered again. Asked only when all unchanged pieces were taken. */
  takeFunction(path: string, source: string): LoweredFunction | undefined {
    this.functions ??= this.leftFunctions();
    return this.functions.get(path)?.get(source)?.shift();
  }

  private leftFunctions(): Map<string, Map<string, LoweredFunction[]>> {
    const byPath = new Map<string, Map<string, LoweredFunction[]>>();
    for (const top of this.old) {
      if (this.kept.has(top)) continue;
      for (const { path, made } of top.functions) {
        const bySource = byPath.get(path) ?? new Map<string, LoweredFunction[]>();
        byPath.set(path, bySource);
        append(bySource, made.source, made);
      }
    }
    return byPath;
  }

  /** Marks what was not taken as gone. */
  drop(): void {
    for (const top of this.old) if (!this.kept.has(top)) top.anchor.base = -1;
  }
}

function append<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

class LoweredFile implements PythonFile {
  private errors: boolean | undefined;

  constructor(
    readonly path: string,
    readonly body: readonly Stmt[],
    private readonly marks: ReturnType<typeof suppressionsIn>,
  ) {}

  get suppressions(): ReadonlyMap<number, readonly string[]> {
    return this.marks.lines;
  }

  get ignored(): boolean {
    return this.marks.file;
  }

  get syntaxErrors(): boolean {
    return (this.errors ??= hasInvalid(this.body));
  }
}

const hasInvalid = (body: readonly Stmt[]): boolean =>
  body.some((statement) => {
    if (statement.kind === 'invalidstmt') return true;
    if (statement.kind === 'function' || statement.kind === 'class') return hasInvalid(statement.body);
    return blocksOf(statement).some(hasInvalid);
  });

/** The same text, as long, with the characters that Python and the grammar see differently replaced. */
function parserText(text: string): string {
  return /\r(?!\n)|\0/.test(text) ? text.replace(/\r(?!\n)/g, '\n').replaceAll('\0', '\x01') : text;
}

/** A copy that does not keep the longer string alive that `text` is a part of. */
const copyOf = (text: string): string => ` ${text}`.slice(1);
