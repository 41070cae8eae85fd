/**
 * Which node of one graph is which of another, where names may have changed and the file's order too.
 *
 * What says most goes first: weights with the same bytes, structure that occurs once, names. Between pairs that are known,
 * both graphs are walked from their outputs and laid beside each other; then what hangs on pairs is paired along the edges.
 */
import type { LinkedGraph } from './linked';
import { commonSubsequence, type IndexPair, rising } from './sequences';
import {
  Interner,
  nameTokens,
  operatorTokens,
  ownTokens,
  type Tokens,
  weightNameTokens,
  weightTokens,
  widened,
} from './tokens';

/** Why two nodes are taken for the same, the surest first. */
export const pairReasons = {
  weights: 'the same weights',
  structure: 'the same surroundings, found once',
  weightNames: 'the same names of weights',
  name: 'the same name',
  neighbourhood: 'the same neighbours, at the same place in the sequence',
  sequence: 'the same operator, at the same place in the sequence',
  connected: 'the same operator, connected to a pair',
  place: 'another operator between the same neighbours',
} as const;

export type PairReason = keyof typeof pairReasons;

export interface NodePair {
  readonly before: number;
  readonly after: number;
  readonly reason: PairReason;
}

/** Rounds in which a token that is to occur once takes in its neighbours. */
const WIDE = 3;
/** Insertions and deletions past which two sequences are not laid beside each other. */
const MOST_EDITS = 4000;

/** Pairs of nodes in the order of the first graph. */
export function matchGraphs(before: LinkedGraph, after: LinkedGraph): readonly NodePair[] {
  const matching = new Matching(before, after);
  const interner = new Interner();
  const both = (make: (graph: LinkedGraph) => Tokens): Both<Tokens> => ({ before: make(before), after: make(after) });
  const own = both((graph) => ownTokens(graph, interner));
  const near = both((graph) => widened(graph, sideOf(graph, own), interner));
  let wide = near;
  for (let round = 1; round < WIDE; round++) {
    const narrow = wide;
    wide = both((graph) => widened(graph, sideOf(graph, narrow), interner));
  }
  const operator = both((graph) => operatorTokens(graph, interner));
  function sideOf(graph: LinkedGraph, tokens: Both<Tokens>): Tokens {
    return graph === before ? tokens.before : tokens.after;
  }
  matching.pairUnique(
    both((graph) => weightTokens(graph, interner)),
    'weights',
  );
  matching.pairUnique(wide, 'structure');
  matching.pairUnique(
    both((graph) => weightNameTokens(graph, sideOf(graph, near), interner)),
    'weightNames',
  );
  matching.pairUnique(
    both((graph) => nameTokens(graph, sideOf(graph, near), interner)),
    'name',
  );
  matching.pairSequences(near, 'neighbourhood');
  matching.pairUnique(
    both((graph) => nameTokens(graph, sideOf(graph, operator), interner)),
    'name',
  );
  matching.pairSequences(own, 'sequence');
  matching.pairConnected(own, 'connected');
  matching.pairConnected(operator, 'connected');
  matching.pairByPlace();
  return matching.pairs();
}

interface Both<T> {
  readonly before: T;
  readonly after: T;
}

/** Nodes between two pairs, in the order of the walks. */
interface Gap {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

class Matching {
  private readonly partner: Both<Int32Array>;
  private readonly reasons: (PairReason | undefined)[] = [];
  private readonly placeAfter: Int32Array;

  constructor(
    private readonly before: LinkedGraph,
    private readonly after: LinkedGraph,
  ) {
    this.partner = {
      before: new Int32Array(before.nodes.length).fill(-1),
      after: new Int32Array(after.nodes.length).fill(-1),
    };
    this.placeAfter = new Int32Array(after.nodes.length);
    after.order.forEach((node, place) => (this.placeAfter[node] = place));
  }

  pairs(): readonly NodePair[] {
    return this.before.nodes.flatMap((_, node) => {
      const [after = -1, reason] = [this.partner.before[node], this.reasons[node]];
      return after < 0 || reason === undefined ? [] : [{ before: node, after, reason }];
    });
  }

  /** Nodes whose token occurs once in each graph, in any order, so that what has moved is found too. */
  pairUnique(tokens: Both<Tokens>, reason: PairReason): void {
    for (const [one, other] of uniquePairs(this.free(), tokens)) this.pair(one, other, reason);
  }

  /**
   * Nodes that come one after the other in both walks. What is paired already counts as equal, so that a node that has
   * moved costs two edits and misleads nobody. Where the walks differ too much for that, pairs cut them into gaps.
   */
  pairSequences(tokens: Both<Tokens>, reason: PairReason): void {
    const { before, after } = this;
    if (this.pairSequence({ before: before.order, after: after.order }, tokens, reason)) return;
    for (const gap of this.gaps()) {
      const inOrder = rising(uniquePairs(gap, tokens).map(([one, other]) => [one, this.placeAfter[other] ?? 0]));
      for (const [one, place] of inOrder) this.pair(one, after.order[place] ?? -1, reason);
    }
    for (const gap of this.gaps()) this.pairSequence(gap, tokens, reason);
  }

