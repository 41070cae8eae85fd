/** Functions of the tree: bodies on demand, and what is read off a body. */
import type { Anchor } from '../text/place';
import { PieceAnchor } from './anchors';
import { boundNames, yields } from './scopes';
import type { Expr, FunctionDef, Param, Stmt } from './tree';

/** An anchor inside a piece. */
export const anchorOf = (around: Anchor, offset: number): PieceAnchor => new PieceAnchor(around.file, around, offset);

/** What is known of a function before its body is read. */
export interface FunctionHeader {
  readonly at: PieceAnchor;
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly nameStart: number;
  readonly async: boolean;
  readonly decorators: readonly Expr[];
  readonly params: readonly Param[];
  readonly returns: Expr | undefined;
}

/** A function whose body is lowered on first read. */
export class LoweredFunction implements FunctionDef {
  readonly kind = 'function';
  readonly at: PieceAnchor;
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly nameStart: number;
  readonly async: boolean;
  readonly decorators: readonly Expr[];
  readonly params: readonly Param[];
  readonly returns: Expr | undefined;
  private lowered: readonly Stmt[] | undefined;
  private bound: ReadonlySet<string> | undefined;
  private generates: boolean | undefined;

  /**
   * @param source the definition, which starts at `indent` of it
   * @param lower makes the body; called once
   */
  constructor(
    header: FunctionHeader,
    readonly source: string,
    private readonly indent: number,
    private lower: (() => readonly Stmt[]) | undefined,
  ) {
    this.at = header.at;
    this.start = header.start;
    this.end = header.end;
    this.name = header.name;
    this.nameStart = header.nameStart;
    this.async = header.async;
    this.decorators = header.decorators;
    this.params = header.params;
    this.returns = header.returns;
  }

  get text(): string {
    return this.source.slice(this.indent);
  }

  get body(): readonly Stmt[] {
    if (this.lowered === undefined) {
      this.lowered = this.lower?.() ?? [];
      this.lower = undefined;
    }
    return this.lowered;
  }

  get docstring(): string | undefined {
    const [first] = this.body;
    return first?.kind === 'expr' && first.value.kind === 'str' ? first.value.value : undefined;
  }

  get locals(): ReadonlySet<string> {
    return (this.bound ??= boundNames(this.body, this.params));
  }

  get generator(): boolean {
    return (this.generates ??= yields(this.body));
  }
}
