/** Reads what somebody wrote in place of defaults: `x=(2, 3, 224, 224), classes=10`. */
import type { Expr } from '../core/python/tree';
import type { Chosen } from './modules';

/**
 * Arguments as in a call. Those without a name are inputs of `forward`, in order; sizes without brackets
 * (`2, 3, 224, 224`) are its one input.
 *
 * @param parse reads one Python expression
 * @returns a sentence where the text is something else
 */
export function readChosen(text: string, parse: (text: string) => Expr | undefined): Chosen | string {
  if (text.trim() === '') return { named: new Map(), inputs: [] };
  const call = parse(`inputs(${text})`);
  const wrong = `'${text}' can't be read: write it as the arguments of a call, for example x=(2, 3, 224, 224)`;
  if (call?.kind !== 'call' || call.args.some(({ star, value }) => star !== '' || value.kind === 'invalid'))
    return wrong;
  const named = new Map(call.args.flatMap(({ name, value }) => (name === undefined ? [] : [[name, value] as const])));
  const inputs = call.args.filter(({ name }) => name === undefined).map(({ value }) => value);
  const sizes = inputs.length > 0 && inputs.every(({ kind }) => kind === 'int');
  if (!sizes) return { named, inputs };
  const [first, last] = [inputs[0], inputs.at(-1)];
  if (first === undefined || last === undefined) return wrong;
  return { named, inputs: [{ kind: 'tuple', items: inputs, at: first.at, start: first.start, end: last.end }] };
}
