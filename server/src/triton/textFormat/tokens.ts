/**
 * Tokens of protobuf's text format, with the bounds, columns and complaints of the C++ tokenizer.
 *
 * Positions are kept twice: UTF-16 offsets for the editor, and the line and column that the server prints (it counts
 * bytes, and a tab up to the next multiple of eight).
 */
import type { Span } from '../../core/text/place';

export type TokenKind = 'identifier' | 'integer' | 'float' | 'string' | 'symbol' | 'end';

export interface Token extends Span {
  readonly kind: TokenKind;
  /** As written; a byte of a character that is not ASCII is the whole character. */
  readonly text: string;
  /** 0-based, as the server counts. */
  readonly line: number;
  readonly column: number;
}

/** What the tokenizer objects to; reading goes on. */
export interface TokenComplaint extends Span {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const TAB = 9;
const LF = 10;
const NUL = 0;
const TAB_WIDTH = 8;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isOctal = (code: number): boolean => code >= 48 && code <= 55;
const isHex = (code: number): boolean => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
const isLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
const isAlphanumeric = (code: number): boolean => isLetter(code) || isDigit(code);
/** Space, tab, line feed, vertical tab, form feed, carriage return. */
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);
const isUnprintable = (code: number): boolean => code >= 0 && code < 32;

/** What may follow a backslash by itself: a b f n r t v \ ? ' " */
const simpleEscapes = new Set(Array.from('abfnrtv\\?\'"', (each) => each.charCodeAt(0)));

/** Reads one token after the other; the last is `end`, for ever. */
export class Tokenizer {
  private at = 0;
  private line = 0;
  private column = 0;
  /** Where the token that is being read begins. */
  private start = 0;
  private startLine = 0;
  private startColumn = 0;
  private previousEnd = -1;
  private previousKind: TokenKind | undefined;

  constructor(
    private readonly text: string,
    private readonly complain: (complaint: TokenComplaint) => void,
  ) {}

  next(): Token {
    const token = this.read();
    this.previousEnd = token.end;
    this.previousKind = token.kind;
    return token;
  }

  private read(): Token {
    for (;;) {
      this.skip(isSpace);
      const code = this.code();
      this.start = this.at;
      this.startLine = this.line;
      this.startColumn = this.column;
      if (code < 0) return this.token('end');
      if (code === 35) {
        this.skip((each) => each !== LF && each >= 0);
      } else if (isUnprintable(code)) {
        this.object('Invalid control characters encountered in text.');
        this.skip(isUnprintable);
      } else {
        return this.word(code);
      }
    }
  }

  private word(code: number): Token {
    if (isLetter(code)) {
      this.skip(isAlphanumeric);
      return this.token('identifier');
    }
    if (isDigit(code)) {
      this.step();
      return this.token(this.number(code === 48, false));
    }
    if (code === 46) return this.dot();
    if (code === 34 || code === 39) {
      this.step();
      this.string(code);
      return this.token('string');
    }
    if (code >= 128) this.object(`Interpreting non ascii codepoint ${firstByte(this.text.codePointAt(this.at) ?? 0)}.`);
    this.step();
    return this.token('symbol');
  }

  private dot(): Token {
    this.step();
    if (!isDigit(this.code())) return this.token('symbol');
    this.step();
    if (this.previousKind === 'identifier' && this.previousEnd === this.start)
      this.complain({
        start: this.start,
        end: this.at,
        line: this.startLine,
        column: this.startColumn,
        message: 'Need space between identifier and decimal point.',
      });
    return this.token(this.number(false, true));
  }

