/**
 * The block structure of a file, read off its logical lines.
 *
 * Each top-level statement and each function is a piece that is parsed alone, a function's body only
 * when it is wanted. So an edit costs its own piece, equal text gives an equal tree whatever was there
 * before, and what does not parse spoils one statement: a compound statement with a mistake in it is
 * read again with its blocks cut out, and the blocks statement by statement.
 */
import type { Anchor } from '../text/place';
import { argumentsOf, expression, identifier, placeOf, type Reading } from './expressions';
import { anchorOf, LoweredFunction } from './functions';
import { lineOf, scan, type LogicalLine } from './logical';
import { F, K, type Nodes } from './nodes';
import { namesIn, signatureOf, statements, type BlockReading } from './statements';
import type { ClassDef, Expr, Stmt } from './tree';
import type { PieceAnchor } from './anchors';

/** Logical lines `[from, to)`: decorators up to `head`, the statement's first line, its blocks and clauses. */
export interface Piece {
  readonly from: number;
  readonly head: number;
  readonly to: number;
}

/** Blocks that are read one statement at a time nest at most this deep; each level reads all that is in it again. */
const MAX_BLOCKS = 20;

/** Cuts logical lines `[from, to)` into statements. */
export function pieces(lines: readonly LogicalLine[], from: number, to: number): Piece[] {
  const found: Piece[] = [];
  for (let at = from; at < to;) {
    const { indent } = lineOf(lines, at);
    let head = at;
    while (head < to - 1 && lineOf(lines, head).head === '@' && lineOf(lines, head + 1).indent === indent) head++;
    // Decorators without a definition are statements of their own, which do not parse.
    if (lineOf(lines, head).head !== 'def' && lineOf(lines, head).head !== 'class') head = at;
    const { head: word, opens } = lineOf(lines, head);
    const compound = word !== '' && word !== '@';
    let end = head + 1;
    if (compound || opens) end = blockEnd(lines, end, to, indent);
    if (word === 'block' || word === 'clause')
      while (end < to && lineOf(lines, end).indent === indent && lineOf(lines, end).head === 'clause')
        end = blockEnd(lines, end + 1, to, indent);
    found.push({ from: at, head, to: end });
    at = end;
  }
  return found;
}

function blockEnd(lines: readonly LogicalLine[], from: number, to: number, indent: number): number {
  let end = from;
  while (end < to && lineOf(lines, end).indent > indent) end++;
  return end;
}

/** A part of a region's text. */
function cut(region: Region, from: number, to: number): string {
  const part = region.text.slice(from, to);
  return region.copies ? ` ${part}`.slice(1) : part;
}

/** Source of a piece with the spaces before it and the comment after it: equal sources lower to equal trees. */
export const sourceOf = (text: string, lines: readonly LogicalLine[], piece: Piece): string =>
  text.slice(lineOf(lines, piece.from).from, lineOf(lines, piece.to - 1).commentEnd);

const sourceIn = (region: Region, piece: Piece): string =>
  cut(region, lineOf(region.lines, piece.from).from, lineOf(region.lines, piece.to - 1).commentEnd);

/** A text whose logical lines are lowered. */
export interface Region {
  readonly nodes: Nodes;
  readonly text: string;
  readonly lines: readonly LogicalLine[];
  /** Whether parts of the text are copied out of it: they outlive it, and would keep all of it alive. */
  readonly copies: boolean;
  /** A node's place is its offset in `text` plus `shift`, counted from `at`. */
  readonly at: Anchor;
  readonly shift: number;
  /** Hands out a function that was lowered before from the same source in the same class, and notes new ones. */
  readonly functions: FunctionStore | undefined;
  /** Names of the classes around the region. */
  readonly path: string;
  readonly depth: number;
}

export interface FunctionStore {
  take(path: string, source: string): LoweredFunction | undefined;
  note(path: string, made: LoweredFunction): void;
}

/** Lowers logical lines `[from, to)`; lines deeper than the first without a block to be in are invalid. */
function lowerLines(region: Region, from: number, to: number): readonly Stmt[] {
  if (from >= to) return [];
  let { indent } = lineOf(region.lines, from);
  return pieces(region.lines, from, to).flatMap((piece) => {
    const line = lineOf(region.lines, piece.from);
    if (line.indent > indent) return [invalidPiece(region, piece)];
    indent = line.indent;
    return lowerPiece(region, piece, undefined);
  });
}

/**
 * Lowers one piece.
 *
 * @param own the piece's anchor where it has one: a top-level function counts from it.
 */
