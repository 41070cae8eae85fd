/**
 * The files of a program: parsed, run once as modules, remembered.
 *
 * A module's body is run on first use; its end state is shared by everything that imports it.
 */
import type { PythonFile, Stmt } from '../python/tree';
import type { Place } from '../text/place';
import { spanOf } from '../text/place';
import { resolveImport } from '../python/imports';
import { Evaluator } from './evaluator';
import { HEAP_SIZE, readHeap, type HeapRoot } from './heap';
import { Machine, OutOfBudget, type State } from './machine';
import { Report } from './report';
import { executeBlock } from './statements';
import { joinStates } from './states';
import { bool, str, type ModuleValue, type Value } from './value';

/** What the core needs to know of frameworks; the tables are in ../../frameworks. */
export interface Frameworks {
  /** Whether names of this top-level package are known by name instead of by source. */
  isExternal(root: string): boolean;
  /** The one name that an object is known by: `torch.nn.modules.linear.Linear` is `torch.nn.Linear`. */
  canonical(path: string): string;
  /** A value that a name stands for: `torch.float32`. */
  constant(owner: string, name: string): Value | undefined;
  /** Whether calling it changes nothing it is given. */
  isHarmless(path: string): boolean;
}

export interface Sources {
  file(path: string): { readonly tree: PythonFile; readonly text: string } | undefined;
  readonly importRoots: readonly string[];
  isFile(path: string): boolean;
}

export interface Module {
  readonly path: string;
  readonly slot: number;
  readonly tree: PythonFile;
  readonly text: string;
  readonly importsNumpy: boolean;
  /** Heap id of the module's frame. */
  readonly frame: number;
  machine: Machine | undefined;
  /** State at the end of its body, before a `__main__` part. */
  final: State | undefined;
  status: 'new' | 'running' | 'done';
  /** Modules whose content it read. */
  readonly imports: Set<string>;
}

/** Work that one top-level statement of a module may cost. */
const STATEMENT_STEPS = 120_000;
/** The same in files outside the workspace, which are only read for what they define. */
const LIBRARY_STATEMENT_STEPS = 8_000;

export class Program {
  private readonly modules = new Map<string, Module>();
  private readonly slots = new Map<number, Module>();
  private nextSlot = 1;

  constructor(
    private readonly sources: Sources,
    readonly frameworks: Frameworks,
    private readonly isWorkspaceFile: (path: string) => boolean,
  ) {}

  heap(slot: number): HeapRoot | undefined {
    const module = this.slots.get(slot);
    return module?.final?.heap ?? module?.machine?.heap;
  }

  /** Drops a module and all that were built on it, and names them. */
  forget(path: string): string[] {
    const module = this.modules.get(path);
    if (module === undefined) return [];
    this.modules.delete(path);
    this.slots.delete(module.slot);
    const dependents = [...this.modules.values()].filter((other) => other.imports.has(path));
    return [path, ...dependents.flatMap((other) => this.forget(other.path))];
  }

  module(path: string): Module | undefined {
    const known = this.modules.get(path);
    if (known !== undefined) return known;
    const source = this.sources.file(path);
    if (source === undefined) return undefined;
    const slot = this.nextSlot++;
    const module: Module = {
      path,
      slot,
      tree: source.tree,
      text: source.text,
      importsNumpy: /^\s*(import|from)\s+numpy\b/m.test(source.text),
      frame: slot * HEAP_SIZE + 1,
      machine: undefined,
      final: undefined,
      status: 'new',
      imports: new Set(),
    };
    this.modules.set(path, module);
    this.slots.set(slot, module);
    return module;
  }

  frameOf(module: Module): number {
    return module.frame;
  }

  /** Source text of a place. */
  textOf(place: Place): string {
    const module = this.modules.get(place.at.file);
    const { start, end } = spanOf(place);
    return module?.text.slice(start, end) ?? '';
  }

  /**
   * Runs a module's body. With a report it is run as the main script and what it finds is kept:
   * `final` is then the state before its `__main__` part.
   */
  run(module: Module, report?: Report): void {
    if (module.status !== 'new') return;
    module.status = 'running';
    const asMain = report !== undefined;
    const steps = asMain || this.isWorkspaceFile(module.path) ? STATEMENT_STEPS : LIBRARY_STATEMENT_STEPS;
    const machine = new Machine(this, module.slot, steps);
    module.machine = machine;
    const frame = machine.newFrame(undefined);
    const ev = new Evaluator(this, machine, report ?? new Report(module.path, false), module, frame);
    const own = machine.write(frame);
    if (own?.kind === 'frame') {
      own.captured = true;
      own.vars.set('__name__', str(asMain ? '__main__' : module.path));
      own.vars.set('__file__', str(module.path));
    }
    let states: State[] = [machine.seal()];
    const body = module.tree.body;
    const main = body.findIndex(isMainGuard);
    const definitions = main < 0 ? body : body.slice(0, main);
    for (const stmt of definitions) states = this.step(ev, stmt, states);
    module.final = states.length > 0 ? joinStates(machine, states) : machine.seal();
    if (asMain && main >= 0) {
      let after = [module.final];
      for (const stmt of body.slice(main)) after = this.step(ev, stmt, after);
    }
    module.status = 'done';
    module.machine = undefined;
  }

