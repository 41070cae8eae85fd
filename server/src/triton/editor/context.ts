/** Where a place in a configuration is: the message around it, the field at it. */
import type { Span } from '../../core/text/place';
import type { Field, MessageType } from '../schema/types';
import { type Item, Message } from '../textFormat/message';

/** The innermost message that holds an offset. */
export function messageAt(root: Message, offset: number): Message {
  for (const { value } of root.items)
    if (value instanceof Message && holds(value.span, offset)) return messageAt(value, offset);
  return root;
}

export interface Hit {
  readonly parent: Message;
  readonly item: Item;
  /** The name or the value, whichever is at the offset. */
  readonly span: Span;
  readonly isName: boolean;
}

/** The field name or the scalar at an offset. */
export function hitAt(root: Message, offset: number): Hit | undefined {
  const parent = messageAt(root, offset);
  for (const item of parent.items) {
    if (item.name && touches(item.name, offset)) return { parent, item, span: item.name, isName: true };
    const { value } = item;
    if (!(value instanceof Message) && value.span && touches(value.span, offset))
      return { parent, item, span: value.span, isName: false };
  }
  return undefined;
}

/** The field whose value is being written at an offset: `name:` stands before it on the line. */
export function fieldBefore(text: string, offset: number, type: MessageType): Field | undefined {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const [, name] = /([A-Za-z_]\w*)\s*:\s*(?:\[[^\]]*)?["']?[\w.]*$/.exec(line) ?? [];
  return name === undefined ? undefined : type.fields.get(name);
}

const holds = (span: Span | undefined, offset: number): boolean =>
  span !== undefined && span.start < offset && offset < span.end;
const touches = (span: Span, offset: number): boolean => span.start <= offset && offset <= span.end;
