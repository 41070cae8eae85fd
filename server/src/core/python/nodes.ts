/**
 * A parsed piece of text as flat arrays.
 *
 * One walk with a cursor copies the tree out of WebAssembly; lowering then moves about freely.
 * Nodes are numbers in order of appearance: a node's first child is `node + 1`.
 */
import type { SyntaxCursor, SyntaxParser } from './syntax';

/** The named nodes of the grammar that lowering knows. */
const NAMES = [
  'module',
  'block',
  'expression_statement',
  'assignment',
  'augmented_assignment',
  'return_statement',
  'raise_statement',
  'assert_statement',
  'delete_statement',
  'pass_statement',
  'break_statement',
  'continue_statement',
  'global_statement',
  'nonlocal_statement',
  'import_statement',
  'import_from_statement',
  'future_import_statement',
  'import_prefix',
  'relative_import',
  'wildcard_import',
  'aliased_import',
  'dotted_name',
  'if_statement',
  'elif_clause',
  'else_clause',
  'while_statement',
  'for_statement',
  'with_statement',
  'with_clause',
  'with_item',
  'try_statement',
  'except_clause',
  'finally_clause',
  'match_statement',
  'case_clause',
  'function_definition',
  'class_definition',
  'decorated_definition',
  'decorator',
  'type_alias_statement',
  'identifier',
  'integer',
  'float',
  'string',
  'concatenated_string',
  'string_start',
  'string_end',
  'interpolation',
  'format_expression',
  'format_specifier',
  'type_conversion',
  'true',
  'false',
  'none',
  'ellipsis',
  'attribute',
  'subscript',
  'slice',
  'call',
  'argument_list',
  'keyword_argument',
  'list_splat',
  'dictionary_splat',
  'list_splat_pattern',
  'dictionary_splat_pattern',
  'unary_operator',
  'not_operator',
  'binary_operator',
  'boolean_operator',
  'comparison_operator',
  'conditional_expression',
  'named_expression',
  'lambda',
  'lambda_parameters',
  'parameters',
  'default_parameter',
  'typed_parameter',
  'typed_default_parameter',
  'keyword_separator',
  'positional_separator',
  'tuple',
  'list',
  'set',
  'dictionary',
  'pair',
  'expression_list',
  'pattern_list',
  'tuple_pattern',
  'list_pattern',
  'parenthesized_expression',
  'generator_expression',
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'for_in_clause',
  'if_clause',
  'await',
  'yield',
  'as_pattern',
  'as_pattern_target',
  'type',
  'type_parameter',
  'generic_type',
  'union_type',
  'member_type',
  'splat_type',
  'constrained_type',
  'case_pattern',
  'union_pattern',
  'splat_pattern',
  'class_pattern',
  'dict_pattern',
  'keyword_pattern',
  'complex_pattern',
] as const;
export type NodeName = (typeof NAMES)[number];

/** Kind numbers of the named nodes; 0 is a token or a node that lowering doesn't know. */
export const K = Object.fromEntries(NAMES.map((name, at) => [name, at + 1])) as Readonly<Record<NodeName, number>>;
export const KIND_COUNT = NAMES.length + 2;
/** What is nested deeper than `MAX_DEPTH`. */
const TOO_DEEP = NAMES.length + 1;

const FIELDS = [
  'name',
  'body',
  'left',
  'right',
  'type',
  'value',
  'key',
  'alias',
  'alternative',
  'arguments',
  'argument',
  'attribute',
  'condition',
  'consequence',
  'definition',
  'expression',
  'function',
  'guard',
  'module_name',
  'object',
  'operator',
  'operators',
  'parameters',
  'return_type',
  'subject',
  'subscript',
  'superclasses',
  'cause',
  'type_conversion',
  'format_specifier',
] as const;
export type FieldName = (typeof FIELDS)[number];
export const F = Object.fromEntries(FIELDS.map((name, at) => [name, at + 1])) as Readonly<Record<FieldName, number>>;

