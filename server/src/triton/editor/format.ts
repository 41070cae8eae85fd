/** Lays a configuration out: two spaces a level, one field a line, comments where they were. A text with errors stays. */
import { type Token, type TokenComplaint, Tokenizer } from '../textFormat/tokens';

interface Piece {
  readonly text: string;
  readonly kind: Token['kind'] | 'comment';
  /** Line ends in front of it: 0, 1, or 2 for an empty line. */
  readonly breaks: number;
}

const OPENING = ['{', '[', '<'];
const CLOSING = ['}', ']', '>'];
/** Short lists of scalars stay on one line up to here. */
const WIDTH = 100;

/** The text laid out; undefined where it has characters that text format does not know. */
export function formatted(text: string): string | undefined {
  const pieces = piecesOf(text);
  return pieces && new Layout(pieces).run();
}

function piecesOf(text: string): readonly Piece[] | undefined {
  const complaints: TokenComplaint[] = [];
  const tokens = new Tokenizer(text, (complaint) => complaints.push(complaint));
  const pieces: Piece[] = [];
  let from = 0;
  for (let token = tokens.next(); ; token = tokens.next()) {
    const between = text.slice(from, token.start);
    let breaks = 0;
    for (const part of between.split(/(#[^\n]*)/)) {
      if (part.startsWith('#')) {
        pieces.push({ text: part.trimEnd(), kind: 'comment', breaks: Math.min(breaks, 2) });
        breaks = 0;
      } else breaks += part.split('\n').length - 1;
    }
    if (token.kind === 'end') break;
    pieces.push({ text: token.text, kind: token.kind, breaks: Math.min(breaks, 2) });
    from = token.end;
  }
  return complaints.length > 0 ? undefined : pieces;
}

class Layout {
  /** The lines that are done, and the one that is being written. */
  private readonly lines: string[] = [];
  private last = '';
  private level = 0;

  constructor(private readonly pieces: readonly Piece[]) {}

  run(): string {
    let flat = 0;
    for (const [index, piece] of this.pieces.entries()) {
      if (index < flat) continue;
      const before = this.pieces[index - 1];
      if (piece.text === '[' && piece.kind === 'symbol') {
        const end = this.flatList(index);
        if (end !== undefined) {
          this.put(onOneLine(this.pieces.slice(index, end)), ' ');
          flat = end;
          continue;
        }
      }
      this.place(piece, before);
    }
    return this.pieces.length === 0 ? '' : `${[...this.lines, this.last.trimEnd()].join('\n')}\n`;
  }

  private place(piece: Piece, before: Piece | undefined): void {
    const { text, kind } = piece;
    if (kind === 'comment') return this.comment(piece, before);
    const afterComment = before?.kind === 'comment';
    if (kind === 'symbol' && CLOSING.includes(text)) {
      this.level = Math.max(0, this.level - 1);
      const isEmpty = before !== undefined && OPENING.includes(before.text) && before.kind === 'symbol';
      return isEmpty ? this.put(text, ' ') : this.line(text, 1);
    }
    if (kind === 'symbol' && (text === ',' || text === ';' || text === ':'))
      return afterComment ? this.line(text, 1) : this.put(text, '');
    if (!before || afterComment)
      return this.open(text, kind, () => this.line(text, before ? Math.max(piece.breaks, 1) : 0));
    const startsField = kind === 'identifier' && !isValueAfter(before);
    const startsElement = kind === 'symbol' && OPENING.includes(text) && [',', '[', '}'].includes(before.text);
    const joins = kind === 'string' && before.kind === 'string';
    const starts =
      startsField || startsElement || joins || (before.text === ',' && piece.breaks > 0) || before.text === '[';
    this.open(text, kind, () =>
      starts ? this.line(text, Math.max(piece.breaks, 1)) : this.put(text, before.text === '-' ? '' : ' '),
    );
  }

  private open(text: string, kind: Piece['kind'], write: () => void): void {
    write();
    if (kind === 'symbol' && OPENING.includes(text)) this.level += 1;
  }

  private comment({ text, breaks }: Piece, before: Piece | undefined): void {
    if (before && breaks === 0) this.put(text, '  ');
    else this.line(text, before ? breaks : 0);
  }

  /** End of a list of scalars that fits on a line; undefined for others. */
  private flatList(start: number): number | undefined {
    let width = 0;
    for (let at = start + 1; at < this.pieces.length && width < WIDTH; at++) {
      const { text, kind } = this.pieces[at] as Piece;
      if (kind === 'symbol' && CLOSING.includes(text)) return at + 1;
      if (kind === 'comment' || (kind === 'symbol' && [...OPENING, ':'].includes(text))) return undefined;
      width += text.length + 1;
    }
    return undefined;
  }

  private put(text: string, gap: string): void {
    this.last += (this.last === '' ? '  '.repeat(this.level) : gap) + text;
  }

  private line(text: string, breaks: number): void {
    if (this.last !== '' || this.lines.length > 0) {
      this.lines.push(this.last.trimEnd());
      for (let empty = 1; empty < breaks; empty++) this.lines.push('');
    }
    this.last = '  '.repeat(this.level) + text;
  }
}

/** `[ -1, 3 ]`: no space in front of a comma or behind a sign. */
const onOneLine = (pieces: readonly Piece[]): string =>
  pieces.reduce((line, { text, kind }, index) => {
    const before = pieces[index - 1];
    const joins = before === undefined || isSign(before, '-') || isSign({ text, kind }, ',');
    return `${line}${joins ? '' : ' '}${text}`;
  }, '');

const isSign = ({ text, kind }: Pick<Piece, 'text' | 'kind'>, sign: string): boolean =>
  kind === 'symbol' && text === sign;

/** Whether what follows belongs to the token: a value after ':' or a sign. */
const isValueAfter = ({ text, kind }: Piece): boolean => kind === 'symbol' && (text === ':' || text === '-');
