/**
 * Logical lines: the text cut where Python's tokenizer would end a statement.
 *
 * Only strings, brackets, comments and line ends matter here. Text that is not Python is cut too: a
 * bracket that is never closed ends where a line can't belong to it any more, so that what follows
 * an unfinished call is still read.
 */

/** One logical line. Offsets are UTF-16 code units of the scanned text. */
export interface LogicalLine {
  /** Start of the physical line. */
  readonly from: number;
  /** First character of the code. */
  readonly start: number;
  /** After the last character of the code. */
  readonly end: number;
  /** After the comment that ends the line; equal to `end` without one. */
  readonly commentEnd: number;
  /** Column of the code, tabs counted to multiples of eight. */
  readonly indent: number;
  /** What the line starts with, where that matters for structure. */
  readonly head: Head;
  /** Whether the code ends with a colon: deeper lines belong to it. */
  readonly opens: boolean;
}

/** A line that is there. */
export const lineOf = (lines: readonly LogicalLine[], at: number): LogicalLine => lines[at] as LogicalLine;

export type Head = 'def' | 'class' | '@' | 'block' | 'match' | 'case' | 'clause' | '';

export interface Comment {
  readonly start: number;
  readonly end: number;
}

export interface Scan {
  readonly lines: readonly LogicalLine[];
  /** The comments that `wanted` is found in. */
  readonly comments: readonly Comment[];
}

const TAB = 9;
const LF = 10;
const FF = 12;
const CR = 13;
const SPACE = 32;
const HASH = 35;
const COLON = 58;
const AT = 64;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** What the scanner has to stop at, by character code. */
const PLAIN = 0;
const OPENING = 1;
const CLOSING = 2;
const QUOTE = 3;
const OTHER = 4;
const CLASSES = new Uint8Array(128);
for (const c of '([{') CLASSES[c.charCodeAt(0)] = OPENING;
for (const c of ')]}') CLASSES[c.charCodeAt(0)] = CLOSING;
for (const c of '"\'') CLASSES[c.charCodeAt(0)] = QUOTE;
for (const c of '\n\r#\\') CLASSES[c.charCodeAt(0)] = OTHER;

/** Words that start a statement and can't stand at the start of a line inside brackets. */
const STATEMENT =
  /(?:(?:async\s+def|class|def|return|raise|while|with|try|pass|break|continue|del|global|nonlocal|assert|elif|except|finally|import)(?![\w\u0080-\uffff])|[A-Za-z_]\w*(?:\.\w+)+ *=(?!=))/y;
const HEAD = /(?:async[ \t]+)?([a-z]+)(?!\w)/y;
const HEADS: ReadonlyMap<string, Head> = new Map<string, Head>([
  ['def', 'def'],
  ['class', 'class'],
  ['if', 'block'],
  ['for', 'block'],
  ['while', 'block'],
  ['with', 'block'],
  ['try', 'block'],
  ['match', 'match'],
  ['case', 'case'],
  ['elif', 'clause'],
  ['else', 'clause'],
  ['except', 'clause'],
  ['finally', 'clause'],
]);
const MAX_STRING_NESTING = 16;

/**
 * Cuts `text` between two offsets into logical lines; blank and comment lines are left out.
 *
 * @param wanted comments that contain this word are returned.
 */
export function scan(text: string, wanted = '', from = 0, to = text.length): Scan {
  return new Scanner(text, to, wanted !== '' && text.includes(wanted) ? wanted : '').run(from);
}

class Scanner {
  private readonly lines: LogicalLine[] = [];
  private readonly comments: Comment[] = [];
  /** Characters that were read twice because a bracket is not closed; bounded so that bad text stays linear. */
  private wasted = 0;

  constructor(
    private readonly text: string,
    private readonly to: number,
    private readonly wanted: string,
  ) {}

  run(from: number): Scan {
    for (let at = from; at < this.to;) at = this.line(at);
    return { lines: this.lines, comments: this.comments };
  }

