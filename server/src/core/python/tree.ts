/**
 * The small typed tree that the evaluator reads: Python up to 3.13 with everything that does not
 * matter to evaluation left out. Every node is a `Place` (see text/place.ts).
 *
 * Text that does not parse becomes an `Invalid` expression or statement; its neighbours are kept.
 */
import type { Place } from '../text/place';

export type Expr =
  | Name
  | Int
  | Float
  | Imaginary
  | Str
  | FString
  | Bytes
  | Bool
  | None
  | Ellipsis
  | Attribute
  | Subscript
  | Slice
  | Call
  | Unary
  | Binary
  | Compare
  | BoolOp
  | Conditional
  | Lambda
  | Tuple
  | List
  | SetDisplay
  | Dict
  | Comprehension
  | Starred
  | Walrus
  | Await
  | Yield
  | Invalid;

interface Node<K extends string> extends Place {
  readonly kind: K;
}
export interface Name extends Node<'name'> {
  readonly name: string;
}
/** `value` is NaN where the literal is not exact in a double. */
export interface Int extends Node<'int'> {
  readonly value: number;
}
export interface Float extends Node<'float'> {
  readonly value: number;
}
export type Imaginary = Node<'imaginary'>;
/** Adjacent literals are joined; escapes are resolved. */
export interface Str extends Node<'str'> {
  readonly value: string;
}
/**
 * `parts` are literal texts and the interpolated expressions, in order. `{x!r}`, `{x:.3f}` and `{x=}` are
 * the calls of the builtins `repr` and `format` that they stand for; only a plain `{x}` is x itself.
 */
export interface FString extends Node<'fstring'> {
  readonly parts: readonly (string | Expr)[];
}
export type Bytes = Node<'bytes'>;
export interface Bool extends Node<'bool'> {
  readonly value: boolean;
}
export type None = Node<'none'>;
export type Ellipsis = Node<'ellipsis'>;
export interface Attribute extends Node<'attribute'> {
  readonly object: Expr;
  readonly name: string;
  /** Range of the attribute's own name. */
  readonly nameStart: number;
}
export interface Subscript extends Node<'subscript'> {
  readonly object: Expr;
  /** `x[a, b]` has a Tuple here; slices are Slice nodes. */
  readonly index: Expr;
}
export interface Slice extends Node<'slice'> {
  readonly lower: Expr | undefined;
  readonly upper: Expr | undefined;
  readonly step: Expr | undefined;
}
export interface Argument extends Place {
  /** Keyword name; undefined for a positional argument. */
  readonly name: string | undefined;
  readonly star: '' | '*' | '**';
  readonly value: Expr;
}
export interface Call extends Node<'call'> {
  readonly callee: Expr;
  readonly args: readonly Argument[];
}
export interface Unary extends Node<'unary'> {
  readonly op: '-' | '+' | '~' | 'not';
  readonly operand: Expr;
}
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '@' | '&' | '|' | '^' | '<<' | '>>';
export interface Binary extends Node<'binary'> {
  readonly op: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
}
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'is' | 'is not' | 'in' | 'not in';
/** `a < b <= c` is first a, rest [< b, <= c]. */
export interface Compare extends Node<'compare'> {
  readonly first: Expr;
  readonly rest: readonly { readonly op: CompareOperator; readonly operand: Expr }[];
}
export interface BoolOp extends Node<'boolop'> {
  readonly op: 'and' | 'or';
  readonly left: Expr;
  readonly right: Expr;
}
export interface Conditional extends Node<'conditional'> {
  readonly test: Expr;
  readonly then: Expr;
  readonly otherwise: Expr;
}
export interface Lambda extends Node<'lambda'> {
  readonly params: readonly Param[];
  readonly body: Expr;
}
export interface Tuple extends Node<'tuple'> {
  readonly items: readonly Expr[];
}
export interface List extends Node<'list'> {
  readonly items: readonly Expr[];
}
export interface SetDisplay extends Node<'set'> {
  readonly items: readonly Expr[];
}
/** An entry without a key is `**value`. */
export interface Dict extends Node<'dict'> {
  readonly entries: readonly { readonly key: Expr | undefined; readonly value: Expr }[];
}
export interface Comprehension extends Node<'comprehension'> {
  readonly form: 'list' | 'set' | 'dict' | 'generator';
  /** The element, or the key of a dict comprehension. */
  readonly element: Expr;
  /** The value of a dict comprehension. */
  readonly value: Expr | undefined;
  readonly clauses: readonly { readonly target: Expr; readonly iterable: Expr; readonly conditions: readonly Expr[] }[];
}
export interface Starred extends Node<'starred'> {
  readonly value: Expr;
}
export interface Walrus extends Node<'walrus'> {
  readonly target: Name;
  readonly value: Expr;
}
export interface Await extends Node<'await'> {
  readonly value: Expr;
}
export interface Yield extends Node<'yield'> {
  readonly value: Expr | undefined;
  readonly from: boolean;
}
export type Invalid = Node<'invalid'>;

export interface Param extends Place {
  readonly name: string;
  /** How arguments reach it. */
  readonly form: 'positional-only' | 'positional' | 'keyword-only' | '*' | '**';
  readonly annotation: Expr | undefined;
  readonly default: Expr | undefined;
}

export type Stmt =
  | ExprStmt
  | Assign
  | AugAssign
  | AnnAssign
  | Return
  | Raise
  | Assert
  | Delete
  | Pass
  | Break
  | Continue
  | Global
  | Import
  | ImportFrom
  | If
  | While
  | For
  | With
  | Try
  | Match
  | FunctionDef
  | ClassDef
  | TypeAlias
  | InvalidStmt;

