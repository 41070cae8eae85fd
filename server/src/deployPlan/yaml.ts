/**
 * Reads the part of YAML that plans are written in, with the place of everything, and goes on after an error.
 *
 * Block and flow collections, plain and quoted scalars, comments; JSON is part of it. Anchors, tags, block scalars and
 * several documents are refused by name rather than misread. Scalars follow YAML 1.2's core schema.
 */

export interface Place {
  readonly start: number;
  readonly end: number;
}
export interface YamlProblem extends Place {
  readonly message: string;
}
export interface YamlScalar extends Place {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, without quotes. */
  readonly text: string;
}
export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}
export interface YamlMap extends Place {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
}
export interface YamlList extends Place {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}
export type YamlNode = YamlScalar | YamlMap | YamlList;

/** Collections inside collections; a plan needs four. */
const deepest = 32;
const longest = 200_000;

/** @returns what could be read; `root` is absent for an empty text */
export function readYaml(text: string): { readonly root?: YamlNode; readonly problems: readonly YamlProblem[] } {
  if (text.length > longest)
    return { problems: [{ start: 0, end: 1, message: 'The file is longer than a plan can be' }] };
  const reader = new Reader(text);
  const root = reader.document();
  return root === undefined ? { problems: reader.problems } : { root, problems: reader.problems };
}

class Reader {
  readonly problems: YamlProblem[] = [];
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  document(): YamlNode | undefined {
    if (this.text.startsWith('\uFEFF')) this.at = 1;
    this.skip();
    if (this.startsWith(/---(?=\s|$)/y)) {
      this.at += 3;
      this.skip();
    }
    if (this.ended()) return undefined;
    const root = this.block(this.column);
    this.skip();
    if (!this.ended()) this.problem(this.at, this.lineEnd, 'This line does not belong to what stands above it');
    return root;
  }

  private ended(): boolean {
    return this.at >= this.text.length;
  }
  private get lineStart(): number {
    return this.text.lastIndexOf('\n', this.at - 1) + 1;
  }
  private get lineEnd(): number {
    const end = this.text.indexOf('\n', this.at);
    return end === -1 ? this.text.length : end;
  }
  private get column(): number {
    return this.at - this.lineStart;
  }

