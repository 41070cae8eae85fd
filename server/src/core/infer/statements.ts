/** Execution of statements: states in, states out. */
import type * as tree from '../python/tree';
import { assign, setName } from './assignment';
import { entersAutocast } from './autocast';
import { callMethodIfAny } from './calls';
import { truth } from './compare';
import { MAX_ITERATIONS } from './comprehension';
import { elementOf, iterate } from './containers';
import type { Evaluator } from './evaluator';
import { lookAtLoop } from './looking';
import { matches } from './matching';
import { executeSimple, isQuiet } from './simple';
import { PathEnds, type Branch, type State } from './machine';
import { few, joinStates, merging, mergeStates, oneOf, onSomePath, sameState, widen } from './states';
import { sameValue, withoutTraits } from './same';
import { FROZEN, setBelow } from './builtins/modules';
import { surelyBuilds } from './trying';
import { bool, none, unknown, type FunctionValue, type Value } from './value';

export type Exit =
  { readonly kind: 'next' | 'break' | 'continue' } | { readonly kind: 'return'; readonly value: Value };
export interface Flow {
  readonly state: State;
  readonly exit: Exit;
}

const NEXT: Exit = { kind: 'next' };
const flowing = (states: readonly State[], exit: Exit = NEXT): Flow[] => states.map((state) => ({ state, exit }));

/** Runs a body and answers each way it can return; equal ways are one. */
export function runFunction(ev: Evaluator, fn: FunctionValue, bind: () => void): Branch<Value>[] {
  const { machine } = ev;
  const frame = ev.activation.frame;
  const node = fn.node;
  const bound = ev.branches(machine.seal(), bind).map((branch) => branch.state);
  const results: Branch<Value>[] = [];
  if (node.kind === 'lambda') {
    for (const state of bound) results.push(...ev.branches(state, () => ev.evaluate(node.body)));
  } else {
    for (const { state, exit } of executeBlock(ev, node.body, bound))
      results.push({ state, value: exit.kind === 'return' ? exit.value : none });
  }
  return mergeResults(
    ev,
    results.map(({ state, value }) => {
      machine.restore(state);
      if (machine.frame(frame)?.captured === false) machine.free(frame);
      return { state: machine.seal(), value };
    }),
  );
}

function mergeResults(ev: Evaluator, results: readonly Branch<Value>[]): Branch<Value>[] {
  if (results.length < 2) return [...results];
  const merged = merging(
    results,
    (a, b) => sameValue(a.value, b.value) && sameState(ev.machine, a.state, b.state),
    ([first, ...twins], differ): Branch<Value> => {
      const states = [first.state, ...twins.map((twin) => twin.state)] as const;
      return differ
        ? { value: withoutTraits(first.value), state: joinStates(ev.machine, states) }
        : { value: first.value, state: oneOf(states) };
    },
  );
  return few(ev.machine, merged, () => ({
    value: merged.every((result) => sameValue(result.value, (merged[0] as Branch<Value>).value))
      ? withoutTraits((merged[0] as Branch<Value>).value)
      : unknown('the result differs between paths'),
    state: joinStates(
      ev.machine,
      merged.map((result) => result.state),
    ),
  }));
}

export function executeBlock(ev: Evaluator, body: readonly tree.Stmt[], starts: readonly State[]): Flow[] {
  const done: Flow[] = [];
  let states = [...starts];
  for (const stmt of body) {
    if (states.length === 0) break;
    const next: State[] = [];
    for (const state of states)
      for (const flow of execute(ev, stmt, state)) {
        if (flow.exit.kind === 'next') next.push(flow.state);
        else done.push(flow);
      }
    states = mergeStates(ev.machine, next);
  }
  return [...flowing(states), ...done];
}