export interface ExprStmt extends Node<'expr'> {
  readonly value: Expr;
}
/** `a = b = value`: two targets. */
export interface Assign extends Node<'assign'> {
  readonly targets: readonly Expr[];
  readonly value: Expr;
  /** The text of a `#` comment that ends the line, without the mark; shape comments are soft claims. */
  readonly comment: string | undefined;
}
export interface AugAssign extends Node<'augassign'> {
  readonly target: Expr;
  readonly op: BinaryOperator;
  readonly value: Expr;
}
export interface AnnAssign extends Node<'annassign'> {
  readonly target: Expr;
  readonly annotation: Expr;
  readonly value: Expr | undefined;
}
export interface Return extends Node<'return'> {
  readonly value: Expr | undefined;
}
export interface Raise extends Node<'raise'> {
  readonly value: Expr | undefined;
}
export interface Assert extends Node<'assert'> {
  readonly test: Expr;
  readonly message: Expr | undefined;
}
export interface Delete extends Node<'delete'> {
  readonly targets: readonly Expr[];
}
export type Pass = Node<'pass'>;
export type Break = Node<'break'>;
export type Continue = Node<'continue'>;
export interface Global extends Node<'global'> {
  readonly names: readonly string[];
  readonly nonlocal: boolean;
}
/** `import a.b as c`: path 'a.b', alias 'c'. */
export interface Import extends Node<'import'> {
  readonly names: readonly { readonly path: string; readonly alias: string | undefined }[];
}
/** `from ..a import b as c`: level 2, module 'a'. `*` is a name. */
export interface ImportFrom extends Node<'importfrom'> {
  readonly module: string;
  readonly level: number;
  readonly names: readonly { readonly name: string; readonly alias: string | undefined }[];
}
/** `elif` is an If alone in `otherwise`. */
export interface If extends Node<'if'> {
  readonly test: Expr;
  readonly then: readonly Stmt[];
  readonly otherwise: readonly Stmt[];
}
export interface While extends Node<'while'> {
  readonly test: Expr;
  readonly body: readonly Stmt[];
  readonly otherwise: readonly Stmt[];
}
export interface For extends Node<'for'> {
  readonly target: Expr;
  readonly iterable: Expr;
  readonly body: readonly Stmt[];
  readonly otherwise: readonly Stmt[];
  readonly async: boolean;
}
export interface With extends Node<'with'> {
  readonly items: readonly { readonly context: Expr; readonly target: Expr | undefined }[];
  readonly body: readonly Stmt[];
}
export interface Try extends Node<'try'> {
  readonly body: readonly Stmt[];
  readonly handlers: readonly {
    readonly type: Expr | undefined;
    readonly name: string | undefined;
    readonly body: readonly Stmt[];
  }[];
  readonly otherwise: readonly Stmt[];
  readonly finally: readonly Stmt[];
}
export interface Match extends Node<'match'> {
  readonly subject: Expr;
  readonly cases: readonly {
    readonly pattern: Pattern;
    readonly guard: Expr | undefined;
    readonly body: readonly Stmt[];
  }[];
}
/** Patterns that evaluation can decide keep their content; all others are `other` with the names they bind. */
export type Pattern =
  | (Place & { readonly kind: 'value'; readonly value: Expr })
  | (Place & { readonly kind: 'capture'; readonly name: string })
  | (Place & { readonly kind: 'wildcard' })
  | (Place & { readonly kind: 'or'; readonly options: readonly Pattern[] })
  | (Place & { readonly kind: 'sequence'; readonly items: readonly Pattern[] })
  | (Place & { readonly kind: 'other'; readonly binds: readonly string[] });

/**
 * A function. The whole definition (decorators, parameters, body) counts from an anchor of its own;
 * its body is lowered on first use. While the text of the definition does not change, the same
 * object is handed out again after an edit, its anchor moved.
 */
export interface FunctionDef extends Node<'function'> {
  readonly name: string;
  readonly nameStart: number;
  readonly async: boolean;
  readonly decorators: readonly Expr[];
  readonly params: readonly Param[];
  readonly returns: Expr | undefined;
  readonly docstring: string | undefined;
  /** Lowered on first read, remembered. */
  readonly body: readonly Stmt[];
  /** Names that the body binds (parameters left out), `global`/`nonlocal` ones excluded. */
  readonly locals: ReadonlySet<string>;
  /** Whether the body has a `yield` of its own. */
  readonly generator: boolean;
  /** Exact source text of the definition: equal text means the same object after an edit. */
  readonly text: string;
}
export interface ClassDef extends Node<'class'> {
  readonly name: string;
  readonly nameStart: number;
  readonly decorators: readonly Expr[];
  readonly bases: readonly Argument[];
  readonly body: readonly Stmt[];
  readonly text: string;
}
/** `type X = ...` (PEP 695). */
export interface TypeAlias extends Node<'typealias'> {
  readonly name: string;
  readonly value: Expr;
}
/** Text that does not parse. */
export interface InvalidStmt extends Node<'invalidstmt'> {
  /** Every identifier in the text: what it may bind, read or change once it is finished. */
  readonly names: readonly string[];
}

/** A file as the evaluator sees it. */
export interface PythonFile {
  readonly path: string;
  readonly body: readonly Stmt[];
  /** `# tensorwright: ignore[...]` comments by 0-based line; an empty list means every id. */
  readonly suppressions: ReadonlyMap<number, readonly string[]>;
  /** Whether `# tensorwright: ignore-file` stands before the first statement. */
  readonly ignored: boolean;
  /** Whether the text has parts that do not parse. Reading it lowers every function. */
  readonly syntaxErrors: boolean;
}
