/** The public listener: the Open Inference Protocol version 2 over HTTP, with the extensions that it names. */
import type { IncomingMessage, Server } from 'node:http';
import { ProtocolError } from '../oip/errors';
import { RequestReader } from '../oip/requestReader';
import { responseBody } from '../oip/response';
import { configOf, extensions, metadataOf, statisticsOf } from './descriptions';
import { askModel, askVersion } from './exchange';
import { type Headers, withExpress } from './express';
import type { Front } from './front';
import { bodyOf, failureReply, jsonReply, newServer, type Reply, reply } from './http';
import { metricsText } from './metrics';
import { mostOutcomeBytes, takeOutcomes } from './outcomes';
import type { Repository } from './repository';

export interface PublicOptions {
  readonly front: Front;
  readonly repository: Repository;
  readonly productVersion: string;
  /** Largest body of a request. */
  readonly mostBytes: number;
}

export function publicServer(options: PublicOptions): Server {
  const server = newServer((request, response) => {
    void answer(options, request).then(
      (found) => reply(response, found),
      (error: unknown) => {
        request.resume();
        reply(response, failureReply(error));
      },
    );
  });
  return withExpress(server, options.mostBytes, (path) => {
    const [, model = '', version, action] = modelPath.exec(path) ?? [];
    if (action !== 'infer') return undefined;
    const reader = new RequestReader();
    return (headers, body) => infer(options.front, { model, version }, headers, body, reader);
  });
}

const notFound = new ProtocolError(404, 'Not Found');
const notAllowed = new ProtocolError(405, 'Method Not Allowed');
const empty: Reply = { status: 200, headers: { 'Content-Type': 'text/plain' } };
const notReady = (words: string): Reply => jsonReply(400, { error: words }, { 'Content-Type': 'text/plain' });

const modelPath = /^\/v2\/models\/([^/]+)(?:\/versions\/(\d+))?(?:\/(infer|ready|config|stats|outcomes))?$/;
const repositoryPath = /^\/v2\/repository\/models\/([^/]+)\/(load|unload)$/;

async function answer(options: PublicOptions, request: IncomingMessage): Promise<Reply> {
  const path = (request.url ?? '/').split('?', 1)[0] as string;
  const { method = '' } = request;
  if (method !== 'GET' && request.headers.origin !== undefined)
    throw new ProtocolError(403, 'requests of web pages are refused; send them from a program');
  const { front } = options;
  switch (path) {
    case '/v2':
      return get(method, () => jsonReply(200, { name: 'tensorwright', version: options.productVersion, extensions }));
    case '/v2/health/live':
      return get(method, () => empty);
    case '/v2/health/ready':
      return get(method, () => (isReady(front) ? empty : notReady('not every version is ready')));
    case '/v2/models':
      return get(method, () =>
        jsonReply(200, { models: [...new Set(front.all().map(({ key }) => key.model))].sort() }),
      );
    case '/v2/models/stats':
      return get(method, () => jsonReply(200, { model_stats: front.all().map(statisticsOf) }));
    case '/metrics':
      return get(method, () => ({
        status: 200,
        headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
        pieces: [Buffer.from(metricsText(front))],
      }));
    case '/v2/repository/index':
      if (method !== 'POST') throw notAllowed;
      return jsonReply(200, options.repository.index(await bodyOf(request, options.mostBytes)));
  }
  const [, model, version, action = ''] = modelPath.exec(path) ?? [];
  if (model !== undefined) return modelAnswer(options, request, { model, version, action });
  const [, name, verb] = repositoryPath.exec(path) ?? [];
  if (name === undefined) throw notFound;
  if (method !== 'POST') throw notAllowed;
  await bodyOf(request, options.mostBytes);
  await (verb === 'load' ? options.repository.load(name) : options.repository.unload(name));
  return { status: 200, headers: { 'Content-Type': 'application/json' } };
}

function get(method: string, make: () => Reply): Reply {
  if (method !== 'GET') throw notAllowed;
  return make();
}

const isReady = (front: Front): boolean =>
  front.all().every(({ state, key }) => state === 'ready' || front.routes.of(key.model)?.candidate === key.version);

interface Model {
  readonly model: string;
  readonly version: string | undefined;
}
interface Asked extends Model {
  readonly action: string;
}

async function modelAnswer(options: PublicOptions, request: IncomingMessage, asked: Asked): Promise<Reply> {
  const { front } = options;
  const { model, version, action } = asked;
  if (action === 'infer') {
    if (request.method !== 'POST') throw notAllowed;
    requireModel(front, asked);
    return infer(front, asked, request.headers, await bodyOf(request, options.mostBytes));
  }
  if (action === 'outcomes') {
    if (version !== undefined) throw notFound;
    if (request.method !== 'POST') throw notAllowed;
    requireModel(front, asked);
    return jsonReply(200, takeOutcomes(front, model, await bodyOf(request, mostOutcomeBytes)));
  }
  if (request.method !== 'GET') throw notAllowed;
  const versions = front.versionsOf(model).filter(({ key }) => version === undefined || key.version === version);
  if (action === 'stats') {
    if (versions.length === 0) throw new ProtocolError(400, `requested model '${model}' is not available`);
    return jsonReply(200, { model_stats: versions.map(statisticsOf) });
  }
  const routed = version ?? front.routes.of(model)?.baseline;
  const isServing = versions.find(
    ({ state, key }) => state === 'ready' && (routed === undefined || key.version === routed),
  );
  if (action === 'ready') return isServing === undefined ? notReady('Model version not ready') : empty;
  const described = isServing ?? versions.findLast(({ signature }) => signature !== undefined);
  if (described?.signature === undefined) throw unknownModel(model, version);
  return jsonReply(200, action === 'config' ? configOf(described) : metadataOf(described, front.versionsOf(model)));
}

const unknownModel = (model: string, version: string | undefined): ProtocolError =>
  new ProtocolError(
    404,
    `Request for unknown model: '${model}'${version === undefined ? '' : ` version ${version}`} is not found`,
  );

function requireModel(front: Front, { model, version }: Model): void {
  if (front.versionsOf(model).length === 0) throw unknownModel(model, version);
}

async function infer(
  front: Front,
  { model, version }: Model,
  headers: Headers,
  body: Buffer,
  reader = new RequestReader(),
): Promise<Reply> {
  requireModel(front, { model, version });
  const length = body.length === 0 ? '0' : (headers['inference-header-content-length'] as string | undefined);
  const asked = reader.read(body, length, model);
  const exchanged =
    version === undefined
      ? await askModel(front, asked, model, headers)
      : await askVersion(front, asked, model, version);
  const { headerLength, pieces } = responseBody(
    asked,
    { model, version: exchanged.version, signature: exchanged.signature },
    exchanged.answer.tensors,
  );
  return {
    status: 200,
    headers: {
      'Content-Type': headerLength === undefined ? 'application/json' : 'application/octet-stream',
      ...(headerLength === undefined ? {} : { 'Inference-Header-Content-Length': headerLength }),
      'x-model-version': exchanged.version,
      ...(exchanged.experiment === undefined
        ? {}
        : { 'x-experiment': exchanged.experiment, 'x-bucket': exchanged.bucket ?? 'unsticky' }),
    },
    pieces,
  };
}