/** Levels of the syntax tree that are read; two or three make one level of nesting in the text. */
export const MAX_DEPTH = 400;
const ERROR = 0xffff;

const DESCEND = 0;
const LEAF = 1;
const SKIP = 2;
const IF_FORMATTED = 3;
const TOKEN = 4;
const MARK = 5;
/** The tokens that lowering asks for; of the others only operators, which have a field, are of use. */
const TOKENS: readonly string[] = ['-', '_'];
/** The same of tokens of which only the presence matters. */
const MARKS: readonly string[] = [',', ':', '=', 'async', 'from'];
/** Brackets and words are most of the tokens of a text. */
const USELESS = /^(?:[()[\]{}.;]|->|:=|[a-z]+)$/;
const OPERATORS: readonly string[] = ['and', 'or', 'in', 'is'];
const LEAVES: readonly NodeName[] = ['identifier', 'integer', 'float', 'true', 'false', 'none', 'ellipsis'];
/** Common nodes whose children have no fields. */
const FIELDLESS: readonly NodeName[] = [
  'module',
  'block',
  'expression_statement',
  'argument_list',
  'parameters',
  'tuple',
  'list',
  'expression_list',
  'pattern_list',
  'parenthesized_expression',
  'dictionary',
  'type',
  'slice',
];

/** Parses pieces of text; holds the nodes of the piece that was read last. */
export class Nodes {
  text = '';
  /** Whether the text has no character outside ASCII. */
  ascii = true;
  count = 0;
  private readonly kinds: Uint8Array;
  private readonly namedTypes: Uint8Array;
  private readonly walks: Uint8Array;
  private readonly withoutFields: Uint8Array;
  private readonly fieldOf: Uint8Array;
  private capacity = 4096;
  private types = new Uint16Array(this.capacity);
  private fields = new Uint8Array(this.capacity);
  private starts = new Int32Array(this.capacity);
  private ends = new Int32Array(this.capacity);
  private nexts = new Int32Array(this.capacity);
  private readonly open = new Int32Array(MAX_DEPTH + 2);

  constructor(private readonly parser: SyntaxParser) {
    const kindOf: Readonly<Record<string, number | undefined>> = K;
    const fieldOf: Readonly<Record<string, number | undefined>> = F;
    this.kinds = Uint8Array.from(parser.nodeTypes, (type) => (type.named ? (kindOf[type.name] ?? 0) : 0));
    this.namedTypes = Uint8Array.from(parser.nodeTypes, ({ named }) => Number(named));
    this.withoutFields = Uint8Array.from(parser.nodeTypes, ({ name }) =>
      Number(FIELDLESS.some((known) => known === name)),
    );
    this.fieldOf = Uint8Array.from(parser.fields, (name) => fieldOf[name] ?? 0);
    this.walks = Uint8Array.from(parser.nodeTypes, ({ name, named }) => {
      if (name === 'comment' || name === 'line_continuation') return SKIP;
      if (name === 'string') return IF_FORMATTED;
      if (named) return name === 'string_content' || LEAVES.some((leaf) => leaf === name) ? LEAF : DESCEND;
      if (MARKS.includes(name)) return MARK;
      return USELESS.test(name) && !TOKENS.includes(name) && !OPERATORS.includes(name) ? SKIP : TOKEN;
    });
  }

  /** Parses `text` and reads its tree; false where any part of it does not parse. */
  read(text: string): boolean {
    this.text = text;

    this.ascii = !/[^\0-\x7f]/.test(text);
    this.count = 0;
    const tree = this.parser.parse(text);
    if (tree === undefined) return false;
    try {
      if (tree.rootNode.hasError) return false;
      const cursor = tree.walk();
      this.copy(cursor);
      cursor.delete();
      return true;
    } finally {
      tree.delete();
    }
  }

