/**
 * One HAProxy for one model: its configuration, starting it, and its admin socket.
 *
 * Who answers stands in one entry of a map, so that a routing changes at once and without a reload. A request without a
 * version is sent to the path of the version that its unit's bucket says; HAProxy asks the controller whether it lives
 * and leaves the candidate out where it does not.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { TargetRouting } from '../../../../protocol/src/deploy';
import { TargetDown } from './target';

/** What stands in its configuration rather than in the map: another value needs another process. */
export interface HaproxySetup {
  /** Where clients ask. */
  readonly port: number;
  /** Where it tells of each answer: a UDP port of the controller. */
  readonly logPort: number;
  /** Begins each of these lines, so that nobody else's count. */
  readonly token: string;
  /** `127.0.0.1:8000`: where the versions are. */
  readonly backend: string;
  /** Lower case. */
  readonly unitHeader: string;
  /** Seconds without a word from the controller. */
  readonly deadline: number;
}

const answerMs = 5_000;
const startMs = 10_000;
/** Of `sun_path`, its last zero included. */
const mostSocketPath = 107;
const mapKey = 'routing';
const buckets = 10_000;

/** The routing in force, as one value. */
export interface Entry {
  /** Highest epoch of a controller. */
  readonly epoch: number;
  readonly routing?: TargetRouting;
  readonly takenBack: boolean;
}

/** What HAProxy itself reads of an entry, in order; the last field is all of it, packed. */
const fields = ['experiment', 'primary', 'candidate', 'buckets', 'onLoss', 'packed'] as const;
const field = (name: (typeof fields)[number]): string => `var(txn.entry),field(${fields.indexOf(name) + 1},|)`;

/** In the place of what is absent: HAProxy finds no empty fields. */
const none = '~';

function written(entry: Entry): string {
  const { experiment = '', primary, candidate, weightPercent = 0, onControllerLoss } = entry.routing ?? {};
  const share = Math.round((weightPercent * buckets) / 100);
  const packed = Buffer.from(JSON.stringify(entry)).toString('base64url');
  return [
    experiment === '' ? none : experiment,
    primary ?? none,
    candidate ?? none,
    share,
    onControllerLoss ?? none,
    packed,
  ].join('|');
}

const nothing: Entry = { epoch: 0, takenBack: false };

export class HaproxyServer {
  readonly watched: string;
  private readonly admin: string;
  private readonly setupPath: string;
  private readonly mapPath: string;

  /** @param folder of this model's HAProxy, absolute; made where it is missing */
  constructor(
    private readonly folder: string,
    private readonly model: string,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.admin = join(folder, 'admin.sock');
    this.watched = join(folder, 'controller.sock');
    this.setupPath = join(folder, 'setup.json');
    this.mapPath = join(folder, 'routing.map');
    const length = Buffer.byteLength(`${this.watched}.1234567.tmp`);
    if (length > mostSocketPath)
      throw new TargetDown(
        `${folder} is too long a path for the sockets of HAProxy (${length} of ${mostSocketPath} bytes); name a shorter folder with --state-dir`,
      );
  }

  /** As it was started last; undefined before that. */
  setup(): HaproxySetup | undefined {
    return existsSync(this.setupPath) ? (JSON.parse(readFileSync(this.setupPath, 'utf8')) as HaproxySetup) : undefined;
  }

  /** Sees to it that it runs with this setup; one that runs with another one hands its listener over. */
  async run(setup: HaproxySetup): Promise<void> {
    const isRunning = await this.isRunning();
    if (isRunning && JSON.stringify(this.setup()) === JSON.stringify(setup)) return;
    this.write(this.setupPath, JSON.stringify(setup));
    if (!existsSync(this.mapPath)) this.write(this.mapPath, `${mapKey} ${written(nothing)}\n`);
    const [config, pid] = [join(this.folder, 'haproxy.cfg'), join(this.folder, 'haproxy.pid')];
    this.write(config, configText(setup, this.model, { admin: this.admin, watched: this.watched, map: this.mapPath }));
    const before = isRunning ? ['-x', this.admin, '-sf', readFileSync(pid, 'utf8').trim()] : [];
    await started(['-D', '-f', config, '-p', pid, ...before]);
    const deadline = performance.now() + startMs;
    while (!(await this.isRunning())) {
      if (performance.now() > deadline) throw new TargetDown(`HAProxy does not answer at ${this.admin}`);
      await new Promise((settle) => setTimeout(settle, 20));
    }
  }

  /** The entry in force. @throws TargetDown */
  async entry(): Promise<Entry> {
    const said = await this.command(`show map ${this.mapPath}`);
    const packedEntry = said.trim().split('|').at(-1) ?? '';
    try {
      return JSON.parse(Buffer.from(packedEntry, 'base64url').toString()) as Entry;
    } catch {
      throw new TargetDown(`the map of HAProxy holds no routing of ours: ${said.trim().slice(0, 200)}`);
    }
  }

  /** Sets it, for now and for the next start. @throws TargetDown */
  async setEntry(entry: Entry): Promise<void> {
    this.write(this.mapPath, `${mapKey} ${written(entry)}\n`);
    const said = (await this.command(`set map ${this.mapPath} ${mapKey} ${written(entry)}`)).trim();
    if (said !== '') throw new TargetDown(`HAProxy does not take the routing: ${said.slice(0, 200)}`);
  }