  /** Reads the logical line whose first physical line starts at `from`; answers where the next one starts. */
  private line(from: number): number {
    let at = from;
    let indent = 0;
    for (; at < this.to; at++) {
      const code = this.text.charCodeAt(at);
      if (code === SPACE || code === 0xfeff) indent += code === SPACE ? 1 : 0;
      else if (code === TAB) indent = (indent & ~7) + 8;
      else if (code === FF) indent = 0;
      else break;
    }
    const code = at < this.to ? this.text.charCodeAt(at) : LF;
    if (code === HASH) at = this.comment(at);
    if (code === LF || code === CR || code === HASH) return this.afterLineEnd(at);
    return this.code(from, at, indent);
  }

  private code(from: number, start: number, indent: number): number {
    const lenient = this.wasted > 4 * this.text.length;
    let stop = this.statementEnd(start, lenient ? indent : undefined);
    if (stop.open && !lenient) {
      this.wasted += stop.next - start;
      stop = this.statementEnd(start, indent);
    }
    const end = Math.max(stop.end, start + 1);
    const head = this.head(start);
    const opens = this.text.charCodeAt(end - 1) === COLON;
    this.lines.push({ from, start, end, commentEnd: Math.max(stop.commentEnd, end), indent, head, opens });
    return Math.max(stop.next, end);
  }

  /**
   * Reads code up to the line end outside brackets. Inside brackets a line that must be a statement
   * ends it too; with `indent` given, so does a line that is not deeper than that, and `open` is false.
   */
  private statementEnd(start: number, indent: number | undefined) {
    const { text, to } = this;
    let depth = 0;
    let end = start;
    for (let at = start; at < to;) {
      const code = text.charCodeAt(at);
      const kind = code < 128 ? CLASSES[code] : PLAIN;
      if (kind === PLAIN) {
        at++;
        if (code !== SPACE && code !== TAB && code !== FF) end = at;
        continue;
      }
      if (kind === OPENING) depth++;
      else if (kind === CLOSING) depth = Math.max(0, depth - 1);
      if (kind === OPENING || kind === CLOSING) end = ++at;
      else if (kind === QUOTE) end = at = this.string(at, start, 0);
      else if (code === BACKSLASH) {
        const next = this.afterLineEnd(at + 1);
        if (next > at + 1) at = next;
        else end = ++at;
      } else {
        const commentEnd = code === HASH ? this.comment(at) : end;
        at = Math.max(at, commentEnd);
        if (at >= to) return { end, commentEnd, next: to, open: depth > 0 };
        if (code === HASH && depth === 0) return { end, commentEnd, next: this.afterLineEnd(at), open: false };
        const next = this.afterLineEnd(at);
        if (depth === 0 || this.cuts(next, indent)) return { end, commentEnd, next, open: depth > 0 };
        at = next;
      }
    }
    return { end, commentEnd: end, next: to, open: depth > 0 };
  }

  /** Whether the physical line that starts at `from`, inside brackets, can't continue them. */
  private cuts(from: number, indent: number | undefined): boolean {
    let at = from;
    let column = 0;
    for (; at < this.to; at++) {
      const code = this.text.charCodeAt(at);
      if (code === SPACE) column++;
      else if (code === TAB) column = (column & ~7) + 8;
      else break;
    }
    if (at >= this.to) return false;
    const code = this.text.charCodeAt(at);
    if (code === LF || code === CR || code === HASH) return false;
    STATEMENT.lastIndex = at;
    if (STATEMENT.test(this.text)) return true;
    return indent !== undefined && column <= indent && (code >= 128 || CLASSES[code] !== CLOSING);
  }

  private head(start: number): Head {
    const code = this.text.charCodeAt(start);
    if (code === AT) return '@';
    if (code < 97 || code > 122) return '';
    HEAD.lastIndex = start;
    const word = HEAD.exec(this.text)?.[1];
    return word === undefined ? '' : (HEADS.get(word) ?? '');
  }

  /** Reads a comment; answers the offset of its line end. */
  private comment(start: number): number {
    let end = this.text.indexOf('\n', start);
    if (end < 0 || end > this.to) end = this.to;
    if (this.text.charCodeAt(end - 1) === CR) end--;
    if (this.wanted !== '' && this.text.slice(start, end).includes(this.wanted)) {
      const last = this.comments[this.comments.length - 1];
      if (last === undefined || last.start < start) this.comments.push({ start, end });
    }
    return end;
  }