function execute(ev: Evaluator, stmt: tree.Stmt, state: State): Flow[] {
  ev.machine.tick();
  switch (stmt.kind) {
    case 'if':
      return executeIf(ev, stmt, state);
    case 'for':
      lookAtLoop(ev, stmt, state);
      return executeFor(ev, stmt, state);
    case 'while':
      lookAtLoop(ev, stmt, state);
      return executeWhile(ev, stmt, state);
    case 'with':
      return executeWith(ev, stmt, state);
    case 'try':
      return executeTry(ev, stmt, state);
    case 'match':
      return executeMatch(ev, stmt, state);
    case 'return':
      return ev
        .branches(state, () => (stmt.value === undefined ? none : ev.evaluate(stmt.value)))
        .map((branch) => ({ state: branch.state, exit: { kind: 'return', value: branch.value } }));
    case 'break':
      return [{ state, exit: { kind: 'break' } }];
    case 'continue':
      return [{ state, exit: { kind: 'continue' } }];
    case 'pass':
    case 'invalidstmt':
      return [{ state, exit: NEXT }];
    case 'raise':
      if (ev.guarded === 0) ev.report.raised(state.conditions);
      return [];
    default:
      return executeStraight(ev, stmt, state);
  }
}

/** A statement without blocks. One that only computes and binds needs no copy of the state. */
function executeStraight(ev: Evaluator, stmt: tree.Stmt, state: State): Flow[] {
  if (stmt.kind === 'assign' && stmt.targets.length === 1 && stmt.targets[0]?.kind === 'name' && isQuiet(stmt.value)) {
    ev.machine.restore(state);
    let ended = false as boolean;
    const done = ev.machine.attempt(() => {
      try {
        executeSimple(ev, stmt);
      } catch (error) {
        if (!(error instanceof PathEnds)) throw error;
        ended = true;
      }
    });
    if (done) return ended ? [] : [{ state: ev.machine.seal(), exit: NEXT }];
  }
  return flowing(
    ev
      .branches(state, () => {
        executeSimple(ev, stmt);
      })
      .map((branch) => branch.state),
  );
}

function executeIf(ev: Evaluator, stmt: tree.If, state: State): Flow[] {
  return ev
    .branches(state, () => truth(ev, ev.evaluate(stmt.test), stmt.test))
    .flatMap((branch) => executeBlock(ev, branch.value ? stmt.then : stmt.otherwise, [branch.state]));
}

/** Splits the flows of a loop's body: what goes on looping, what leaves the loop, what leaves the function. */
function sortFlows(
  ev: Evaluator,
  flows: readonly Flow[],
): { readonly again: State[]; readonly broken: State[]; readonly left: Flow[] } {
  const again: State[] = [];
  const broken: State[] = [];
  const left: Flow[] = [];
  for (const flow of flows) {
    if (flow.exit.kind === 'return') left.push(flow);
    else (flow.exit.kind === 'break' ? broken : again).push(flow.state);
  }
  return { again: mergeStates(ev.machine, again), broken, left };
}

function executeFor(ev: Evaluator, stmt: tree.For, state: State): Flow[] {
  return ev
    .branches(state, () => {
      const iterable = ev.evaluate(stmt.iterable);
      freeze(ev, stmt, iterable);
      const items = iterate(ev, iterable);
      return items === undefined || items.length > MAX_ITERATIONS
        ? { element: elementOf(ev, iterable, stmt.iterable) }
        : { items };
    })
    .flatMap(({ state: start, value }) => {
      if (value.items !== undefined) return knownLoop(ev, stmt, start, value.items);
      let finishes = stmt.body.some(({ kind }) => kind === 'raise');
      const flows = unknownLoop(
        ev,
        start,
        (from) => {
          const bound = ev.branches(from, () => {
            assign(ev, stmt.target, value.element);
          });
          const round = executeBlock(
            ev,
            stmt.body,
            bound.map((branch) => branch.state),
          );
          finishes ||= round.length > 0;
          return round;
        },
        stmt.otherwise,
      );
      // Where what a round calls always raises (a method that classes below give), nothing is known of the rest.
      return finishes ? flows : [];
    });
}

/** `for p in model.parameters(): p.requires_grad = False`: how many there are doesn't matter. */
function freeze(ev: Evaluator, stmt: tree.For, iterable: Value): void {
  const [only, more] = stmt.body;
  if (only?.kind !== 'assign' || more !== undefined || only.value.kind !== 'bool' || iterable.kind !== 'ref') return;
  const [target] = only.targets;
  if (target?.kind !== 'attribute' || target.name !== 'requires_grad' || target.object.kind !== 'name') return;
  const list = ev.machine.read(iterable.id);
  if (list?.kind !== 'list' || list.of === undefined) return;
  if (stmt.target.kind === 'name' && stmt.target.name === target.object.name)
    setBelow(ev, { kind: 'ref', id: list.of }, FROZEN, bool(!only.value.value));
}

