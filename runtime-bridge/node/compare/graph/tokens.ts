/** What makes nodes of two graphs look alike, as numbers: equal numbers mean that they do. */
import type { OnnxInitialiser } from '../../../../server/src/models/onnxGraph';
import { elementTypeName, tensorText } from '../../../../server/src/models/onnxTypes';
import type { LinkedGraph } from './linked';

/** By node; 0 where a node has nothing to be known by. */
export type Tokens = readonly number[];

/** Both graphs draw from one, so that equal texts have equal numbers in both. */
export class Interner {
  private readonly known = new Map<string, number>();

  token(text: string): number {
    const found = this.known.get(text);
    if (found !== undefined) return found;
    this.known.set(text, this.known.size + 1);
    return this.known.size;
  }
}

/** Operator alone. */
export const operatorTokens = ({ nodes }: LinkedGraph, interner: Interner): Tokens =>
  nodes.map(({ op, domain }) => interner.token(`op ${domain} ${op}`));

/** Operator, attributes, and types and sizes of its large weights: small constants are shared by many nodes. */
export const ownTokens = ({ nodes, weights }: LinkedGraph, interner: Interner): Tokens =>
  nodes.map(({ op, domain, attributes }, index) => {
    const written = attributes.map(({ name, text, graphs }) => `${name}=${graphs.length > 0 ? '' : text}`).sort();
    const sizes = (weights[index] ?? []).map(
      (one) => one && isLarge(one) && tensorText(elementTypeName(one.type), one.dims),
    );
    return interner.token(JSON.stringify([op, domain, written, sizes]));
  });

/** What a token of a node and those of its neighbours make together (one round of Weisfeiler and Leman). */
export const widened = ({ nodes, producers, consumers }: LinkedGraph, tokens: Tokens, interner: Interner): Tokens =>
  nodes.map((_, index) => {
    const before = (producers[index] ?? []).map((producer) => (producer < 0 ? 0 : tokens[producer]));
    const after = (consumers[index] ?? []).map((consumer) => tokens[consumer] ?? 0).sort((a, b) => a - b);
    return interner.token(`around ${tokens[index]} ${before.join()} ${after.join()}`);
  });

/** Tensors with fewer elements are often equal by chance. */
const FEWEST_ELEMENTS = 16;
const isLarge = ({ dims }: OnnxInitialiser): boolean =>
  dims.reduce((product, size) => product * size, 1) >= FEWEST_ELEMENTS;
/** Those that are trained: float32, float16, float64, bfloat16. */
const floats: ReadonlySet<number> = new Set([1, 10, 11, 16]);

/** Operator and the content of its weights. */
export const weightTokens = ({ nodes, weights }: LinkedGraph, interner: Interner): Tokens =>
  nodes.map(({ op }, index) => {
    const prints = (weights[index] ?? []).flatMap((one) =>
      one && floats.has(one.type) && isLarge(one) ? [one.fingerprint] : [],
    );
    return prints.length === 0 || prints.includes(undefined) ? 0 : interner.token(JSON.stringify([op, prints]));
  });

/** Names of weights, together with another token. */
export const weightNameTokens = ({ weights }: LinkedGraph, tokens: Tokens, interner: Interner): Tokens =>
  weights.map((list, index) => {
    const names = list.flatMap((one) => (one && isLarge(one) ? [one.name] : []));
    return names.length === 0 ? 0 : interner.token(JSON.stringify(['weights', names, tokens[index]]));
  });

/** The node's name, together with another token. */
export const nameTokens = ({ nodes }: LinkedGraph, tokens: Tokens, interner: Interner): Tokens =>
  nodes.map(({ name }, index) => (name === '' ? 0 : interner.token(JSON.stringify(['name', name, tokens[index]]))));
