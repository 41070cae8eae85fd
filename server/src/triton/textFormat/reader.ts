/**
 * Reads protobuf's text format against a schema: takes and rejects what C++ `TextFormat` does and says what it says,
 * but goes on after an error.
 *
 * The first problem is the one that the server prints. Those after it are ours: they say what the server would find next
 * if the ones before were mended, so what may merely follow from an earlier one is left out.
 */
import type { Span } from '../../core/text/place';
import { type Field, isEnum, isMessage, type MessageType } from '../schema/types';
import { type Item, Message, type Scalar } from './message';
import type { Noted, ProblemKind, TextProblem } from './problem';
import { type Cursor, readScalar } from './scalars';
import { type Token, Tokenizer } from './tokens';

export interface TextFile {
  readonly root: Message;
  readonly problems: readonly TextProblem[];
  /** Whether the text has `${...}` that something is going to fill in. */
  readonly isTemplate: boolean;
}

const MOST_PROBLEMS = 100;
/** The first repetition comes right after the value that is repeated, so a few values are enough to look back at. */
const LOOK_BACK = 8;

/** Reads a text as a message of a type. Never throws. */
export function readTextFormat(text: string, type: MessageType): TextFile {
  return new Reader(text).run(type);
}

class Reader implements Cursor {
  private readonly problems: TextProblem[] = [];
  private readonly tokens: Tokenizer;
  /** What stands at the place that has been reached. */
  token: Token;
  /** End of the token before the current one, and whether a line ends between the two. */
  private before = 0;
  private newLine = true;
  /** Brackets that are open, innermost last. */
  private readonly open: string[] = [];
  /** Fields read since the last problem of structure; problems right after one follow from it. */
  private settled = true;
  private resumedAt = -1;
  private template: boolean;

  constructor(private readonly text: string) {
    this.template = false;
    this.tokens = new Tokenizer(text, (complaint) => {
      if (this.problems.length > 0 && !this.settled) return;
      if (this.template) return;
      const { start, end, line, column, message } = complaint;
      this.add({ message, span: { start, end }, line, column, kind: 'token' });
    });
    this.token = this.tokens.next();
  }

