/** Elements as code: no markup from strings, so nothing foreign is ever parsed as HTML. */

type Child = Node | string;
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes (`false` and undefined leave one out) and children; text stays text. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes?: Attributes,
  children?: readonly Child[],
): HTMLElementTagNameMap[Name];
export function element(name: string, attributes?: Attributes, children?: readonly Child[]): HTMLElement;
export function element(name: string, attributes: Attributes = {}, children: readonly Child[] = []): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : String(value));
  made.append(...children);
  return made;
}

/** Makes an element do something on a click and on the keys that stand for one. */
export function onPress<T extends HTMLElement>(target: T, act: () => void): T {
  target.addEventListener('click', act);
  return target;
}