  private copy(cursor: SyntaxCursor): void {
    let depth = 0;
    let fieldless = false;
    for (;;) {
      const type = cursor.nodeTypeId;
      const walk = this.walks[type] as number;
      if (walk !== SKIP) {
        const node = this.count++;
        if (node >= this.capacity) this.grow();
        this.types[node] = type;
        const start = walk === MARK ? -1 : cursor.startIndex;
        this.starts[node] = start;
        // Each question crosses into WebAssembly, so none is asked whose answer nobody wants.
        this.ends[node] = walk >= TOKEN ? start : cursor.endIndex;
        this.fields[node] = walk === MARK || fieldless ? 0 : (this.fieldOf[cursor.currentFieldId] as number);
        this.nexts[node] = node + 1;
        if (walk === DESCEND || (walk === IF_FORMATTED && hasFormatPrefix(this.text, start))) {
          if (depth < MAX_DEPTH) {
            if (cursor.gotoFirstChild()) {
              this.open[depth++] = node;
              fieldless = this.withoutFields[type] === 1;
              continue;
            }
          } else this.types[node] = ERROR;
        }
      }
      while (!cursor.gotoNextSibling()) {
        if (depth === 0) return;
        cursor.gotoParent();
        this.nexts[this.open[--depth] as number] = this.count;
        fieldless = depth > 0 && this.withoutFields[this.types[this.open[depth - 1] as number] as number] === 1;
      }
    }
  }

  private grow(): void {
    this.capacity *= 2;
    const larger = <T extends Uint8Array | Uint16Array | Int32Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    this.types = larger(this.types, new Uint16Array(this.capacity));
    this.fields = larger(this.fields, new Uint8Array(this.capacity));
    this.starts = larger(this.starts, new Int32Array(this.capacity));
    this.ends = larger(this.ends, new Int32Array(this.capacity));
    this.nexts = larger(this.nexts, new Int32Array(this.capacity));
  }

  kind(node: number): number {
    const type = this.types[node] as number;
    return type === ERROR ? TOO_DEEP : (this.kinds[type] as number);
  }

  /** Name of the node's type; the operator itself for an operator. */
  typeName(node: number): string {
    return this.parser.nodeTypes[this.types[node] as number]?.name ?? 'ERROR';
  }

  field(node: number): number {
    return this.fields[node] as number;
  }

  start(node: number): number {
    return this.starts[node] as number;
  }

  end(node: number): number {
    return this.ends[node] as number;
  }

  /** The node after this one and all that is in it: its next sibling, where it has one. */
  next(node: number): number {
    return this.nexts[node] as number;
  }

  slice(node: number): string {
    return this.text.slice(this.starts[node], this.ends[node]);
  }

  /** The child with a field, -1 without one. */
  child(node: number, field: number): number {
    const end = this.nexts[node] as number;
    for (let at = node + 1; at < end; at = this.nexts[at] as number) if (this.fields[at] === field) return at;
    return -1;
  }

  /** The first child of a kind, -1 without one. */
  childOfKind(node: number, kind: number): number {
    const end = this.nexts[node] as number;
    for (let at = node + 1; at < end; at = this.nexts[at] as number) if (this.kind(at) === kind) return at;
    return -1;
  }

  /** The children that are not punctuation or keywords. */
  named(node: number): number[] {
    const found: number[] = [];
    const end = this.nexts[node] as number;
    for (let at = node + 1; at < end; at = this.nexts[at] as number) if (this.isNamed(at)) found.push(at);
    return found;
  }

  isNamed(node: number): boolean {
    const type = this.types[node] as number;
    return type === ERROR || this.namedTypes[type] === 1;
  }

  /** Whether a token with this text is among the children. */
  hasToken(node: number, token: string): boolean {
    const end = this.nexts[node] as number;
    for (let at = node + 1; at < end; at = this.nexts[at] as number) {
      if (!this.isNamed(at) && this.typeName(at) === token) return true;
    }
    return false;
  }
}

/** Whether the letters before the quote of a string say that it has `{}` parts. */
function hasFormatPrefix(text: string, start: number): boolean {
  for (let at = start; ; at++) {
    const letter = text.charCodeAt(at) | 32;
    if (letter === 102 || letter === 116) return true;
    if (letter < 97 || letter > 122) return false;
  }
}
