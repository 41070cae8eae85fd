/** Numbers for objects: parts of keys that say "this very one". */
const numbers = new WeakMap<object, number>();
let count = 0;

/** The same number for the same object, another one for every other. */
export function identityOf(object: object): number {
  let number = numbers.get(object);
  if (number === undefined) numbers.set(object, (number = ++count));
  return number;
}
