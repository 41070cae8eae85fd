/** Fixes that change the arguments of the call that is looked at. */
import type { Edit, Fix } from '../../core/finding';
import type { Scene } from '../../core/infer/scene';
import type { Call, Expr } from '../../core/python/tree';
import type { Place } from '../../core/text/place';

function callOf({ place }: Scene): Call | undefined {
  const node = place as Expr;
  return node.kind === 'call' ? node : undefined;
}

/** Takes arguments that are written by name out of the call; nothing where one isn't, or a comment would go with it. */
export function without(scene: Scene, names: readonly string[]): readonly Fix[] {
  const args = callOf(scene)?.args ?? [];
  const edits = names.map((name): Edit | undefined => {
    const index = args.findIndex((arg) => arg.name === name);
    const [before, arg] = [args[index - 1]?.value, args[index]?.value];
    if (before === undefined || arg === undefined) return undefined;
    const place: Place = { at: arg.at, start: before.end, end: arg.end };
    return scene.text(place).includes('#') || !/^\s*,/.test(scene.text(place)) ? undefined : { place, newText: '' };
  });
  const all = edits.filter((edit) => edit !== undefined);
  return all.length === 0 || all.length < names.length ? [] : [{ title: `Remove ${names.join(' and ')}`, edits: all }];
}

/** Gives arguments of the call new texts; what is not written is added at its end. */
export function given(scene: Scene, values: Readonly<Record<string, string>>): readonly Fix[] {
  const call = callOf(scene);
  const last = call?.args.at(-1);
  if (call === undefined || last === undefined || call.args.some(({ star }) => star !== '')) return [];
  const edits = Object.entries(values).map(([name, text]): Edit => {
    const written = call.args.find((arg) => arg.name === name)?.value;
    return written === undefined
      ? { place: { at: last.value.at, start: last.value.end, end: last.value.end }, newText: `, ${name}=${text}` }
      : { place: written, newText: text };
  });
  const title = Object.entries(values)
    .map(([name, text]) => `${name} to ${text}`)
    .join(' and ');
  return [{ title: `Set ${title}`, edits }];
}

/**
 * A fraction without its sign where that will do, a whole number without its dot, else the default; by name only.
 * @param params signature that has the defaults
 */
export function instead(scene: Scene, params: string, name: string, holds: (value: number) => boolean): readonly Fix[] {
  const arg = callOf(scene)?.args.find((each) => each.name === name);
  if (arg === undefined) return [];
  const written = scene.text(arg.value);
  // A minus is a slip before a fraction; -1 tends to stand for "none".
  const positive = /^-(\d*\.\d+|\d+e-\d+)$/.exec(written)?.[1];
  if (positive !== undefined && holds(Number(positive))) return given(scene, { [name]: positive });
  const whole = /^(\d+)\.0*$/.exec(written)?.[1];
  if (whole !== undefined && holds(Number(whole))) return given(scene, { [name]: whole });
  const usual = new RegExp(`\\b${name}: [\\w?]+ = (\\([^)]*\\)|[^,]+)`).exec(params)?.[1];
  return usual === undefined || usual === 'None' ? [] : given(scene, { [name]: usual });
}
