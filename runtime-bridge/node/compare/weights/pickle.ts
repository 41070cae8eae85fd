/**
 * Reads what a pickle would build, without building it: nothing that it names is imported or called.
 *
 * Values become plain data; a class or a function is its name, a call of one is the name with its arguments. Whoever
 * reads the result decides which names mean something. Source: pickletools of CPython 3.13, protocols 0 to 5.
 */
import { Unreadable } from './bytes';

/** `collections.OrderedDict`: something that is named, not looked up. */
export class Global {
  constructor(readonly name: string) {}
}

/** What calling a name with arguments would make; `state` is what it would be given afterwards. */
export class Made {
  state: Pickled = null;
  readonly items: [Pickled, Pickled][] = [];
  readonly appended: Pickled[] = [];

  constructor(
    readonly callee: Pickled,
    readonly args: readonly Pickled[],
  ) {}
}

/** Something that lies outside the pickle. */
export class Persistent {
  constructor(readonly id: Pickled) {}
}

export class Dictionary {
  readonly items: [Pickled, Pickled][] = [];
}

export type Pickled =
  null | boolean | number | bigint | string | Uint8Array | Pickled[] | Global | Made | Persistent | Dictionary;

/** Hostile pickles end here. */
const limits = { opcodes: 20_000_000, stack: 10_000_000, memo: 10_000_000, textBytes: 64 * 1024 * 1024 } as const;

/** @throws Unreadable */
export function readPickle(bytes: Buffer): Pickled {
  return new Machine(bytes).run();
}

/** Names of opcodes by their byte. */
const opcodes: Readonly<Record<number, (machine: Machine) => void>> = {};
const define = (byte: string | number, action: (machine: Machine) => void): void => {
  (opcodes as Record<number, typeof action>)[typeof byte === 'number' ? byte : byte.charCodeAt(0)] = action;
};

class Machine {
  private at = 0;
  private stack: Pickled[] = [];
  /** Stacks under the marks. */
  private readonly outer: Pickled[][] = [];
  private readonly memo = new Map<number, Pickled>();
  private result: { readonly value: Pickled } | undefined;

  constructor(private readonly bytes: Buffer) {}

  run(): Pickled {
    for (let done = 0; this.result === undefined; done++) {
      if (done > limits.opcodes || this.stack.length > limits.stack || this.outer.length > limits.stack)
        throw new Unreadable('has a pickle that is too long');
      const opcode = this.unsigned(1);
      const action = opcodes[opcode];
      if (!action) throw new Unreadable(`has a pickle with the unknown opcode ${opcode}`);
      action(this);
    }
    return this.result.value;
  }

  push(value: Pickled): void {
    this.stack.push(value);
  }

  pop(): Pickled {
    const value = this.stack.pop();
    if (value === undefined) throw broken();
    return value;
  }

  top(): Pickled {
    const value = this.stack.at(-1);
    if (value === undefined) throw broken();
    return value;
  }

  mark(): void {
    this.outer.push(this.stack);
    this.stack = [];
  }

  /** What was pushed since the mark. */
  sinceMark(): Pickled[] {
    const items = this.stack;
    const before = this.outer.pop();
    if (before === undefined) throw broken();
    this.stack = before;
    return items;
  }

  stop(): void {
    this.result = { value: this.pop() };
  }

  remember(index: number): void {
    if (this.memo.size > limits.memo) throw new Unreadable('has a pickle that is too long');
    this.memo.set(index, this.top());
  }

  rememberNext(): void {
    this.remember(this.memo.size);
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw broken();
    this.push(value);
  }

  take(length: number): Buffer {
    if (length > limits.textBytes || this.at + length > this.bytes.length)
      throw new Unreadable('has a pickle that is cut off');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  unsigned(length: number): number {
    const bytes = this.take(length);
    return length <= 6 ? bytes.readUIntLE(0, length) : Number(bytes.readBigUInt64LE());
  }

  signed(length: number): number {
    return this.take(length).readIntLE(0, length);
  }

  text(length: number): string {
    return this.take(length).toString('utf8');
  }

  line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw new Unreadable('has a pickle that is cut off');
    const text = this.text(end - this.at);
    this.at = end + 1;
    return text;
  }

  /** Two's complement of any length; longer ones than a tensor can have are rounded. */
  integer(length: number): void {
    const bytes = this.take(length);
    if (length > 64) return this.push(null);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
    this.push(plain(BigInt.asIntN(Math.max(length, 1) * 8, value)));
  }
}

const broken = (): Unreadable => new Unreadable('has a broken pickle');
const plain = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

/** Pairs of a flat list. */
function pairsOf(flat: readonly Pickled[]): [Pickled, Pickled][] {
  if (flat.length % 2 > 0) throw broken();
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] as Pickled, flat[2 * i + 1] as Pickled]);
}

function setItems(target: Pickled, items: readonly [Pickled, Pickled][]): void {
  if (!(target instanceof Dictionary || target instanceof Made)) throw broken();
  for (const item of items) target.items.push(item);
}

