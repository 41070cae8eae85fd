/**
 * The files of a program: parsed, run once as modules, remembered.
 *
 * Of a module that is imported, those statements are run that a name depends on that somebody asks for:
 * whoever wants one layer of a large package doesn't wait for the others. Its state is shared by
 * everything that imports it.
 */
import type { Expr, ImportFrom, PythonFile, Stmt } from '../python/tree';
import type { Place } from '../text/place';
import { spanOf } from '../text/place';
import { resolveImport } from '../python/imports';
import { useTape } from '../shape/fresh';
import type { Bindings } from './bindings';
import type { ExportCall } from './builtins/exports';
import { Evaluator } from './evaluator';
import { HEAP_SIZE, readHeap, type HeapRoot } from './heap';
import { isTooMuch, Machine, type State } from './machine';
import type { Finding } from '../finding';
import { Dependencies, sameList } from './dependencies';
import { Report, type Recorded } from './report';
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
  /** One expression, such as the content of an annotation in quotes. */
  expression(text: string): Expr | undefined;
  readonly importRoots: readonly string[];
  isFile(path: string): boolean;
}

export interface Module {
  readonly path: string;
  readonly slot: number;
  readonly tree: PythonFile;
  readonly importsNumpy: boolean;
  /** Heap id of the module's frame. */
  readonly frame: number;
  /** While its statements are run. */
  machine: Machine | undefined;
  /** State after what was run of its body, without a `__main__` part. */
  final: State | undefined;
  /** What was run of its body on behalf of importers. */
  readonly executed: Set<Stmt>;
  dependencies: Dependencies | undefined;
  /** Its `from x import *`, the last one first. */
  stars: readonly ImportFrom[] | undefined;
  /** Modules whose content it read. */
  readonly imports: Set<string>;
}

/** A top-level statement as it was run last. */
export interface ScriptStep {
  readonly stmt: Stmt;
  readonly states: readonly State[];
  readonly findings: readonly Finding[];
  readonly recorded: readonly Recorded[];
  readonly exports: readonly ExportCall[];
}
/** The part of a file under `if __name__ == "__main__"`. */
export interface MainPart {
  readonly needs: readonly Stmt[];
  readonly findings: readonly Finding[];
  readonly recorded: readonly Recorded[];
  readonly exports: readonly ExportCall[];
}
/** A file as it was run itself. */
export interface Script {
  readonly module: Module;
  readonly recording: boolean;
  readonly steps: readonly ScriptStep[];
  readonly main: MainPart;
  readonly dependencies: Dependencies;
}

/** Work that one top-level statement of a module may cost. */
const STATEMENT_STEPS = 12_000;
/** The same in files that are only imported, for what they define. */
const IMPORTED_STATEMENT_STEPS = 2_500;
/** The same for a table of data, which is a statement of more characters than TABLE_LENGTH. */
const TABLE_STEPS = 1_500;
const TABLE_LENGTH = 4_000;

export class Program {
  private readonly modules = new Map<string, Module>();
  /** Files as they are run themselves; what imports them has the module of the same file instead. */
  private readonly scripts = new Map<string, Script>();
  private readonly slots = new Map<number, Module>();
  private readonly expressions = new Map<string, { readonly expr: Expr | undefined }>();
  private nextSlot = 1;

  constructor(
    private readonly sources: Sources,
    readonly frameworks: Frameworks,
  ) {}

  heap(slot: number): HeapRoot | undefined {
    const module = this.slots.get(slot);
    return module?.machine?.heap ?? module?.final?.heap;
  }

  /** Drops a module and all that were built on it, and names the files whose answers may be others now. */
  forget(path: string): Set<string> {
    const gone = new Set<string>();
    const drop = (name: string): void => {
      if (gone.has(name)) return;
      gone.add(name);
      const module = this.modules.get(name);
      if (module !== undefined) {
        this.modules.delete(name);
        this.slots.delete(module.slot);
      }
      for (const other of [...this.modules.values()]) if (other.imports.has(name)) drop(other.path);
      for (const script of [...this.scripts.values()])
        if (script.module.imports.has(name)) {
          this.scripts.delete(script.module.path);
          this.slots.delete(script.module.slot);
          gone.add(script.module.path);
        }
    };
    drop(path);
    return gone;
  }