  /** @returns whether the two could be laid beside each other */
  private pairSequence({ before, after }: Gap, tokens: Both<Tokens>, reason: PairReason): boolean {
    const { partner } = this;
    const found = commonSubsequence(
      before.map((node) => (partner.before[node] === -1 ? (tokens.before[node] ?? 0) : -1 - node)),
      after.map((node) => (partner.after[node] === -1 ? (tokens.after[node] ?? 0) : -1 - (partner.after[node] ?? 0))),
      MOST_EDITS,
    );
    for (const [one, other] of found ?? []) this.pair(before[one] ?? -1, after[other] ?? -1, reason);
    return found !== undefined;
  }

  /** From pairs along their edges: the makers of the same input, and users that are alike and alone in it. */
  pairConnected(tokens: Both<Tokens>, reason: PairReason): void {
    const open = this.pairs().map(({ before, after }): IndexPair => [before, after]);
    const take = (one: number, other: number): void => {
      if (!this.isFree(one, other) || tokens.before[one] !== tokens.after[other]) return;
      this.pair(one, other, reason);
      open.push([one, other]);
    };
    for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
      const [one, other] = pair;
      const makers = this.after.producers[other] ?? [];
      (this.before.producers[one] ?? []).forEach((maker, slot) => take(maker, makers[slot] ?? -1));
      const users = {
        before: (this.before.consumers[one] ?? []).filter((user) => this.partner.before[user] === -1),
        after: (this.after.consumers[other] ?? []).filter((user) => this.partner.after[user] === -1),
      };
      for (const [user, otherUser] of uniquePairs(users, tokens)) take(user, otherUser);
    }
  }

  /** Nodes whose makers and users are pairs: what stands there now is another operator. */
  pairByPlace(): void {
    const { before, after, partner } = this;
    const firstMaker = (graph: LinkedGraph, node: number): number =>
      (graph.producers[node] ?? []).find((each) => each >= 0) ?? -1;
    for (const node of before.order) {
      if (partner.before[node] !== -1) continue;
      const maker = firstMaker(before, node);
      const from = maker === -1 ? -1 : (partner.before[maker] ?? -1);
      if (maker !== -1 && from === -1) continue;
      const users = before.consumers[node] ?? [];
      const there = users.flatMap((user) => after.producers[partner.before[user] ?? -1] ?? []);
      const ends = (after.consumers[from] ?? []).filter((each) => after.consumers[each]?.length === 0);
      const found = new Set(users.length > 0 ? there : ends);
      const fitting = [...found].filter(
        (each) => each >= 0 && partner.after[each] === -1 && firstMaker(after, each) === from,
      );
      if (fitting.length === 1) this.pair(node, fitting[0] ?? -1, 'place');
    }
  }

  private pair(one: number, other: number, reason: PairReason): void {
    if (!this.isFree(one, other)) return;
    this.partner.before[one] = other;
    this.partner.after[other] = one;
    this.reasons[one] = reason;
  }

  private isFree(one: number, other: number): boolean {
    return one >= 0 && other >= 0 && this.partner.before[one] === -1 && this.partner.after[other] === -1;
  }

  private free(): Gap {
    return {
      before: this.before.order.filter((node) => this.partner.before[node] === -1),
      after: this.after.order.filter((node) => this.partner.after[node] === -1),
    };
  }

  /** What is not paired yet, cut where pairs come in the same order in both walks. */
  private gaps(): readonly Gap[] {
    const { before, after, partner } = this;
    const known = before.order.flatMap((node, place): IndexPair[] => {
      const other = partner.before[node] ?? -1;
      return other < 0 ? [] : [[place, this.placeAfter[other] ?? 0]];
    });
    const gaps: Gap[] = [];
    let [from, fromAfter] = [0, 0];
    for (const [to, toAfter] of [...rising(known), [before.order.length, after.order.length] as const]) {
      const gap = {
        before: before.order.slice(from, to).filter((node) => partner.before[node] === -1),
        after: after.order.slice(fromAfter, toAfter).filter((node) => partner.after[node] === -1),
      };
      if (gap.before.length > 0 && gap.after.length > 0) gaps.push(gap);
      [from, fromAfter] = [to + 1, toAfter + 1];
    }
    return gaps;
  }
}

/** Nodes whose token occurs once on each side, in the order of the first. */
function uniquePairs(nodes: Gap, tokens: Both<Tokens>): readonly IndexPair[] {
  const left = onceOnly(nodes.before, tokens.before);
  const right = onceOnly(nodes.after, tokens.after);
  return [...left].flatMap(([token, node]): IndexPair[] => {
    const other = right.get(token) ?? -1;
    return node >= 0 && other >= 0 ? [[node, other]] : [];
  });
}

/** By token the node that has it; -1 where several have. */
function onceOnly(nodes: readonly number[], tokens: Tokens): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const node of nodes) {
    const token = tokens[node] ?? 0;
    if (token !== 0) found.set(token, found.has(token) ? -1 : node);
  }
  return found;
}
