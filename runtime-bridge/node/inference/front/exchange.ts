/** One inference: who answers it, who takes over where that one fails, and what is noted of it. */
import type { RequestObservation, Routing, TensorSummary } from '../../../../protocol/src/front';
import { murmur3 } from '../../deploy/engine/buckets';
import { bind } from '../oip/bind';
import { ProtocolError } from '../oip/errors';
import type { InferRequest } from '../oip/request';
import type { Signature } from '../signature';
import { compareOutputs, summaryOf } from '../tensorValues';
import type { Front } from './front';
import { type Choice, choose } from './routes';
import { type Answer, NotServing, QueueFull, type ServedVersion } from './servedVersion';

export interface Exchanged {
  readonly version: string;
  readonly signature: Signature;
  readonly answer: Answer;
  readonly experiment?: string;
  readonly bucket?: number;
}

/** Answers by the version that the request itself names. @throws ProtocolError */
export async function askVersion(
  front: Front,
  request: InferRequest,
  model: string,
  version: string,
): Promise<Exchanged> {
  const served = front.version(model, version);
  if (served === undefined || served.state === 'unloading')
    throw new ProtocolError(404, `Request for unknown model: '${model}' version ${version} is not found`);
  return ask(served, request).catch((error: unknown) => {
    throw asProtocolError(error);
  });
}

/**
 * Answers by whom the routing names; without a routing by the highest version that is ready, as Triton does.
 *
 * @param unit name of the unit, where the request has one
 * @throws ProtocolError
 */