  private startsWith(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  private problem(start: number, end: number, message: string): void {
    this.problems.push({ start, end: Math.max(end, start + 1), message });
  }

  /** Past spaces, line ends and comments. */
  private skip(): void {
    for (;;) {
      const [space] = matchAt(/[ \r\n\t]*/y, this.text, this.at);
      const from = this.at;
      this.at += space.length;
      const tab = space.lastIndexOf('\t');
      if (tab > space.lastIndexOf('\n') && space.includes('\n') && !'#\r\n'.includes(this.text[this.at] ?? '#'))
        this.problem(from + tab, from + tab + 1, 'YAML is indented with spaces; this is a tab');
      if (this.text[this.at] !== '#') return;
      this.at = this.lineEnd;
    }
  }

  private nested<T>(read: () => T): T | undefined {
    if (this.depth >= deepest) {
      this.problem(this.at, this.at + 1, 'Collections are nested too deeply');
      this.at = this.text.length;
      return undefined;
    }
    this.depth += 1;
    const found = read();
    this.depth -= 1;
    return found;
  }

  /** A node that starts here, whose own lines are indented by `indent`. */
  private block(indent: number): YamlNode {
    const found = this.nested(() => {
      if (this.startsWith(/-(?=[ \r\n]|$)/y)) return this.list(indent);
      return this.colon() === undefined ? this.inline() : this.map(indent);
    });
    return found ?? this.nothing();
  }

  /** Where the colon of the key stands that starts here. */
  private colon(): number | undefined {
    const { text, at } = this;
    const quote = text[at] ?? '';
    if (quote === '"' || quote === "'") {
      const from = at + matchAt(quotedText[quote], text, at)[0].length;
      const colon = from + matchAt(/ */y, text, from)[0].length;
      return this.isColon(colon) ? colon : undefined;
    }
    if ('#,[]{}&*!|>%@`'.includes(quote) || this.startsWith(/-(?=[ \r\n]|$)/y)) return undefined;
    for (let i = at; i < text.length && text[i] !== '\n'; i++) {
      if (text[i] === '#' && text[i - 1] === ' ') return undefined;
      if (this.isColon(i)) return i;
    }
    return undefined;
  }

  private isColon(at: number): boolean {
    return this.text[at] === ':' && ' \r\n'.includes(this.text[at + 1] ?? '\n');
  }

  private list(indent: number): YamlList {
    const start = this.at;
    const items: YamlNode[] = [];
    let end = start;
    while (!this.ended() && this.column === indent && this.startsWith(/-(?=[ \r\n]|$)/y)) {
      this.at += 1;
      const dash = this.at;
      const item = this.valueOf(indent, dash, false);
      items.push(item);
      end = item.end;
      this.toNextLine(indent);
    }
    return { kind: 'list', items, start, end };
  }

  private map(indent: number): YamlMap {
    const start = this.at;
    const entries: YamlEntry[] = [];
    const names = new Set<string>();
    let end = start;
    for (;;) {
      const colon = this.ended() || this.column !== indent ? undefined : this.colon();
      if (colon === undefined) break;
      const key = this.key(colon);
      this.at = colon + 1;
      const value = this.valueOf(indent, this.at, true);
      if (names.has(key.text)) this.problem(key.start, key.end, `"${key.text}" stands here twice`);
      names.add(key.text);
      entries.push({ key, value });
      end = Math.max(key.end, value.end);
      this.toNextLine(indent);
    }
    return { kind: 'map', entries, start, end };
  }

  private key(colon: number): YamlScalar {
    if (this.text[this.at] === '"' || this.text[this.at] === "'") return this.scalar(/(?:)/y);
    const [start, text] = [this.at, this.text.slice(this.at, colon).trimEnd()];
    return { kind: 'scalar', value: text, text, start, end: start + text.length };
  }

  /** What follows a dash or a colon: on the same line, or deeper on the next ones. A list may stand at its key's own column. */
  private valueOf(indent: number, from: number, ofKey: boolean): YamlNode {
    const line = this.lineEnd;
    this.skip();
    if (this.ended()) return this.nothing(from);
    if (this.at < line) return ofKey ? this.inline() : this.block(this.column);
    const isDeeper = this.column > indent || (ofKey && this.column === indent && this.startsWith(/-(?=[ \r\n]|$)/y));
    return isDeeper ? this.block(this.column) : this.nothing(from);
  }

  private nothing(at = this.at): YamlScalar {
    return { kind: 'scalar', value: null, text: '', start: at, end: at };
  }

  /** To where the collection may go on; what is left on the line or stands deeper belongs to nothing. */
  private toNextLine(indent: number): void {
    const rest = matchAt(/[ \t]*([^\s#][^\n]*)?/y, this.text, this.at)[1];
    if (rest !== undefined && !this.isLineStart) {
      const start = this.text.indexOf(rest, this.at);
      this.problem(start, this.lineEnd, 'This does not belong to what stands before it');
      this.at = this.lineEnd;
    }
    this.skip();
    while (!this.ended() && this.column > indent) {
      this.problem(this.at, this.lineEnd, 'This line is indented deeper than those that it stands with');
      this.at = this.lineEnd;
      this.skip();
    }
  }

  private get isLineStart(): boolean {
    return this.text.slice(this.lineStart, this.at).trim() === '';
  }

  private inline(): YamlNode {
    const character = this.text[this.at] ?? '';
    if (character === '[' || character === '{') return this.nested(() => this.flow(character)) ?? this.nothing();
    const refused = notRead[character];
    if (refused !== undefined) {
      const start = this.at;
      this.at = this.lineEnd;
      this.problem(start, this.at, `${refused} are not read in a plan: write the value itself`);
      return this.nothing(start);
    }
    const value = this.scalar(/(?:[^\n#:]|:(?![ \r\n]|$)|(?<=\S)#)*/y);
    if (this.text[this.at] === ':') {
      this.problem(value.start, this.lineEnd, 'A second key stands on this line');
      this.at = this.lineEnd;
    }
    return value;
  }

  private flow(open: string): YamlList | YamlMap {
    const start = this.at;
    const close = open === '[' ? ']' : '}';
    const items: YamlNode[] = [];
    const entries: YamlEntry[] = [];
    this.at += 1;
    for (;;) {
      this.skip();
      if (this.ended()) {
        this.problem(start, start + 1, `This ${open} is never closed with ${close}`);
        break;
      }
      if (this.text[this.at] === close) {
        this.at += 1;
        break;
      }
      const before = this.at;
      if (open === '[') items.push(this.flowValue());
      else entries.push(this.flowEntry());
      this.skip();
      if (this.text[this.at] === ',') this.at += 1;
      else if (this.text[this.at] !== close && !this.ended()) {
        this.problem(this.at, this.at + 1, `A comma or ${close} is missing here`);
        if (this.at === before) this.at += 1;
      }
    }
    return open === '[' ? { kind: 'list', items, start, end: this.at } : { kind: 'map', entries, start, end: this.at };
  }

  private flowEntry(): YamlEntry {
    const key = this.scalar(/(?:[^\n#,[\]{}:]|:(?![ \r\n,[\]{}]|$))*/y);
    this.skip();
    if (this.text[this.at] !== ':') return { key, value: this.nothing() };
    this.at += 1;
    this.skip();
    const isLeftOut = this.ended() || ',}'.includes(this.text[this.at] ?? '');
    return { key, value: isLeftOut ? this.nothing() : this.flowValue() };
  }

  private flowValue(): YamlNode {
    const character = this.text[this.at] ?? '';
    if (character === '[' || character === '{') return this.nested(() => this.flow(character)) ?? this.nothing();
    return this.scalar(/(?:[^\n#,[\]{}]|(?<=\S)#)*/y);
  }

  /** A quoted scalar, or a plain one as far as the pattern goes. */
  private scalar(plain: RegExp): YamlScalar {
    const start = this.at;
    const quote = this.text[start];
    if (quote === '"' || quote === "'") return this.quoted(quote);
    const text = matchAt(plain, this.text, start)[0].trimEnd();
    this.at = start + text.length;
    return { kind: 'scalar', value: plainValue(text), text, start, end: this.at };
  }

  private quoted(quote: '"' | "'"): YamlScalar {
    const start = this.at;
    const [whole, inner = '', closed] = matchAt(quotedText[quote], this.text, start);
    this.at = start + whole.length;
    if (closed === '') this.problem(start, this.at, `This ${quote} is never closed`);
    const text = quote === '"' ? unescaped(inner) : inner.replaceAll("''", "'");
    return { kind: 'scalar', value: text, text, start, end: this.at };
  }
}

const quotedText = { '"': /"((?:[^"\\\n]|\\.)*)("?)/y, "'": /'((?:[^'\n]|'')*)('?)/y };

const notRead: Readonly<Record<string, string>> = {
  '&': 'Anchors',
  '*': 'Aliases',
  '!': 'Tags',
  '|': 'Blocks of text',
  '>': 'Blocks of text',
};

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray {
  pattern.lastIndex = at;
  // Patterns here match the empty text, too.
  return pattern.exec(text) ?? (Object.assign([''], { index: at, input: text }) as unknown as RegExpExecArray);
}

function plainValue(text: string): string | number | boolean | null {
  if (/^(?:null|Null|NULL|~|)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return Number(text);
  return text;
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  '"': '"',
  '\\': '\\',
  '/': '/',
};
const unescaped = (text: string): string =>
  text.replace(/\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|(.))/g, (whole, wide?: string, narrow?: string, one?: string) =>
    wide !== undefined || narrow !== undefined
      ? String.fromCharCode(parseInt(wide ?? narrow ?? '0', 16))
      : (escapes[one ?? ''] ?? whole),
  );