  run(type: MessageType): TextFile {
    const root = new Message(type);
    root.span = { start: 0, end: this.text.length };
    while (this.token.kind !== 'end') if (!this.field(root) && !this.resume()) this.next();
    return {
      root,
      problems: this.problems,
      isTemplate: this.template || /\$\{[^}\n]*\}/.test(withoutComments(this.text)),
    };
  }

  /** One field with its value and the sign that may follow. False where reading can't go on here. */
  private field(message: Message): boolean {
    const name = this.token;
    if (this.at('[')) return this.bracketed(message);
    if (name.kind !== 'identifier') return this.expected('identifier');
    this.next();
    const field = message.type.fields.get(name.text);
    if (field === undefined) return this.unknownField(message.type, name);
    this.noteRepetition(message, field, name);
    if (isMessage(field.type)) this.take(':');
    else if (!this.consume(':')) return false;
    if (!this.values(message, field, name)) return false;
    if (!this.take(';')) this.take(',');
    this.settled = true;
    return true;
  }

  private values(message: Message, field: Field, name: Span): boolean {
    if (!field.repeated || !this.at('[')) return this.value(message, field, name);
    return this.within(() => this.list(message, field, name));
  }

  /** The values of a list whose bracket is read, and the bracket that closes it. */
  private list(message: Message, field: Field, name: Span): boolean {
    if (this.take(']')) {
      message.setEmpty(field.name, name);
      return true;
    }
    for (;;) {
      if (!this.value(message, field, name) && !this.resumeInList(isMessage(field.type))) return this.take(']');
      if (this.take(']')) return true;
      if (this.take(',')) continue;
      this.wanted(',');
      if (!this.resumeInList(isMessage(field.type))) return this.take(']');
      if (this.take(']')) return true;
      this.take(',');
    }
  }

  private value(message: Message, field: Field, name: Span): boolean {
    const { type } = field;
    if (isMessage(type)) return this.nested(message, field, type, name);
    const first = this.token;
    if (this.fillIn(field)) {
      this.skipValue();
      return true;
    }
    const scalar = readScalar(this, field);
    if (scalar === undefined) return this.afterBadValue(first);
    message.push({ field, name, value: scalar });
    return true;
  }

  private nested(parent: Message, field: Field, type: MessageType, name: Span): boolean {
    const { start } = this.token;
    if (!this.at('<') && !this.at('{')) return this.wanted('{');
    const closing = this.at('<') ? '>' : '}';
    const message = new Message(type);
    parent.push({ field, name, value: message });
    const whole = this.within(() => this.body(message, closing));
    message.span = { start, end: this.before };
    return whole;
  }

  /** The fields of a message whose bracket is read, and the bracket that closes it. */
  private body(message: Message, closing: string): boolean {
    while (!this.at('}') && !this.at('>')) if (!this.field(message) && !this.resume()) return false;
    if (this.take(closing)) return true;
    this.wanted(closing);
    this.next();
    return true;
  }

  /** `[...]` where a field should be: an extension, or the type of an Any. */
  private bracketed(message: Message): boolean {
    const start = this.token;
    this.next();
    const name = this.dottedName();
    if (name === undefined) return false;
    if (message.type.isAny && this.take('/')) {
      if (this.dottedName() === undefined || !this.consume(']')) return false;
      // Which types the server has linked in is its own business.
      this.take(':');
      this.skipValue();
      return true;
    }
    if (!this.consume(']')) return false;
    this.report('field', `Extension "${name}" is not defined or is not an extension of "${message.type.name}".`, {
      start: start.start,
      end: this.before,
    });
    this.take(':');
    this.skipValue();
    return true;
  }

  private dottedName(): string | undefined {
    const parts: string[] = [];
    do {
      if (this.token.kind !== 'identifier') {
        this.expected('identifier');
        return undefined;
      }
      parts.push(this.token.text);
      this.next();
    } while (this.take('.'));
    return parts.join('.');
  }

  private unknownField(type: MessageType, name: Token): boolean {
    this.report('field', `Message type "${type.name}" has no field named "${name.text}".`, name, {
      about: { written: name.text, known: [...type.fields.keys()] },
    });
    if (!this.take(':') && !this.at('{') && !this.at('<') && !this.at('[')) return false;
    this.skipValue();
    if (!this.take(';')) this.take(',');
    return true;
  }

  /** A field that occurs once and is set already, or another member of its oneof is. */
  private noteRepetition(message: Message, field: Field, name: Token): void {
    if (field.repeated) return;
    const earlier = lastSet(message.itemsOf(field.name), field);
    if (earlier) {
      const said = `Non-repeated field "${field.name}" is specified multiple times.`;
      this.report('repeated', said, name, { earlier: earlier.name });
      return;
    }
    if (field.oneof === undefined) return;
    const other = message.items.find((item) => item.field.oneof === field.oneof && item.field !== field);
    if (!other) return;
    const said = `Field "${field.name}" is specified along with field "${other.field.name}", another member of oneof "${field.oneof}".`;
    this.report('repeated', said, name, { earlier: other.name });
  }

  private expected(what: string): false {
    this.report('structure', `Expected ${what}, got: ${this.token.text}`, this.token);
    return false;
  }

  private consume(sign: string): boolean {
    return this.take(sign) || this.wanted(sign);
  }

  private wanted(sign: string): false {
    this.report('structure', `Expected "${sign}", found "${this.token.text}".`, this.token);
    return false;
  }

  /** After a value of the wrong kind: over it, if it is one value. */
  private afterBadValue(first: Token): boolean {
    if (this.token === first || this.token.kind === 'float') {
      if (this.token.kind === 'symbol' || this.token.kind === 'end') return false;
      if (this.newLine && this.beginsField()) return false;
      this.next();
    } else if (!['identifier', 'symbol', 'end'].includes(this.token.kind)) this.next();
    return true;
  }

  /** `${...}`: something fills it in before a server reads the file. */
  private fillIn({ type }: Field): boolean {
    if (!this.at('$') || this.text[this.token.end] !== '{') return false;
    const [line = ''] = this.text.slice(this.token.start, this.token.start + 400).split('\n', 1);
    const [written] = /^\$\{[^}]*\}/.exec(line) ?? [];
    if (written === undefined) return false;
    const { start } = this.token;
    const wanted = isEnum(type) ? 'integer or identifier' : isMessage(type) ? '' : (wantedFor[type] ?? 'integer');
    this.report('template', `Expected ${wanted}, got: $`, { start, end: start + written.length });
    this.template = true;
    return true;
  }

  /** Over one value: a scalar, a message or a list with all that is in it. */
  private skipValue(): void {
    if (this.at('$')) {
      this.next();
      this.skipBrackets();
      while (this.token.start === this.before && this.token.kind !== 'end' && !isClosing(this.token.text)) this.next();
      return;
    }
    this.take('-');
    if (this.at('{') || this.at('<') || this.at('[')) {
      this.skipBrackets();
      return;
    }
    if (this.token.kind === 'symbol' || this.token.kind === 'end') return;
    const { kind } = this.token;
    this.next();
    while (kind === 'string' && this.token.kind === 'string') this.next();
  }

  private skipBrackets(): void {
    let depth = 0;
    do {
      if (isOpening(this.token.text) && this.token.kind === 'symbol') depth += 1;
      else if (isClosing(this.token.text) && this.token.kind === 'symbol') depth -= 1;
      if (this.token.kind === 'end') return;
      this.next();
    } while (depth > 0);
  }

  /** To where a field may begin in the same message; false where the message has to end first. */
  private resume(): boolean {
    for (;;) {
      const { kind, text, start } = this.token;
      if (kind === 'end') return false;
      if (kind === 'symbol' && isClosing(text)) {
        if (text !== ']') {
          if (this.open.at(-1) === '{' || this.open.at(-1) === '<') return true;
        } else if (this.open.at(-2) === '[') return false;
        this.next();
      } else if (kind === 'symbol' && isOpening(text)) {
        this.skipBrackets();
      } else if (kind === 'identifier' && this.newLine && start > this.resumedAt && this.beginsField()) {
        this.resumedAt = start;
        return true;
      } else this.next();
    }
  }

  /** To the next value of a list or its end; false where the list seems to end without its bracket. */
  private resumeInList(ofMessages: boolean): boolean {
    for (;;) {
      const { kind, text } = this.token;
      if (kind === 'end' || text === '}' || text === '>') return false;
      if (text === ']' || text === ',') return true;
      if (kind === 'symbol' && isOpening(text)) {
        if (ofMessages && text !== '[') return true;
        this.skipBrackets();
      } else if (kind === 'identifier' && this.newLine && this.beginsField()) return false;
      else this.next();
    }
  }

  private beginsField(): boolean {
    return /^[ \t]*[:{<[]/.test(this.text.slice(this.token.end, this.token.end + 40));
  }

  private at(text: string): boolean {
    return this.token.text === text;
  }

  /** Over a sign, if it stands here. */
  take(text: string): boolean {
    if (this.token.text !== text) return false;
    this.next();
    return true;
  }

  /** Over an opening bracket, then what stands in it. */
  private within(read: () => boolean): boolean {
    this.open.push(this.token.text);
    this.next();
    const whole = read();
    this.open.pop();
    return whole;
  }

  next(): void {
    const { line, end } = this.token;
    this.token = this.tokens.next();
    this.before = end;
    this.newLine = this.token.line > line;
  }

  report(kind: ProblemKind, message: string, span: Span, more: Noted = {}): void {
    const structural = kind === 'structure';
    if (structural && !this.settled) return;
    if (structural) this.settled = false;
    const { line, column } = this.token;
    // A bracket at the start of a line is where the mistake was noticed; it was made before the line ended.
    const isLate = structural && span === this.token && this.newLine && ['{', '}'].includes(this.token.text);
    const { start, end } = isLate ? { start: Math.max(this.before - 1, 0), end: this.before } : span;
    this.add({ message, span: { start, end }, line, column, kind, ...more });
  }

  private add(problem: TextProblem): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(problem);
  }
}

/** What the server wants to see; an integer for all other types. */
const wantedFor: Readonly<Record<string, string>> = {
  string: 'string',
  bytes: 'string',
  bool: 'identifier',
  float: 'double',
  double: 'double',
};

const isOpening = (text: string): boolean => text === '{' || text === '[' || text === '<';
const isClosing = (text: string): boolean => text === '}' || text === ']' || text === '>';

/** The last of a field's values that counts as set; a field may hold any number of zeros. */
function lastSet(items: readonly Item[], field: Field): Item | undefined {
  for (let at = items.length - 1; at >= Math.max(0, items.length - LOOK_BACK); at--)
    if (isSet((items[at] as Item).value, field)) return items[at];
  return undefined;
}

/** What protobuf counts as set: anything that is not the type's zero, and all members of a oneof. */
function isSet(value: Scalar | Message, field: Field): boolean {
  if (value instanceof Message || field.oneof !== undefined) return true;
  return value.value !== '' && value.value !== false && !Object.is(value.value, 0);
}

const withoutComments = (text: string): string => (text.includes('#') ? text.replace(/^[ \t]*#.*$/gm, '') : text);