  /** Whether it finds the controller dead. */
  async missesController(): Promise<boolean> {
    const rows = (await this.command('show stat controller 4 -1')).split('\n').map((line) => line.split(','));
    const [head = []] = rows;
    const row = rows.find(([, name]) => name === 'controller');
    return (row?.[head.indexOf('status')] ?? '').startsWith('DOWN');
  }

  /** The controller lives from now on, whatever the next look says. */
  async meetController(): Promise<void> {
    await this.command('set server controller/controller health up');
  }

  private isRunning(): Promise<boolean> {
    return this.command('show info').then(
      () => true,
      () => false,
    );
  }

  private command(words: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const lost = (error: Error): void =>
        reject(new TargetDown(`HAProxy does not answer at ${this.admin}: ${error.message}`));
      const socket = connect(this.admin, () => socket.write(`${words}\n`));
      let said = '';
      socket.setTimeout(answerMs, () => socket.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
      socket.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
      socket.on('error', lost).on('end', () => resolve(said));
    });
  }

  private write(path: string, text: string): void {
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path);
  }
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function started(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('haproxy', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (words = (words + chunk).slice(-4000)));
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        new TargetDown(
          error.code === 'ENOENT'
            ? 'haproxy is not on the path; on Debian: apt-get install haproxy'
            : `haproxy did not start: ${error.message}`,
        ),
      ),
    );
    // Not 'close': the daemon keeps the pipe of its starter.
    child.on('exit', (code) => {
      const alert = words.split('\n').find((line) => line.includes('[ALERT]'));
      child.stderr.destroy();
      if (code === 0) resolve();
      else reject(new TargetDown(`haproxy did not start: ${alert ?? words.trim()}`));
    });
  });
}

interface Paths {
  readonly admin: string;
  readonly watched: string;
  readonly map: string;
}

/** Times as in our own front: a client's idle connection, a computation, a body. */
function configText(setup: HaproxySetup, model: string, { admin, watched, map }: Paths): string {
  const { port, logPort, token, backend, unitHeader, deadline } = setup;
  // Two looks in vain, and half of the deadline for a controller that hangs.
  const checkMs = Math.max(50, Math.round((deadline * 1000) / 4));
  return `global
  stats socket unix@"${admin}" mode 600 level admin expose-fd listeners
  log 127.0.0.1:${logPort} format raw local0 info
  maxconn 4096

defaults
  mode http
  timeout connect 5s
  timeout http-request 20s
  timeout http-keep-alive 75s
  timeout client 120s
  timeout server 120s

frontend public
  bind 127.0.0.1:${port}
  log global
  log-format "${token} %[var(txn.arm)] %[var(txn.version)] %ST %Ta %[var(txn.unit)]"
  http-request deny deny_status 403 if !{ method GET } { req.hdr(origin) -m found }
  http-request set-log-level silent
  acl unnamed path_reg ^/v2/models/[^/]+/infer$
  acl ours path_beg /v2/models/${model}/
  acl routed ${field('onLoss')} baseline hold
  acl split ${field('experiment')},length gt 1
  http-request set-var(txn.version) path,field(6,/) if { path_reg ^/v2/models/[^/]+/versions/[0-9]+ }
  http-request set-var(txn.entry) "str(${mapKey}),map(${map})" if unnamed ours
  http-request return status 503 content-type application/json hdr retry-after 1 string '{"error":"${model} changes its version and is back in a moment"}' if routed { ${field('primary')} ${none} }
  http-request set-var(txn.experiment) ${field('experiment')} if routed split
  http-request set-var(txn.unit) req.hdr(${unitHeader}),concat(;,txn.experiment),xxh64 if routed split { req.hdr(${unitHeader}) -m len gt 0 }
  http-request set-var(txn.share) ${field('buckets')} if routed
  http-request set-var(txn.bucket) rand(${buckets}) if routed
  http-request set-var(txn.bucket) req.hdr(${unitHeader}),concat(;,txn.experiment),xxh32,mod(${buckets}) if routed { var(txn.unit) -m found }
  http-request set-var(txn.arm) str(baseline) if routed
  http-request set-var(txn.arm) str(candidate) if routed { var(txn.bucket),sub(txn.share) lt 0 } { nbsrv(controller) gt 0 }
  http-request set-var(txn.arm) str(candidate) if routed { var(txn.bucket),sub(txn.share) lt 0 } { ${field('onLoss')} hold }
  http-request set-var(txn.version) ${field('primary')} if routed
  http-request set-var(txn.version) ${field('candidate')} if routed { var(txn.arm) -m str candidate }
  http-request set-log-level info if routed
  http-request set-path /v2/models/${model}/versions/%[var(txn.version)]/infer if routed
  http-after-response set-header x-model-version %[var(txn.version)] if { var(txn.version) -m found }
  http-after-response set-header x-experiment %[var(txn.experiment)] if { var(txn.experiment) -m found }
  http-after-response set-header x-bucket unsticky if { var(txn.experiment) -m found }
  http-after-response set-header x-bucket %[var(txn.bucket)] if { var(txn.unit) -m found }
  default_backend versions

backend versions
  server versions ${backend}

backend controller
  option httpchk GET /alive
  server controller unix@"${watched}" check inter ${checkMs} fall 2 rise 1
`;
}
