/** Binding of the arguments of a call to the parameters of a function of source. */
import type { Place } from '../text/place';
import { annotatedValue } from './annotated';
import type { Arguments } from './bind';
import type { Evaluator } from './evaluator';
import { tuple, unknown, str, type FunctionValue, type Value } from './value';

/** Binds as Python does; what a call leaves out is unknown: other checks say so. */
export function bindParameters(ev: Evaluator, fn: FunctionValue, args: Arguments, frame: number, node: Place): void {
  const own = ev.machine.write(frame);
  if (own?.kind !== 'frame') return;
  const { vars } = own;
  const params = fn.node.params;
  const taken = new Set<string>();
  let next = 0;
  const missing = (name: string, index: number): Value => {
    if (isOpen(args)) return unknown(`${name} may be passed by * or **`, node);
    return fn.defaults[index] ?? unknown(`${name} is not passed`, node);
  };
  params.forEach((param, index) => {
    let value: Value;
    if (param.form === '*') {
      const rest = args.positional.slice(next).map((given) => given.value);
      next = args.positional.length;
      value = args.openPositional === true ? ev.machine.newList(undefined) : tuple(rest);
    } else if (param.form === '**') {
      const entries = [...args.keywords].filter(
        ([name]) => !taken.has(name) && !params.some((p) => p.name === name && p.form !== '*' && p.form !== '**'),
      );
      value = ev.machine.newDict(
        entries.map(([name, given]) => [`s${name}`, { key: str(name), value: given.value }]),
        args.openKeywords ?? false,
      );
    } else {
      const positional = param.form !== 'keyword-only' ? args.positional[next] : undefined;
      const keyword = args.keywords.get(param.name);
      if (positional !== undefined) {
        next++;
        value = positional.value;
      } else if (keyword !== undefined && param.form !== 'positional-only') {
        taken.add(param.name);
        value = keyword.value;
      } else value = missing(param.name, index);
    }
    if (param.annotation !== undefined && param.form !== '*' && param.form !== '**')
      value = annotatedValue(ev, value, param);
    vars.set(param.name, value);
    if (ev.report.recording) ev.report.record(param, value, ev.machine, param.name);
  });
}

/** Whether Python refuses the call: too many positional arguments, or one that is given twice. */
export function isOverfull(fn: FunctionValue, args: Arguments): boolean {
  const { params } = fn.node;
  if (params.some(({ form }) => form === '*')) return false;
  const positional = params.filter(({ form }) => form === 'positional' || form === 'positional-only');
  const count = args.positional.length;
  return (
    count > positional.length ||
    positional.slice(0, count).some(({ form, name }) => form === 'positional' && args.keywords.has(name))
  );
}

const isOpen = (args: Arguments): boolean => args.openPositional === true || args.openKeywords === true;