  private afterLineEnd(at: number): number {
    const code = this.text.charCodeAt(at);
    if (code === CR) return this.text.charCodeAt(at + 1) === LF ? at + 2 : at + 1;
    return code === LF || at >= this.to ? at + 1 : at;
  }

  /** Reads a string whose opening quote is at `at`; answers the offset after it. */
  private string(at: number, floor: number, nesting: number): number {
    const { text } = this;
    const quote = text.charCodeAt(at);
    const triple = text.charCodeAt(at + 1) === quote && text.charCodeAt(at + 2) === quote;
    const formatted = this.formatted(at, floor);
    const start = at + (triple ? 3 : 1);
    if (formatted && nesting < MAX_STRING_NESTING) {
      const end = this.interpolated(start, quote, triple, nesting);
      if (end !== undefined) return end;
    }
    for (let next = start; next < this.to; next++) {
      const code = text.charCodeAt(next);
      if (code === BACKSLASH) {
        if (text.charCodeAt(next + 1) === CR && text.charCodeAt(next + 2) === LF) next++;
        next++;
      } else if (code === quote && !triple) return next + 1;
      else if (code === quote && text.charCodeAt(next + 1) === quote && text.charCodeAt(next + 2) === quote)
        return next + 3;
      else if (!triple && (code === LF || code === CR)) return next;
    }
    return triple ? this.unclosed(start) : this.to;
  }

  /** A triple quote that nothing closes ends with its line, so that the rest of the file is still read. */
  private unclosed(start: number): number {
    const end = this.text.indexOf('\n', start);
    return end < 0 || end > this.to ? this.to : end;
  }

  /** Whether the letters before a quote say that the string has `{}` parts. */
  private formatted(at: number, floor: number): boolean {
    let found = false;
    for (let before = at - 1; before >= floor && before >= at - 3; before--) {
      const letter = this.text.charCodeAt(before) | 32;
      if (letter === 102 || letter === 116) found = true;
      else if (letter !== 114 && letter !== 98 && letter !== 117)
        return found && !((letter >= 97 && letter <= 122) || (letter >= 48 && letter <= 57) || letter === 127);
    }
    return found;
  }

  /** Reads an f-string's text up to its closing quote; undefined where it has none. */
  private interpolated(start: number, quote: number, triple: boolean, nesting: number): number | undefined {
    const { text } = this;
    for (let at = start; at < this.to; at++) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH) at++;
      else if (code === quote && !triple) return at + 1;
      else if (code === quote && text.charCodeAt(at + 1) === quote && text.charCodeAt(at + 2) === quote) return at + 3;
      else if (!triple && (code === LF || code === CR)) return undefined;
      else if (code === OPEN_BRACE) {
        if (text.charCodeAt(at + 1) === OPEN_BRACE) at++;
        else {
          const end = this.replacement(at + 1, nesting);
          if (end === undefined) return undefined;
          at = end;
        }
      }
    }
    return undefined;
  }

  /** Reads a `{}` part of an f-string; answers the offset of its closing brace. */
  private replacement(start: number, nesting: number): number | undefined {
    const { text } = this;
    let depth = 0;
    let inSpec = false;
    for (let at = start; at < this.to; at++) {
      const code = text.charCodeAt(at);
      const kind = code < 128 ? CLASSES[code] : PLAIN;
      if (code === CLOSE_BRACE && depth === 0) return at;
      if (inSpec) {
        if (code === LF || code === CR || kind === QUOTE) return undefined;
        if (code !== OPEN_BRACE || nesting >= MAX_STRING_NESTING) continue;
        const end = this.replacement(at + 1, nesting + 1);
        if (end === undefined) return undefined;
        at = end;
      } else if (kind === OPENING) depth++;
      else if (kind === CLOSING && --depth < 0) return undefined;
      else if (kind === QUOTE) at = this.string(at, start, nesting + 1) - 1;
      else if (code === HASH) at = this.comment(at);
      else if (code === COLON && depth === 0) inSpec = true;
    }
    return undefined;
  }
}