  /** The rest of a number whose first character is read. */
  private number(zero: boolean, dot: boolean): TokenKind {
    let float = dot;
    if (zero && this.take('xX')) {
      this.oneOrMore(isHex, '"0x" must be followed by hex digits.');
    } else if (zero && isDigit(this.code())) {
      this.skip(isOctal);
      if (isDigit(this.code())) {
        this.object('Numbers starting with leading zero must be in octal.');
        this.skip(isDigit);
      }
    } else {
      this.skip(isDigit);
      if (!dot && this.take('.')) {
        float = true;
        this.skip(isDigit);
      }
      if (this.take('eE')) {
        float = true;
        this.take('+-');
        this.oneOrMore(isDigit, '"e" must be followed by exponent.');
      }
      if (this.take('fF')) float = true;
    }
    if (isLetter(this.code())) this.object('Need space between number and identifier.');
    else if (this.code() === 46)
      this.object(
        float
          ? "Already saw decimal point or exponent; can't have another one."
          : 'Hex and octal numbers must be integers.',
      );
    return float ? 'float' : 'integer';
  }

  /** The rest of a string whose quote is read; it ends before a line end. */
  private string(quote: number): void {
    for (;;) {
      const code = this.code();
      if (code < 0 || code === NUL) return this.object('Unexpected end of string.');
      if (code === LF) return this.object('String literals cannot cross line boundaries.');
      this.step();
      if (code === quote) return;
      if (code === 92) this.escape();
    }
  }

  private escape(): void {
    const code = this.code();
    if (simpleEscapes.has(code) || isOctal(code)) this.step();
    else if (this.take('x')) {
      if (isHex(this.code())) this.step();
      else this.object('Expected hex digits for escape sequence.');
    } else if (this.take('u')) {
      if (!this.sequence([isHex, isHex, isHex, isHex]))
        this.object('Expected four hex digits for \\u escape sequence.');
    } else if (this.take('U')) {
      const zero = (each: number): boolean => each === 48;
      const zeroOrOne = (each: number): boolean => each === 48 || each === 49;
      if (!this.sequence([zero, zero, zeroOrOne, isHex, isHex, isHex, isHex, isHex]))
        this.object('Expected eight hex digits up to 10ffff for \\U escape sequence');
    } else this.object('Invalid escape sequence in string literal.');
  }

  private sequence(tests: readonly ((code: number) => boolean)[]): boolean {
    for (const test of tests) {
      if (!test(this.code())) return false;
      this.step();
    }
    return true;
  }

  private oneOrMore(test: (code: number) => boolean, otherwise: string): void {
    if (!test(this.code())) this.object(otherwise);
    else this.skip(test);
  }

  private take(characters: string): boolean {
    const code = this.code();
    if (code < 0 || !characters.includes(String.fromCharCode(code))) return false;
    this.step();
    return true;
  }

  private skip(test: (code: number) => boolean): void {
    while (test(this.code())) this.step();
  }

  /** -1 after the end. */
  private code(): number {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  private step(): void {
    const code = this.text.charCodeAt(this.at);
    this.at += 1;
    if (code === LF) {
      this.line += 1;
      this.column = 0;
    } else if (code === TAB) this.column += TAB_WIDTH - (this.column % TAB_WIDTH);
    else if (code < 128) this.column += 1;
    else this.wide(code);
  }

  /** A character that takes several bytes; both halves of a surrogate pair are stepped over at once. */
  private wide(code: number): void {
    const second = this.text.charCodeAt(this.at);
    const paired = code >= 0xd800 && code < 0xdc00 && second >= 0xdc00 && second < 0xe000;
    if (paired) this.at += 1;
    this.column += paired ? 4 : code < 0x800 ? 2 : 3;
  }

  private token(kind: TokenKind): Token {
    const { start, at } = this;
    const text = this.text.slice(start, at);
    return { kind, text, start, end: at, line: this.startLine, column: this.startColumn };
  }

  private object(message: string): void {
    const { at, line, column } = this;
    this.complain({ start: at, end: Math.min(at + 1, this.text.length), line, column, message });
  }
}

/** The first byte of a character in UTF-8. */
function firstByte(code: number): number {
  if (code < 0x80) return code;
  if (code < 0x800) return 0xc0 | (code >> 6);
  if (code < 0x10000) return 0xe0 | (code >> 12);
  return 0xf0 | (code >> 18);
}
