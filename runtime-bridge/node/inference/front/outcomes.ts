/** Outcomes: what clients tell later of a unit or of an answer, such as a click, a right label, an amount. */
import type { Routing } from '../../../../protocol/src/front';
import { ProtocolError } from '../oip/errors';
import { named } from './exchange';
import type { Front } from './front';
import { choose } from './routes';

export const mostOutcomeBytes = 4 << 20;
const mostAtOnce = 10_000;
const longestName = 100;
const longestUnit = 1_000;

/** One outcome as a client sends it. */
interface Told {
  readonly name: string;
  readonly value: number;
  readonly unit?: string;
  /** `x-model-version` of the answer that it is about. */
  readonly version?: string;
  /** `x-experiment` of that answer. */
  readonly experiment?: string;
}

export interface Taken {
  readonly taken: number;
  /** Of another experiment than the one that goes on, or of units that are not split at the moment: not counted. */
  readonly late: number;
}

/**
 * Notes one outcome, or a list of them; all or none.
 *
 * @throws ProtocolError 400 where one is malformed, 409 where no versions are compared
 */
export function takeOutcomes(front: Front, model: string, body: Buffer): Taken {
  const outcomes = read(body);
  const routing = front.routes.of(model);
  if (routing === undefined || routing.experiment === '' || routing.candidate === undefined)
    throw new ProtocolError(
      409,
      `no versions of ${model} are compared at the moment, so an outcome counts for none of them`,
    );
  const counted = outcomes.flatMap((outcome) => {
    const arm = armOf(routing, outcome);
    return arm === undefined ? [] : [{ ...outcome, arm }];
  });
  const at = Date.now();
  for (const { name, value, unit, arm } of counted)
    front.observations(model).add({ kind: 'outcome', at, ...named(routing, unit), arm, name, value });
  return { taken: counted.length, late: outcomes.length - counted.length };
}

/** The version that answered, where it is told; else the arm that the unit belongs to while there are two. */
function armOf(routing: Routing, { unit, version, experiment }: Told): 'baseline' | 'candidate' | undefined {
  if (experiment !== undefined && experiment !== routing.experiment) return undefined;
  if (version !== undefined)
    return version === routing.candidate ? 'candidate' : version === routing.baseline ? 'baseline' : undefined;
  const isSplit = routing.weightPercent > 0 && routing.weightPercent < 100;
  return isSplit ? choose(routing, unit, 0).arm : undefined;
}

function read(body: Buffer): readonly Told[] {
  let content: unknown;
  try {
    content = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new ProtocolError(400, `outcomes are JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const all: readonly unknown[] = Array.isArray(content) ? content : [content];
  if (all.length > mostAtOnce)
    throw new ProtocolError(400, `at most ${mostAtOnce} outcomes at once, not ${all.length}`);
  return all.map((each, i) => toldIn(each, Array.isArray(content) ? `outcome ${i}` : 'the outcome'));
}

function toldIn(content: unknown, what: string): Told {
  const wrong = (why: string): ProtocolError => new ProtocolError(400, `${what} ${why}`);
  if (typeof content !== 'object' || content === null) throw wrong('is no object with "name", "value" and "unit"');
  const { name, value, unit, version, experiment }: Readonly<Record<string, unknown>> = { ...content };
  const isText = (text: unknown, most: number): text is string =>
    typeof text === 'string' && text !== '' && text.length <= most;
  const isAbsent = (text: unknown): text is undefined | null => text === undefined || text === null;
  if (!isText(name, longestName)) throw wrong(`has no "name" of 1 to ${longestName} characters`);
  const number = typeof value === 'boolean' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw wrong('has no "value" that is a number');
  if (!isAbsent(unit) && !isText(unit, longestUnit))
    throw wrong(`has a "unit" that is no text of 1 to ${longestUnit} characters`);
  if (!isAbsent(version) && !isText(version, longestName)) throw wrong('has a "version" that is no text');
  if (!isAbsent(experiment) && !isText(experiment, longestUnit)) throw wrong('has an "experiment" that is no text');
  if (isAbsent(unit) && isAbsent(version))
    throw wrong('names neither the "unit" nor the "version" that answered (x-model-version)');
  return {
    name,
    value: number,
    ...(isAbsent(unit) ? {} : { unit }),
    ...(isAbsent(version) ? {} : { version }),
    ...(isAbsent(experiment) ? {} : { experiment }),
  };
}