export function lowerPiece(region: Region, piece: Piece, own: PieceAnchor | undefined): readonly Stmt[] {
  const head = lineOf(region.lines, piece.head);
  if (region.depth > MAX_BLOCKS) return [invalidPiece(region, piece)];
  if (head.head === 'def') return [functionPiece(region, piece, own) ?? invalidPiece(region, piece)];
  if (head.head === 'class' && head.opens) return [classPiece(region, piece) ?? invalidPiece(region, piece)];
  const first = lineOf(region.lines, piece.from);
  const source = sourceIn(region, piece);
  if (!head.opens && piece.to > piece.head + 1 && lineOf(region.lines, piece.head + 1).indent > head.indent)
    return [invalidPiece(region, piece)];
  if (region.nodes.read(source)) return statements(readingAt(region, first.from), 0);
  const again = piece.to === piece.from + 1 ? bracketed(cut(region, first.from, first.end)) : undefined;
  if (again !== undefined && region.nodes.read(again)) return statements(readingAt(region, first.from), 0);
  return piece.to > piece.head + 1 && piece.head === piece.from
    ? recovered(region, piece)
    : [invalidPiece(region, piece)];
}

/**
 * A `return` or assignment with brackets around its value, all else in its place: the grammar takes
 * `*[x]` in a tuple with brackets only. Undefined for other statements.
 */