function knownLoop(ev: Evaluator, stmt: tree.For, start: State, items: readonly Value[]): Flow[] {
  let states = [start];
  const broken: State[] = [];
  const left: Flow[] = [];
  for (const item of items) {
    if (states.length === 0) break;
    const bound = states.flatMap((state) =>
      ev
        .branches(state, () => {
          assign(ev, stmt.target, item);
        })
        .map((branch) => branch.state),
    );
    const sorted = sortFlows(ev, executeBlock(ev, stmt.body, bound));
    states = sorted.again;
    broken.push(...sorted.broken);
    left.push(...sorted.left);
  }
  const after = executeBlock(ev, stmt.otherwise, states);
  return [...after, ...flowing(mergeStates(ev.machine, broken)), ...left];
}

/** Passes after which what a loop changes is taken as everything it can change. */
const MAX_PASSES = 4;

/** A loop of unknown length: what the body changes is unknown before, in and after it. */
function unknownLoop(
  ev: Evaluator,
  start: State,
  body: (from: State) => Flow[],
  otherwise: readonly tree.Stmt[],
): Flow[] {
  let entry = start;
  const left: Flow[] = [];
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const flows = body(entry);
    let widened = entry;
    for (const flow of flows) {
      if (flow.exit.kind === 'return') left.push(flow);
      else widened = widen(ev.machine, widened, flow.state);
    }
    const stable = sameState(ev.machine, entry, widened);
    entry = { ...widened, facts: start.facts, latents: start.latents, conditions: start.conditions };
    // A first round that always returns leaves the rest to a loop without rounds, which may never be met.
    if (pass === 0 && flows.length > 0 && left.length === flows.length)
      return [...executeBlock(ev, otherwise, [onSomePath(entry)]), ...left.slice(0, 4)];
    if (stable) break;
  }
  const returned = left.length > 4 ? left.slice(0, 4) : left;
  return [...executeBlock(ev, otherwise, [entry]), ...returned];
}

/** Rounds of a `while` whose test is known each time. */
const MAX_WHILE = 128;

function executeWhile(ev: Evaluator, stmt: tree.While, state: State): Flow[] {
  let states = [state];
  const out: Flow[] = [];
  for (let round = 0; round <= MAX_WHILE && states.length > 0; round++) {
    const next: State[] = [];
    for (const current of states) {
      const tested = ev.branches(current, () => truth(ev, ev.evaluate(stmt.test), stmt.test));
      const open = tested.length > 1 || round === MAX_WHILE;
      if (open) {
        out.push(
          ...unknownLoop(
            ev,
            current,
            (from) =>
              ev
                .branches(from, () => truth(ev, ev.evaluate(stmt.test), stmt.test))
                .filter((branch) => branch.value)
                .flatMap((branch) => executeBlock(ev, stmt.body, [branch.state])),
            stmt.otherwise,
          ),
        );
        continue;
      }
      for (const { value, state: after } of tested) {
        if (!value) {
          out.push(...executeBlock(ev, stmt.otherwise, [after]));
          continue;
        }
        const sorted = sortFlows(ev, executeBlock(ev, stmt.body, [after]));
        next.push(...sorted.again);
        out.push(...flowing(sorted.broken), ...sorted.left);
      }
    }
    states = mergeStates(ev.machine, next);
  }
  return out;
}

/** Context managers that expect an exception in their body. */
const EXPECTS_ERRORS = /\b(raises|assertRaises\w*|suppress)\b/;

function executeWith(ev: Evaluator, stmt: tree.With, state: State): Flow[] {
  const contexts = stmt.items.map((item) => item.context);
  const guarded = Number(contexts.some((context) => EXPECTS_ERRORS.test(ev.program.textOf(context))));
  const autocast = Number(entersAutocast(ev, contexts));
  const entered = ev.branches(state, () => {
    for (const item of stmt.items) {
      const context = ev.evaluate(item.context);
      if (item.target === undefined) continue;
      const value =
        callMethodIfAny(ev, context, '__enter__', [], item.context) ??
        unknown('what a with statement gives', item.context);
      assign(ev, item.target, value);
    }
  });
  ev.guarded += guarded;
  ev.autocast += autocast;
  const flows = executeBlock(
    ev,
    stmt.body,
    entered.map((branch) => branch.state),
  );
  ev.guarded -= guarded;
  ev.autocast -= autocast;
  return flows;
}