function append(target: Pickled, items: readonly Pickled[]): void {
  const list = Array.isArray(target) ? target : target instanceof Made ? target.appended : undefined;
  if (!list) throw broken();
  for (const item of items) list.push(item);
}

function call(machine: Machine): void {
  const args = machine.pop();
  machine.push(new Made(machine.pop(), Array.isArray(args) ? args : [args]));
}

const constant = (byte: string | number, make: () => Pickled): void => define(byte, (m) => m.push(make()));
constant('N', () => null);
constant(0x88, () => true);
constant(0x89, () => false);
constant(')', () => []);
constant(']', () => []);
constant('}', () => new Dictionary());
constant(0x8f, () => []); // EMPTY_SET

define('.', (m) => m.stop());
define('(', (m) => m.mark());
define('0', (m) => void m.pop());
define('1', (m) => void m.sinceMark());
define('2', (m) => m.push(m.top()));
define(0x80, (m) => void m.take(1)); // PROTO
define(0x95, (m) => void m.take(8)); // FRAME

define('I', (m) => {
  const written = m.line();
  m.push(written === '01' ? true : written === '00' ? false : Number(written));
});
define('L', (m) => m.push(Number(m.line().replace('L', ''))));
define('F', (m) => m.push(Number(m.line())));
define('G', (m) => m.push(m.take(8).readDoubleBE()));
define('J', (m) => m.push(m.signed(4)));
define('K', (m) => m.push(m.unsigned(1)));
define('M', (m) => m.push(m.unsigned(2)));
define(0x8a, (m) => m.integer(m.unsigned(1)));
define(0x8b, (m) => m.integer(m.unsigned(4)));

define('S', (m) => m.push(m.line().slice(1, -1)));
define('V', (m) => m.push(m.line()));
define('U', (m) => m.push(m.text(m.unsigned(1))));
define('T', (m) => m.push(m.text(m.unsigned(4))));
define('X', (m) => m.push(m.text(m.unsigned(4))));
define(0x8c, (m) => m.push(m.text(m.unsigned(1))));
define(0x8d, (m) => m.push(m.text(m.unsigned(8))));
define('C', (m) => m.push(m.take(m.unsigned(1))));
define('B', (m) => m.push(m.take(m.unsigned(4))));
define(0x8e, (m) => m.push(m.take(m.unsigned(8))));
define(0x96, (m) => m.push(m.take(m.unsigned(8))));

define('t', (m) => m.push(m.sinceMark()));
define('l', (m) => m.push(m.sinceMark()));
define(0x91, (m) => m.push(m.sinceMark())); // FROZENSET
for (const [byte, count] of [
  [0x85, 1],
  [0x86, 2],
  [0x87, 3],
] as const)
  define(byte, (m) => m.push(Array.from({ length: count }, () => m.pop()).reverse()));
define('d', (m) => {
  const made = new Dictionary();
  setItems(made, pairsOf(m.sinceMark()));
  m.push(made);
});
define('a', (m) => {
  const item = m.pop();
  append(m.top(), [item]);
});
for (const byte of ['e', 0x90])
  define(byte, (m) => {
    const items = m.sinceMark();
    append(m.top(), items);
  });
define('s', (m) => {
  const [value, key] = [m.pop(), m.pop()];
  setItems(m.top(), [[key, value]]);
});
define('u', (m) => {
  const items = pairsOf(m.sinceMark());
  setItems(m.top(), items);
});

define('c', (m) => {
  const module = m.line();
  m.push(new Global(`${module}.${m.line()}`));
});
define(0x93, (m) => {
  const [name, module] = [m.pop(), m.pop()];
  if (typeof name !== 'string' || typeof module !== 'string') throw broken();
  m.push(new Global(`${module}.${name}`));
});
define('R', call);
define(0x81, call);
define(0x92, (m) => {
  m.pop(); // keyword arguments
  call(m);
});
define('i', (m) => {
  const module = m.line();
  const name = `${module}.${m.line()}`;
  m.push(new Made(new Global(name), m.sinceMark()));
});
define('o', (m) => {
  const [callee = null, ...args] = m.sinceMark();
  m.push(new Made(callee, args));
});
define('b', (m) => {
  const state = m.pop();
  const target = m.top();
  if (target instanceof Made) target.state = state;
});
for (const [byte, length] of [
  [0x82, 1],
  [0x83, 2],
  [0x84, 4],
] as const)
  define(byte, (m) => m.push(new Global(`extension ${m.unsigned(length)}`)));

define('P', (m) => m.push(new Persistent(m.line())));
define('Q', (m) => m.push(new Persistent(m.pop())));

define('p', (m) => m.remember(Number(m.line())));
define('q', (m) => m.remember(m.unsigned(1)));
define('r', (m) => m.remember(m.unsigned(4)));
define(0x94, (m) => m.rememberNext());
define('g', (m) => m.recall(Number(m.line())));
define('h', (m) => m.recall(m.unsigned(1)));
define('j', (m) => m.recall(m.unsigned(4)));