function bracketed(source: string): string | undefined {
  const found = /^(\s*(?:return|[^=!<>()[\]{}'"#:+/%&|^@~-]*[\w\s]=))[ \t](?=[^=][^;]*\*)/.exec(source);
  return found === null ? undefined : `${found[1]}(${source.slice(found[0].length)})`;
}

const readingAt = (region: Region, offset: number): Reading => ({
  nodes: region.nodes,
  at: region.at,
  shift: region.shift + offset,
});

/** A piece that does not parse. */
export function invalidPiece(region: Region, piece: Piece): Stmt {
  const start = lineOf(region.lines, piece.from).start;
  const end = lineOf(region.lines, piece.to - 1).end;
  const names = namesIn(region.text.slice(start, end));
  return { kind: 'invalidstmt', at: region.at, start: start + region.shift, end: end + region.shift, names };
}

/** The expressions of the decorators of a piece; one that does not parse is invalid. */
function decoratorsOf(region: Region, piece: Piece, at: Anchor, shift: number): readonly Expr[] {
  const found: Expr[] = [];
  for (const line of region.lines.slice(piece.from, piece.head)) {
    const start = line.start + 1;
    const { nodes } = region;
    const read = nodes.read(cut(region, start, line.end));
    const [statement] = read ? nodes.named(0) : [];
    const [value] = statement === undefined ? [] : nodes.named(statement);
    if (value !== undefined && nodes.kind(statement as number) === K.expression_statement)
      found.push(expression({ nodes, at, shift: shift + start }, value));
    else found.push({ kind: 'invalid', at, start: start + shift, end: line.end + shift });
  }
  return found;
}

/** Reads the line of a `def` or `class` with an empty body; the node of the definition, -1 where it does not parse. */
function readHeader(region: Region, line: LogicalLine, kind: number): number {
  const { nodes } = region;
  if (!nodes.read(cut(region, line.from, line.end) + (line.opens ? ' pass' : ''))) return -1;
  return nodes.childOfKind(0, kind);
}

function functionPiece(region: Region, piece: Piece, own: PieceAnchor | undefined): LoweredFunction | undefined {
  const { lines, nodes } = region;
  const first = lineOf(lines, piece.from);
  const head = lineOf(lines, piece.head);
  const known = region.functions?.take(region.path, sourceOf(region.text, lines, piece));
  if (known !== undefined) {
    known.at.moveInto(region.at, first.start + region.shift);
    return known;
  }
  if (!head.opens && piece.to > piece.head + 1) return undefined;
  const source = sourceIn(region, piece);
  const at = own ?? anchorOf(region.at, first.start + region.shift);
  const shift = -first.start;
  const node = readHeader(region, head, K.function_definition);
  const signature = node < 0 ? undefined : signatureOf({ nodes, at, shift: shift + head.from }, node);
  if (signature === undefined) return undefined;
  const decorators = decoratorsOf(region, piece, at, shift);
  const header = {
    at,
    start: 0,
    end: lineOf(lines, piece.to - 1).end - first.start,
    decorators,
    ...signature,
  };
  const body: Body = {
    nodes,
    source,
    at,
    // A body on the line of its `def` is read with it, else alone: the signature was read before.
    from: (head.opens ? (lines[piece.head + 1]?.from ?? first.from + source.length) : head.from) - first.from,
    alone: head.opens,
    shift: first.from - first.start,
    depth: region.depth,
  };
  const made = new LoweredFunction(header, source, -body.shift, () => lowerBody(body));
  region.functions?.note(region.path, made);
  return made;
}

/** What the body of a function is lowered from: the text after `from` of its source. */
interface Body {
  readonly nodes: Nodes;
  readonly source: string;
  readonly at: Anchor;
  readonly from: number;
  readonly alone: boolean;
  readonly shift: number;
  readonly depth: number;
}

function lowerBody({ nodes, source, at, from, alone, shift, depth }: Body): readonly Stmt[] {
  const text = source.slice(from);
  // A line before an indented block tells the parser how deep it is; without one a block that lacks its own
  // body would take the statements after it.
  const before = alone ? 'if 1:\n' : '';
  if (nodes.read(before + text)) {
    const owner = nodes.childOfKind(0, alone ? K.if_statement : K.function_definition);
    const block = owner < 0 ? -1 : nodes.child(owner, alone ? F.consequence : F.body);
    if (owner >= 0) return statements({ nodes, at, shift: shift + from - before.length }, block);
  }
  const { lines } = scan(text);
  const region: Region = {
    nodes,
    text,
    lines,
    copies: false,
    at,
    shift: shift + from,
    functions: undefined,
    path: '',
    depth: depth + 1,
  };
  if (alone) return lowerLines(region, 0, lines.length);
  return [invalidPiece(region, { from: 0, head: 0, to: lines.length })];
}

function classPiece(region: Region, piece: Piece): ClassDef | undefined {
  const { lines, nodes } = region;
  const first = lineOf(lines, piece.from);
  const head = lineOf(lines, piece.head);
  const node = readHeader(region, head, K.class_definition);
  const own = node < 0 ? -1 : nodes.child(node, F.name);
  if (own < 0) return undefined;
  const reading = readingAt(region, head.from);
  const name = identifier(reading, own);
  const nameStart = placeOf(reading, own).start;
  const bases = argumentsOf(reading, nodes.child(node, F.superclasses));
  const decorators = decoratorsOf(region, piece, region.at, region.shift);
  const inside: Region = { ...region, path: `${region.path}${name}.`, depth: region.depth + 1 };
  return {
    kind: 'class',
    at: region.at,
    start: first.start + region.shift,
    end: lineOf(lines, piece.to - 1).end + region.shift,
    name,
    nameStart,
    decorators,
    bases,
    body: lowerLines(inside, piece.head + 1, piece.to),
    text: cut(region, first.start, lineOf(lines, piece.to - 1).commentEnd),
  };
}

/** Lowers a compound statement that has a mistake in it: the blocks one by one, then what is left without them. */
function recovered(region: Region, piece: Piece): readonly Stmt[] {
  const { lines, text, nodes } = region;
  const head = lineOf(lines, piece.head);
  const inner: Region = { ...region, depth: region.depth + 1 };
  const blocks = new Map<number, readonly Stmt[]>();
  let skeleton = '';
  let copied = head.from;
  for (const [from, to] of blocksIn(lines, piece)) {
    const start = lineOf(lines, from).start;
    const end = lineOf(lines, to - 1).commentEnd;
    blocks.set(start - head.from, lowerLines(inner, from, to));
    // The shortest body there is stands for the block, so that all other offsets stay.
    skeleton += text.slice(copied, start) + '0'.padEnd(end - start, ' ');
    copied = end;
  }
  skeleton += text.slice(copied, lineOf(lines, piece.to - 1).commentEnd);
  if (blocks.size === 0 || !nodes.read(skeleton)) return [invalidPiece(region, piece)];
  const reading: BlockReading = { ...readingAt(region, head.from), blocks };
  return statements(reading, 0);
}

/** The line ranges of the blocks of a compound statement; of the cases where it is a `match`. */
function blocksIn(lines: readonly LogicalLine[], piece: Piece): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  const matches = lineOf(lines, piece.head).head === 'match';
  const owner = matches ? lineOf(lines, piece.head + 1).indent : lineOf(lines, piece.head).indent;
  for (let at = matches ? piece.head + 1 : piece.head; at < piece.to;) {
    const end = blockEnd(lines, at + 1, piece.to, owner);
    if (lineOf(lines, at).opens && end > at + 1) found.push([at + 1, end]);
    at = end;
  }
  return found;
}