  module(path: string): Module | undefined {
    const known = this.modules.get(path);
    if (known !== undefined) return known;
    const module = this.load(path, this.nextSlot);
    if (module === undefined) return undefined;
    this.nextSlot++;
    this.modules.set(path, module);
    this.slots.set(module.slot, module);
    return module;
  }

  private load(path: string, slot: number): Module | undefined {
    const source = this.sources.file(path);
    if (source === undefined) return undefined;
    return {
      path,
      slot,
      tree: source.tree,
      importsNumpy: /^\s*(import|from)\s+numpy\b/m.test(source.text),
      frame: slot * HEAP_SIZE + 1,
      machine: undefined,
      final: undefined,
      executed: new Set(),
      dependencies: undefined,
      stars: undefined,
      imports: new Set(),
    };
  }

  /** What is in the quotes of an annotation; undefined where that is no expression. */
  expression(text: string): Expr | undefined {
    let known = this.expressions.get(text);
    if (known === undefined) this.expressions.set(text, (known = { expr: this.sources.expression(text) }));
    return known.expr;
  }

  /** Source text of a place. */
  textOf(place: Place): string {
    const { start, end } = spanOf(place);
    return this.sources.file(place.at.file)?.text.slice(start, end) ?? '';
  }

  /** The whole text of a file; none where it can't be read. */
  textOfFile(path: string): string {
    return this.sources.file(path)?.text ?? '';
  }

  /** Runs those of the statements that were not run yet, as an import does. */
  private run(module: Module, statements: readonly Stmt[]): void {
    const pending = statements.filter((stmt) => !module.executed.has(stmt));
    // A module that is imported in a circle shows what it has until then.
    if (module.machine !== undefined || (pending.length === 0 && module.final !== undefined)) return;
    const ev = this.begin(module, module.path, new Report(module.path, false));
    if (module.final !== undefined) ev.machine.restore(module.final);
    let states: readonly State[] = [ev.machine.seal()];
    // The import that asks for it may be evaluated again; the module is not.
    const tape = useTape(undefined);
    for (const stmt of pending) {
      module.executed.add(stmt);
      states = step(ev, stmt, states, IMPORTED_STATEMENT_STEPS);
    }
    useTape(tape);
    this.finish(module, ev, states);
  }

  private begin(module: Module, name: string, report: Report): Evaluator {
    const machine = new Machine(this, module.slot, STATEMENT_STEPS);
    module.machine = machine;
    const frame = machine.newFrame(undefined);
    const own = machine.write(frame);
    if (own?.kind === 'frame') {
      own.captured = true;
      own.vars.set('__name__', str(name));
      own.vars.set('__file__', str(module.path));
    }
    return new Evaluator(this, machine, report, module, frame);
  }

  private finish(module: Module, ev: Evaluator, states: readonly State[]): void {
    module.final = states.length > 0 ? joinStates(ev.machine, states) : ev.machine.seal();
    module.machine = undefined;
  }

  /**
   * Runs a file as the main script. What stands above the first changed statement is taken from the
   * last run; the `__main__` part runs again only where something that it mentions has changed.
   */
  script(path: string, recording: boolean): Script | undefined {
    const last = this.scripts.get(path);
    const module = this.load(path, last?.module.slot ?? this.nextSlot);
    if (module === undefined) return undefined;
    if (last === undefined) this.nextSlot++;
    this.slots.set(module.slot, module);
    const body = definitions(module.tree.body);
    const usable = last !== undefined && (last.recording || !recording) ? last.steps : [];
    let kept = 0;
    while (kept < usable.length && kept < body.length && usable[kept]?.stmt === body[kept]) kept++;
    const steps: ScriptStep[] = usable.slice(0, kept);
    const ev = this.begin(module, '__main__', new Report(path, recording));
    let states: readonly State[] = steps.at(-1)?.states ?? [ev.machine.seal()];
    if (kept > 0) for (const name of last?.module.imports ?? []) module.imports.add(name);
    for (const stmt of body.slice(kept)) {
      const report = new Report(path, recording);
      ev.report = report;
      states = step(ev, stmt, states, STATEMENT_STEPS);
      steps.push({ stmt, states, findings: report.findings(), recorded: report.recorded, exports: report.exports });
    }
    this.finish(module, ev, states);
    const dependencies = new Dependencies(body, (place) => this.textOf(place));
    const script: Script = {
      module,
      recording,
      steps,
      dependencies,
      main: this.mainPart(module, ev, last, recording, dependencies),
    };
    this.scripts.set(path, script);
    return script;
  }

