/** argparse: a parser's arguments have their defaults, as in a run without options. */
import { freshSym, num, sym } from '../../shape/dim';
import type { Arguments } from '../bind';
import type { Evaluator } from '../evaluator';
import type { Instance } from '../heap';
import { settle } from '../latent';
import { bool, int, none, tuple, unknown, type Value } from '../value';

const NAMESPACE = 'argparse.Namespace';

export function parserMethod(ev: Evaluator, self: Value & { kind: 'ref' }, name: string, args: Arguments): Value {
  switch (name) {
    case 'add_argument':
      addArgument(ev, self, args);
      return none;
    case 'add_argument_group':
    case 'add_mutually_exclusive_group':
      return self;
    case 'set_defaults': {
      const own = ev.machine.write(self.id) as Instance;
      for (const [key, given] of args.keywords) own.attrs.set(key, given.value);
      return none;
    }
    case 'parse_args':
      return ev.machine.newInstance(NAMESPACE, (ev.machine.read(self.id) as Instance).attrs);
    case 'parse_known_args':
      return tuple([
        ev.machine.newInstance(NAMESPACE, (ev.machine.read(self.id) as Instance).attrs),
        ev.machine.newList(undefined),
      ]);
    default:
      return unknown(`ArgumentParser.${name}`);
  }
}

function addArgument(ev: Evaluator, self: Value & { kind: 'ref' }, args: Arguments): void {
  const flags = args.positional.map((given) => (given.value.kind === 'str' ? given.value.value : undefined));
  const long = flags.find((flag) => flag?.startsWith('--') === true) ?? flags[0];
  const dest = args.keywords.get('dest')?.value;
  const name = dest?.kind === 'str' ? dest.value : long?.replace(/^-+/, '').replace(/-/g, '_');
  const own = ev.machine.write(self.id) as Instance;
  if (name === undefined || args.openKeywords === true) own.open = true;
  else own.attrs.set(name, defaultValue(ev, args, long?.startsWith('-') !== true, name));
}

function defaultValue(ev: Evaluator, args: Arguments, positional: boolean, name: string): Value {
  const action = args.keywords.get('action')?.value;
  const given = args.keywords.get('default')?.value;
  if (given !== undefined) return converted(settle(ev, given), args.keywords.get('type')?.value);
  if (action?.kind === 'str' && action.value === 'store_true') return bool(false);
  if (action?.kind === 'str' && action.value === 'store_false') return bool(true);
  if (!positional) return none;
  const type = args.keywords.get('type')?.value;
  return type?.kind === 'external' && type.path === 'builtins.int'
    ? int(sym(freshSym(name, -Infinity)))
    : unknown(`argument ${name} of the command line`);
}

/** argparse converts defaults that are text. */
function converted(value: Value, type: Value | undefined): Value {
  if (value.kind !== 'str' || value.value === undefined || type?.kind !== 'external') return value;
  if (type.path === 'builtins.int' && /^-?\d+$/.test(value.value)) return int(num(Number(value.value)));
  return type.path === 'builtins.str' ? value : unknown('a converted default');
}
