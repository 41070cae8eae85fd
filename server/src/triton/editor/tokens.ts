/** What the words of a configuration are, beyond what a grammar can tell: references to tensors and models, known names. */
import type { Span } from '../../core/text/place';
import { isEnum, isMessage } from '../schema/types';
import { type Item, Message } from '../textFormat/message';
import { roleOf } from './tensorNames';

export const tokenKinds = ['property', 'struct', 'enumMember', 'variable', 'class', 'macro'] as const;
/** `struct` is a field that holds a message, `variable` a tensor's name, `class` a model's, `macro` a placeholder. */
export type TokenKind = (typeof tokenKinds)[number];

export interface TextToken {
  readonly span: Span;
  readonly kind: TokenKind;
  /** Where the tensor is declared, not used. */
  readonly isDeclaration: boolean;
}

/** In the order of the text; none spans lines, none overlap. */
export function tokensOf(root: Message, text: string): readonly TextToken[] {
  const found = new Map<number, TextToken>();
  const add = (span: Span | undefined, kind: TokenKind | undefined, isDeclaration = false): void => {
    if (!span || !kind || found.has(span.start) || text.slice(span.start, span.end).includes('\n')) return;
    found.set(span.start, { span, kind, isDeclaration });
  };
  const visit = (message: Message): void => {
    for (const item of message.items) {
      const { field, name, value } = item;
      add(name, isMessage(field.type) ? 'struct' : 'property');
      if (value instanceof Message) visit(value);
      else add(value.span, kindOf(message, item), roleOf(message, item)?.kind === 'declaration');
    }
  };
  visit(root);
  const read = inOrder(found);
  let next = 0;
  for (const { 0: placeholder, index } of text.matchAll(/\$\{[^}\n]*\}/g)) {
    if (text.slice(text.lastIndexOf('\n', index) + 1, index).includes('#')) continue;
    const span = { start: index, end: index + placeholder.length };
    while ((read[next]?.span.end ?? Infinity) <= span.start) next += 1;
    if ((read[next]?.span.start ?? Infinity) >= span.end) add(span, 'macro');
  }
  return inOrder(found);
}

const inOrder = (found: ReadonlyMap<number, TextToken>): readonly TextToken[] =>
  [...found.values()].sort((a, b) => a.span.start - b.span.start);

function kindOf(message: Message, item: Item): TokenKind | undefined {
  if (isEnum(item.field.type)) return 'enumMember';
  if (roleOf(message, item)) return 'variable';
  return item.field.name === 'model_name' ? 'class' : undefined;
}