  private mainPart(
    module: Module,
    ev: Evaluator,
    last: Script | undefined,
    recording: boolean,
    dependencies: Dependencies,
  ): MainPart {
    const body = mainPart(module.tree.body);
    const needs = [...dependencies.of(body), ...body];
    const known = last?.main;
    if (known !== undefined && (last?.recording === true || !recording) && sameList(known.needs, needs)) return known;
    const report = new Report(module.path, recording);
    ev.report = report;
    let states: readonly State[] = module.final === undefined ? [] : [module.final];
    for (const stmt of body) states = step(ev, stmt, states, STATEMENT_STEPS);
    return { needs, findings: report.findings(), recorded: report.recorded, exports: report.exports };
  }

  /** A name of the module's own, or a built-in. */
  global(ev: Evaluator, module: Module, name: string): Value | undefined {
    const own = module.slot === ev.machine.slot ? undefined : this.own(module, name);
    return own ?? builtinName(name) ?? this.starred(module, name, new Set());
  }

  // ---- imports

  private resolve(from: Module, name: string, level: number): string | undefined {
    return resolveImport(from.path, level, name, this.sources);
  }

  private externalOf(name: string, level: number): Value | undefined {
    const [root = ''] = name.split('.');
    return level === 0 && this.frameworks.isExternal(root)
      ? { kind: 'external', path: this.frameworks.canonical(name) }
      : undefined;
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
      return (
        this.frameworks.constant(owner, name) ?? {
          kind: 'external',
          path: this.frameworks.canonical(`${owner}.${name}`),
        }
      );
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

  /**
   * What `from module import *` binds, of the names that the text of `from` mentions: a package that gathers a hundred
   * files by it needs none of them run for those that it doesn't use.
   */
  starExports(from: Module, moduleName: string, level: number): readonly (readonly [string, Value])[] {
    if (this.externalOf(moduleName, level) !== undefined) return [];
    const path = this.resolve(from, moduleName, level);
    if (path === undefined) return [];
    from.imports.add(path);
    const mentioned = new Set(this.sources.file(from.path)?.text.match(/[A-Za-z]\w*/g));
    return [...mentioned].flatMap((name) => {
      const value = this.member(path, name);
      return value === undefined ? [] : [[name, value] as const];
    });
  }

  private globals(module: Module): Bindings | undefined {
    const root = this.heap(module.slot);
    const frame = root && readHeap(root, 1);
    return frame?.kind === 'frame' ? frame.vars : undefined;
  }

  /** A name that the module's own text binds. */
  private own(module: Module, name: string): Value | undefined {
    const known = this.globals(module)?.get(name);
    if (known !== undefined) return known;
    module.dependencies ??= new Dependencies(definitions(module.tree.body), (place) => this.textOf(place));
    const makers = module.dependencies.ofName(name);
    if (module.machine !== undefined) return this.imported(module, name, makers);
    this.run(module, makers);
    return this.globals(module)?.get(name);
  }

  /**
   * What an import of a module that is in progress binds. Only what is asked for runs, so the import may be one above
   * that Python has long run when the module is imported in a circle.
   */
  private imported(module: Module, name: string, makers: readonly Stmt[]): Value | undefined {
    for (const stmt of makers) {
      if (stmt.kind !== 'importfrom' || module.executed.has(stmt)) continue;
      const found = stmt.names.find((each) => (each.alias ?? each.name) === name);
      if (found !== undefined) return this.importName(module, stmt.module, stmt.level, found.name);
    }
    return undefined;
  }

  /** A name that comes with one of the module's `from x import *`; the last one counts. */
  private starred(module: Module, name: string, seen: Set<Module>): Value | undefined {
    if (name.startsWith('_') || seen.has(module)) return undefined;
    seen.add(module);
    module.stars ??= definitions(module.tree.body)
      .filter((stmt): stmt is ImportFrom => stmt.kind === 'importfrom' && stmt.names[0]?.name === '*')
      .reverse();
    for (const stmt of module.stars) {
      const path = this.resolve(module, stmt.module, stmt.level);
      const from = path === undefined ? undefined : this.module(path);
      if (from === undefined || path === undefined) continue;
      module.imports.add(path);
      const value = this.own(from, name) ?? this.starred(from, name, seen);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  private member(path: string, name: string): Value | undefined {
    const module = this.module(path);
    return module && (this.own(module, name) ?? this.starred(module, name, new Set()));
  }

  /** `module.name`: a global of it, or a submodule. */
  attribute(value: ModuleValue, name: string): Value | undefined {
    const found = this.member(value.file, name);
    if (found !== undefined) return found;
    const from = this.module(value.file);
    if (from === undefined || !value.file.endsWith('__init__.py')) return undefined;
    return this.importModule(from, name, 1);
  }
}

/** One top-level statement; what is too much to evaluate is skipped. */
function step(ev: Evaluator, stmt: Stmt, states: readonly State[], budget: number): readonly State[] {
  ev.machine.steps = 0;
  ev.machine.budget = isTable(stmt) ? Math.min(budget, TABLE_STEPS) : budget;
  const { activation, guarded, autocast } = ev;
  try {
    const next = executeBlock(ev, [stmt], states).map((flow) => flow.state);
    // A script that raises on all paths still defines what stands below for those who read it.
    return next.length > 0 ? next : states;
  } catch (error) {
    if (!isTooMuch(error)) throw error;
    // It may have ended inside a class body, a `try` or an `autocast`; what stands below is not part of those.
    Object.assign(ev, { activation, guarded, autocast });
    return states;
  }
}

/** One statement of many lines that only binds or calls is a table of data: model names, URLs, options. */
const isTable = (stmt: Stmt): boolean =>
  (stmt.kind === 'assign' || stmt.kind === 'expr') && stmt.end - stmt.start > TABLE_LENGTH;

const mainIndex = (body: readonly Stmt[]): number => {
  const index = body.findIndex(isMainGuard);
  return index < 0 ? body.length : index;
};
const definitions = (body: readonly Stmt[]): readonly Stmt[] => body.slice(0, mainIndex(body));
const mainPart = (body: readonly Stmt[]): readonly Stmt[] => body.slice(mainIndex(body));

const isMainGuard = (stmt: Stmt): boolean =>
  stmt.kind === 'if' &&
  stmt.test.kind === 'compare' &&
  stmt.test.first.kind === 'name' &&
  stmt.test.first.name === '__name__';

/** Names that need no import. */
function builtinName(name: string): Value | undefined {
  if (name === '__debug__') return bool(true);
  if (name === 'Ellipsis') return { kind: 'ellipsis' };
  return BUILTINS.has(name) ? { kind: 'external', path: `builtins.${name}` } : undefined;
}

const BUILTINS = new Set(
  (
    'abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod enumerate eval exec ' +
    'filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len list locals map max ' +
    'memoryview min next object oct open ord pow print property range repr reversed round set setattr slice sorted staticmethod str sum super ' +
    'tuple type vars zip NotImplemented Exception BaseException ValueError TypeError RuntimeError KeyError IndexError AttributeError ' +
    'NotImplementedError ImportError ModuleNotFoundError StopIteration AssertionError FileNotFoundError OSError KeyboardInterrupt ' +
    'SystemExit Warning UserWarning DeprecationWarning FutureWarning OverflowError ZeroDivisionError ArithmeticError LookupError ' +
    'EOFError UnicodeDecodeError IOError EnvironmentError StopAsyncIteration TimeoutError PermissionError'
  ).split(' '),
);
