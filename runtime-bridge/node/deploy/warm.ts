/**
 * Requests with made-up inputs to a version that gets no traffic yet. What they find is only held against it where the
 * baseline does better with the very same inputs: made-up ones may be refused, or give NaN, with any model.
 */
import type { WarmUp } from './engine/types';
import { incompatibilities } from './compatible';
import { type Datatype, datatypeOf, elementsOf } from '../inference/datatypes';
import { joinBytes } from '../inference/byteStrings';
import { summaryOf } from '../inference/tensorValues';
import type { ModelSignature } from './versionFiles';

/** Where a version is asked: `http://.../v2/models/M/versions/N`. */
export interface Asked {
  readonly version: string;
  readonly address: string;
}

interface Answered {
  /** Its process failed, or it computed and failed: not a refusal of the input. */
  readonly failure?: string;
  readonly refused: boolean;
  /** Names of outputs with NaN or infinity. */
  readonly nonFinite: readonly string[];
}

const answerMs = 30_000;
/** Open sizes are tried with these, in turn. */
const openSizes = [1, 1, 2];
/** One made-up input holds at most so many elements; larger ones are not made. */
const mostElements = 1 << 24;

/**
 * @param requests how many; the first failures end it
 * @param seed the same seed makes the same inputs
 */
export async function warmUp(
  candidate: Asked,
  baseline: Asked | undefined,
  requests: number,
  seed: number,
): Promise<WarmUp> {
  const signature = await signatureAt(candidate.address);
  const old = baseline && (await signatureAt(baseline.address).catch(() => undefined));
  if (baseline && old) {
    const problems = incompatibilities(old, signature, { baseline: baseline.version, candidate: candidate.version });
    if (problems.length > 0) return { requests: 0, problems };
  }
  const random = seeded(seed);
  for (let sent = 0; sent < requests; sent++) {
    const body = requestFor(signature, openSizes[sent % openSizes.length] as number, random);
    // Inputs that can't be made up: nothing is said of the version.
    if (body === undefined) return { requests: sent, problems: [] };
    const answer = await infer(candidate.address, body);
    const problem = await problemOf(answer, candidate, baseline, body);
    if (problem !== undefined) return { requests: sent + 1, problems: [problem] };
    if (answer.refused) return { requests: sent, problems: [] };
  }
  return { requests, problems: [] };
}

async function problemOf(
  answer: Answered,
  { version }: Asked,
  baseline: Asked | undefined,
  body: Body,
): Promise<string | undefined> {
  if (answer.failure === undefined && answer.nonFinite.length === 0) return undefined;
  const old = baseline && (await infer(baseline.address, body));
  if (answer.failure !== undefined)
    return old?.failure === undefined
      ? `version ${version} failed at a request of the warm-up: ${answer.failure}`
      : undefined;
  if (old === undefined || old.failure !== undefined) return undefined;
  const name = answer.nonFinite.find((each) => !old.nonFinite.includes(each));
  if (name === undefined) return undefined;
  return `version ${version} answers NaN or infinity in output '${name}' where version ${baseline?.version ?? ''} does not`;
}

interface Body {
  readonly bytes: Buffer;
  readonly headerLength: number;
}

/** Undefined where an input's type or size can't be made up. */
function requestFor({ inputs }: ModelSignature, open: number, random: () => number): Body | undefined {
  const raw: Buffer[] = [];
  const described: object[] = [];
  for (const { name, datatype: type, shape } of inputs) {
    const datatype = datatypeOf(type ?? '');
    const sizes = shape?.map((size) => (size < 0 ? open : size));
    if (datatype === undefined || sizes === undefined || elementsOf(sizes) > mostElements) return undefined;
    const data = madeUp(datatype, elementsOf(sizes), random);
    raw.push(data);
    described.push({ name, datatype: datatype.name, shape: sizes, parameters: { binary_data_size: data.length } });
  }
  const json = Buffer.from(JSON.stringify({ inputs: described, parameters: { binary_data_output: true } }));
  return { bytes: Buffer.concat([json, ...raw]), headerLength: json.length };
}

/** Fractions from -1 to 1; whole numbers 0 and 1, which are places and classes of every model. */
function madeUp(datatype: Datatype, count: number, random: () => number): Buffer {
  if (datatype.bytes === 0) return joinBytes(Array.from({ length: count }, () => Buffer.from('a')));
  const data = new ArrayBuffer(count * datatype.bytes);
  const view = datatype.view(data, 0, count);
  for (let i = 0; i < count; i++) {
    const drawn = random();
    if (view instanceof BigInt64Array || view instanceof BigUint64Array) view[i] = drawn < 0.5 ? 0n : 1n;
    // The bits of 0 and of 1 in a half.
    else if (datatype.name === 'FP16') view[i] = drawn < 0.5 ? 0 : 0x3c00;
    else view[i] = datatype.name.startsWith('FP') ? drawn * 2 - 1 : Math.round(drawn);
  }
  return Buffer.from(data);
}

async function infer(address: string, { bytes, headerLength }: Body): Promise<Answered> {
  const nothing = { refused: false, nonFinite: [] };
  try {
    const answer = await fetch(`${address}/infer`, {
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        'inference-header-content-length': String(headerLength),
      },
      body: bytes,
      signal: AbortSignal.timeout(answerMs),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    if (answer.status === 200)
      return { ...nothing, nonFinite: nonFiniteIn(body, answer.headers.get('inference-header-content-length')) };
    const reason = body.toString('utf8').slice(0, 500);
    return answer.status < 500 ? { ...nothing, refused: true } : { ...nothing, failure: reason };
  } catch (error) {
    return { ...nothing, failure: error instanceof Error ? error.message : String(error) };
  }
}

interface OutputHeader {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters?: { readonly binary_data_size?: number };
}

function nonFiniteIn(body: Buffer, headerLength: string | null): readonly string[] {
  const length = headerLength === null ? body.length : Number(headerLength);
  const { outputs } = JSON.parse(body.toString('utf8', 0, length)) as { outputs: readonly OutputHeader[] };
  const found: string[] = [];
  let at = length;
  for (const { name, datatype: type, shape, parameters } of outputs) {
    const size = parameters?.binary_data_size ?? 0;
    const datatype = datatypeOf(type);
    const summary =
      datatype && size > 0 ? summaryOf([{ datatype, shape, data: body.subarray(at, at + size) }]) : undefined;
    if (summary !== undefined && summary.nonFinite > 0) found.push(name);
    at += size;
  }
  return found;
}

async function signatureAt(address: string): Promise<ModelSignature> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(answerMs) });
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
  return (await answer.json()) as ModelSignature;
}

/** Numbers from 0 to 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