export async function askModel(
  front: Front,
  request: InferRequest,
  model: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Promise<Exchanged> {
  const routing = front.routes.of(model);
  if (routing === undefined) return askHighest(front, request, model);
  if (routing.held === true)
    throw new ProtocolError(503, `${model} changes its version and is back in a moment`, { 'retry-after': '1' });
  const unit = unitOf(routing, headers);
  const choice = choose(routing, unit, Math.random());
  const exchanged =
    choice.arm === 'candidate'
      ? await askCandidate(front, request, routing, choice, unit)
      : await askBaseline(front, request, routing, unit, true);
  return {
    ...exchanged,
    ...(routing.experiment === '' ? {} : { experiment: routing.experiment }),
    ...(choice.bucket === undefined ? {} : { bucket: choice.bucket }),
  };
}

function unitOf(
  { unitHeader }: Routing,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): string | undefined {
  const value = unitHeader === undefined ? undefined : headers[unitHeader];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

async function askHighest(front: Front, request: InferRequest, model: string): Promise<Exchanged> {
  const versions = front.versionsOf(model);
  const served =
    versions.findLast(({ state }) => state === 'ready') ?? versions.findLast(({ state }) => state === 'loading');
  if (served === undefined) {
    const failed = versions.at(-1);
    if (failed === undefined) throw new ProtocolError(404, `Request for unknown model: '${model}' is not found`);
    throw new ProtocolError(503, `no version of '${model}' is ready: ${failed.reason ?? failed.state}`);
  }
  return ask(served, request).catch((error: unknown) => {
    throw asProtocolError(error);
  });
}

/** A candidate that can't answer costs nobody the answer: the baseline takes over, and it counts against the candidate. */
async function askCandidate(
  front: Front,
  request: InferRequest,
  routing: Routing,
  { version }: Choice,
  unit: string | undefined,
): Promise<Exchanged> {
  const served = front.version(routing.model, version);
  const began = performance.now();
  try {
    if (served === undefined) throw new NotServing(`version ${version} is not loaded`);
    const exchanged = await ask(served, request);
    note(
      front,
      routing,
      { arm: 'candidate', version, ok: true, millis: exchanged.answer.millis },
      unit,
      request,
      exchanged,
    );
    return exchanged;
  } catch (error) {
    // A request that the baseline refuses too says nothing about the candidate.
    const millis = performance.now() - began;
    const taken = await askBaseline(front, request, routing, unit, false).catch((other: unknown) => {
      if (!(other instanceof ProtocolError && other.status === 400))
        note(front, routing, { arm: 'candidate', version, ok: false, millis }, unit, request);
      throw error instanceof ProtocolError ? error : other;
    });
    note(front, routing, { arm: 'candidate', version, ok: false, millis }, unit, request);
    return taken;
  }
}

/** @param isOwn the request belongs to the baseline's arm; else it only takes over */
async function askBaseline(
  front: Front,
  request: InferRequest,
  routing: Routing,
  unit: string | undefined,
  isOwn: boolean,
): Promise<Exchanged> {
  const version = routing.baseline;
  const served = front.version(routing.model, version);
  const began = performance.now();
  try {
    if (served === undefined) throw new NotServing(`version ${version} of ${routing.model} is not loaded`);
    const exchanged = await ask(served, request);
    if (isOwn) {
      note(
        front,
        routing,
        { arm: 'baseline', version, ok: true, millis: exchanged.answer.millis },
        unit,
        request,
        exchanged,
      );
      mirror(front, request, routing, unit, exchanged.answer);
    }
    return exchanged;
  } catch (error) {
    if (isOwn && !(error instanceof ProtocolError))
      note(front, routing, { arm: 'baseline', version, ok: false, millis: performance.now() - began }, unit, request);
    throw asProtocolError(error);
  }
}

async function ask(served: ServedVersion, request: InferRequest): Promise<Exchanged> {
  const signature = served.signature ?? (await served.signatureWhenReady());
  const bound = bind(request, signature, served.key.model, served.config.batching);
  const answer = await served.infer(bound.tensors, bound.outputs, bound.rows);
  return { version: served.key.version, signature, answer };
}

function mirror(
  front: Front,
  request: InferRequest,
  routing: Routing,
  unit: string | undefined,
  baseline: Answer,
): void {
  const { model, candidate, shadowPercent } = routing;
  if (candidate === undefined || Math.random() * 100 >= shadowPercent) return;
  const run = async (): Promise<void> => {
    const served = front.version(model, candidate);
    // After the answer has left: what a copy costs is nobody's wait.
    await new Promise((settle) => setImmediate(settle));
    const began = performance.now();
    const answer =
      served?.state === 'ready'
        ? await ask(served, request).then(
            ({ answer: found }) => found,
            () => undefined,
          )
        : undefined;
    const compared = answer && compareOutputs(baseline.tensors, answer.tensors);
    const baselineOutput = answer && summaryOf(baseline.tensors);
    const candidateOutput = answer && summaryOf(answer.tensors);
    front.observations(model).add({
      kind: 'pair',
      at: Date.now(),
      ...named(routing, unit),
      baselineOk: true,
      candidateOk: answer !== undefined,
      baselineMillis: baseline.millis,
      candidateMillis: answer?.millis ?? performance.now() - began,
      ...compared,
      ...(baselineOutput === undefined ? {} : { baselineOutput }),
      ...(candidateOutput === undefined ? {} : { candidateOutput }),
    });
  };
  const bytes = sizeOf(request) + baseline.tensors.reduce((all, { data }) => all + data.length, 0);
  front.shadow(model).add({ bytes, run });
}

const sizeOf = ({ inputs, raw }: InferRequest): number =>
  inputs.reduce((all, { data }) => all + data.length, raw?.length ?? 0);

type Noted = Pick<RequestObservation, 'arm' | 'version' | 'ok' | 'millis'>;

/** Notes an answer once it has left: summaries of large tensors take longer than small models. */
function note(
  front: Front,
  routing: Routing,
  noted: Noted,
  unit: string | undefined,
  request: InferRequest,
  exchanged?: Exchanged,
): void {
  const at = Date.now();
  const isSplit = routing.experiment !== '';
  setImmediate(() => {
    const input = isSplit ? summaryOf(request.inputs) : undefined;
    const output: TensorSummary | undefined = isSplit && exchanged ? summaryOf(exchanged.answer.tensors) : undefined;
    front.observations(routing.model).add({
      kind: 'request',
      at,
      ...named(routing, unit),
      ...noted,
      ...(input === undefined ? {} : { input }),
      ...(output === undefined ? {} : { output }),
    });
  });
}

/** A unit is told as a hash of its name: nobody's name leaves the front. */
export function named({ experiment }: Routing, unit: string | undefined): { unit?: string } {
  if (unit === undefined) return {};
  const halves = [0, 0x9747b28c].map((seed) => murmur3(`${experiment}\0${unit}`, seed).toString(16).padStart(8, '0'));
  return { unit: halves.join('') };
}

function asProtocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const words = error instanceof Error ? error.message : String(error);
  const isBusy = error instanceof NotServing || error instanceof QueueFull;
  return isBusy ? new ProtocolError(503, words, { 'retry-after': '1' }) : new ProtocolError(500, words);
}