const IMPORTS_ONLY = (body: readonly tree.Stmt[]): boolean =>
  body.every((stmt) => stmt.kind === 'import' || stmt.kind === 'importfrom' || stmt.kind === 'assign');

function executeTry(ev: Evaluator, stmt: tree.Try, state: State): Flow[] {
  const handled = stmt.handlers.length > 0;
  if (handled) ev.guarded++;
  const body = executeBlock(ev, stmt.body, [state]);
  if (handled) ev.guarded--;
  const normal = body.flatMap((flow) =>
    flow.exit.kind === 'next' ? executeBlock(ev, stmt.otherwise, [flow.state]) : [flow],
  );
  let flows = normal;
  const imported = IMPORTS_ONLY(stmt.body) && body.length > 0 && importsSucceeded(ev, stmt, body);
  if (handled && !imported && !surelyBuilds(ev, stmt.body, body)) {
    // An exception may come anywhere in the body: what it writes is unknown to the handlers.
    let entry = state;
    for (const flow of body)
      entry = { ...widen(ev.machine, entry, flow.state), facts: state.facts, latents: state.latents };
    const condition = {
      key: `try ${stmt.at.file} ${stmt.at.base + stmt.start}`,
      kind: 'unknown',
      of: 2,
      label: 'an exception is raised',
    } as const;
    const mark = (flow: Flow, answer: number): Flow => ({
      ...flow,
      state: { ...flow.state, conditions: new Map(flow.state.conditions).set(condition.key, { ...condition, answer }) },
    });
    // What a handler raises says nothing of the paths without an exception.
    const start = mark({ state: entry, exit: NEXT }, 1).state;
    const caught = stmt.handlers.flatMap((handler) =>
      executeBlock(
        ev,
        handler.body,
        ev
          .branches(start, () => {
            if (handler.name !== undefined) setName(ev, handler.name, unknown('an exception', stmt));
          })
          .map((branch) => branch.state),
      ),
    );
    flows = caught.length === 0 ? normal : [...normal.map((flow) => mark(flow, 0)), ...caught];
  }
  if (stmt.finally.length === 0) return mergeNext(ev, flows);
  return mergeNext(ev, flows).flatMap((flow) =>
    executeBlock(ev, stmt.finally, [flow.state]).map((last) =>
      last.exit.kind === 'next' ? { state: last.state, exit: flow.exit } : last,
    ),
  );
}

function mergeNext(ev: Evaluator, flows: readonly Flow[]): Flow[] {
  const next = flows.filter((flow) => flow.exit.kind === 'next').map((flow) => flow.state);
  return [...flowing(mergeStates(ev.machine, next)), ...flows.filter((flow) => flow.exit.kind !== 'next')];
}

function importsSucceeded(ev: Evaluator, stmt: tree.Try, body: readonly Flow[]): boolean {
  const names = stmt.body.flatMap((inner) =>
    inner.kind === 'import' || inner.kind === 'importfrom'
      ? inner.names.map((n) => n.alias ?? ('path' in n ? (n.path.split('.')[0] ?? '') : n.name))
      : [],
  );
  const first = body[0];
  if (names.length === 0 || first === undefined) return false;
  ev.machine.restore(first.state);
  return names.every((name) => {
    const value = ev.machine.frame(ev.activation.frame)?.vars.get(name);
    return value !== undefined && value.kind !== 'unknown';
  });
}

function executeMatch(ev: Evaluator, stmt: tree.Match, state: State): Flow[] {
  const out: Flow[] = [];
  let waiting = ev.branches(state, () => ev.evaluate(stmt.subject));
  for (const { pattern, guard, body } of stmt.cases) {
    const rest: Branch<Value>[] = [];
    for (const { state: at, value: subject } of waiting) {
      const answers = ev.branches(at, () => {
        const test = matches(ev, pattern, subject);
        if (!truth(ev, test, stmt.subject)) return false;
        return guard === undefined || truth(ev, ev.evaluate(guard), guard);
      });
      for (const answer of answers) {
        if (answer.value) out.push(...executeBlock(ev, body, [answer.state]));
        else rest.push({ state: answer.state, value: subject });
      }
    }
    waiting = rest;
  }
  out.push(...flowing(waiting.map((branch) => branch.state)));
  return mergeNext(ev, out);
}