  /** One top-level statement; what is too much to evaluate is skipped. */
  private step(ev: Evaluator, stmt: Stmt, states: State[]): State[] {
    ev.machine.steps = 0;
    try {
      const next = executeBlock(ev, [stmt], states).map((flow) => flow.state);
      // A script that raises on all paths still defines what stands below for those who read it.
      return next.length > 0 ? next : states;
    } catch (error) {
      if (error instanceof OutOfBudget) return states;
      throw error;
    }
  }

  /** A name of the module's own, or a built-in. */
  global(ev: Evaluator, module: Module, name: string): Value | undefined {
    if (module.slot !== ev.machine.slot) {
      this.run(module);
      const root = this.heap(module.slot);
      const frame = root && readHeap(root, 1);
      const value = frame?.kind === 'frame' ? frame.vars.get(name) : undefined;
      if (value !== undefined) return value;
    }
    return builtinName(name);
  }

  // ---- imports

  private resolve(from: Module, name: string, level: number): string | undefined {
    return resolveImport(from.path, level, name, this.sources);
  }

  private externalOf(name: string, level: number): Value | undefined {
    const [root = ''] = name.split('.');
    return level === 0 && this.frameworks.isExternal(root) ? { kind: 'external', path: this.frameworks.canonical(name) } : undefined;
  }

  importModule(from: Module, name: string, level: number): Value | undefined {
    const external = this.externalOf(name, level);
    if (external !== undefined) return external;
    const path = this.resolve(from, name, level);
    if (path === undefined) return undefined;
    from.imports.add(path);
    return { kind: 'module', file: path, name };
  }

  importName(from: Module, moduleName: string, level: number, name: string): Value | undefined {
    const [root = ''] = moduleName.split('.');
    if (level === 0 && this.frameworks.isExternal(root)) {
      const owner = this.frameworks.canonical(moduleName);
      return this.frameworks.constant(owner, name) ?? { kind: 'external', path: this.frameworks.canonical(`${owner}.${name}`) };
    }
    const path = this.resolve(from, moduleName, level);
    if (path !== undefined) {
      from.imports.add(path);
      const value = this.member(path, name);
      if (value !== undefined) return value;
    }
    const inner = this.resolve(from, moduleName === '' ? name : `${moduleName}.${name}`, level);
    if (inner === undefined || inner === path) return undefined;
    from.imports.add(inner);
    return { kind: 'module', file: inner, name: `${moduleName}.${name}` };
  }

  starExports(from: Module, moduleName: string, level: number): readonly (readonly [string, Value])[] {
    if (this.externalOf(moduleName, level) !== undefined) return [];
    const path = this.resolve(from, moduleName, level);
    const module = path === undefined ? undefined : this.module(path);
    if (module === undefined || path === undefined) return [];
    from.imports.add(path);
    this.run(module);
    const root = this.heap(module.slot);
    const frame = root && readHeap(root, 1);
    return frame?.kind === 'frame' ? [...frame.vars].filter(([name]) => !name.startsWith('_')) : [];
  }

  private member(path: string, name: string): Value | undefined {
    const module = this.module(path);
    if (module === undefined) return undefined;
    this.run(module);
    const root = this.heap(module.slot);
    const frame = root && readHeap(root, 1);
    return frame?.kind === 'frame' ? frame.vars.get(name) : undefined;
  }

  /** `module.name`: a global of it, or a submodule. */
  attribute(value: ModuleValue, name: string): Value | undefined {
    const found = this.member(value.file, name);
    if (found !== undefined) return found;
    const from = this.module(value.file);
    if (from === undefined || !/__init__\.py$/.test(value.file)) return undefined;
    return this.importModule(from, name, 1);
  }
}

const isMainGuard = (stmt: Stmt): boolean =>
  stmt.kind === 'if' && stmt.test.kind === 'compare' && stmt.test.first.kind === 'name' && stmt.test.first.name === '__name__';

/** Names that need no import. */
function builtinName(name: string): Value | undefined {
  if (name === '__debug__') return bool(true);
  return BUILTINS.has(name) ? { kind: 'external', path: `builtins.${name}` } : undefined;
}

const BUILTINS = new Set(
  ('abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod enumerate eval exec ' +
    'filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len list locals map max ' +
    'memoryview min next object oct open ord pow print property range repr reversed round set setattr slice sorted staticmethod str sum super ' +
    'tuple type vars zip NotImplemented Exception BaseException ValueError TypeError RuntimeError KeyError IndexError AttributeError ' +
    'NotImplementedError ImportError ModuleNotFoundError StopIteration AssertionError FileNotFoundError OSError KeyboardInterrupt ' +
    'SystemExit Warning UserWarning DeprecationWarning FutureWarning OverflowError ZeroDivisionError ArithmeticError LookupError ' +
    'EOFError UnicodeDecodeError IOError EnvironmentError StopAsyncIteration TimeoutError PermissionError').split(' '),
);

