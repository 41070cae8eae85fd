/** Configurations of Triton as the server completes them: what is written and what was left out count alike. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { ChangeRisk, CompareChange } from '../../../../protocol/src/compare';
import { completedConfig, type Json } from '../../../../server/src/triton/complete/print';
import { byBytes, type Files } from '../../../../server/src/triton/files';
import { Model, type World } from '../../../../server/src/triton/repository/model';
import { Repository } from '../../../../server/src/triton/repository/repository';
import { count, section, type Section, unknown } from '../section';
import { FileBytes } from '../weights/bytes';

export const config: Section = ({ before, after }) => {
  if (before.config === undefined && after.config === undefined) return undefined;
  if (before.config === undefined || after.config === undefined) {
    const only = before.config === undefined ? after : before;
    return unknown('config', 'Configuration', `Only ${only.name} has a config.pbtxt.`);
  }
  const [left, right] = [modelOf(before.config), modelOf(after.config)];
  for (const [side, model] of [
    [before, left],
    [after, right],
  ] as const) {
    const [problem] = model.file.problems;
    if (problem)
      return unknown(
        'config',
        'Configuration',
        `The server refuses the config.pbtxt of ${side.name}: ${problem.message}`,
      );
  }
  const [one, other] = [completedConfig(left, 0), completedConfig(right, 0)];
  const changes = changesBetween(flattened(one.json), flattened(other.json), isNamed(left) || isNamed(right));
  const doubt =
    one.isCertain && other.isCertain ? '' : ' The backend may complete more than can be seen from the files.';
  const said =
    changes.length === 0
      ? 'The same once defaults are filled in.'
      : `${count(changes.length, 'setting')} changed, defaults filled in.`;
  return section({ id: 'config', title: 'Configuration', summary: said + doubt, changes });
};

const files: Files = {
  entries: (folder) =>
    quietly(() =>
      readdirSync(folder, { withFileTypes: true })
        .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
        .sort((a, b) => byBytes(a.name, b.name)),
    ),
  text: (path) => quietly(() => (statSync(path).size > 4_000_000 ? undefined : readFileSync(path, 'utf8'))),
  size: (path) => quietly(() => (statSync(path).isFile() ? statSync(path).size : undefined)),
  bytes: (path, start, length) => quietly(() => FileBytes.with(path, (file) => file.read(start, length))),
};

/** What can't be read is not there. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const world: World = { files, python: () => undefined, strict: false };

function modelOf(path: string): Model {
  const folder = dirname(path).replaceAll('\\', '/');
  const repository = new Repository(world, dirname(folder));
  return new Model(world, repository, basename(folder), folder, path, files.text(path) ?? '');
}

/** Whether the name was written; one that the server takes from the folder says nothing. */
const isNamed = ({ file }: Model): boolean => file.root.text('name') !== '';

/** `input[x].dims` -> its value as text. Messages of a list go by their names where they have one. */
function flattened(json: Json): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (value: Json, path: string): void => {
    if (Array.isArray(value)) walkList(value as readonly Json[], path);
    else if (typeof value === 'object')
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`);
    else found.set(path, typeof value === 'string' ? JSON.stringify(value) : String(value));
  };
  const walkList = (list: readonly Json[], path: string): void => {
    const isPlain = list.every((each) => typeof each !== 'object');
    if (isPlain) {
      if (list.length > 0) found.set(path, `[${list.join(', ')}]`);
      return;
    }
    list.forEach((each, index) => {
      const name = typeof each === 'object' && 'name' in each && path !== 'instance_group' ? each['name'] : undefined;
      walk(each, `${path}[${typeof name === 'string' ? name : index}]`);
    });
  };
  walk(json, '');
  return found;
}

interface Weight {
  readonly path: RegExp;
  readonly risk: ChangeRisk;
  readonly reason: string;
}

/** What a change of a setting does; the first that fits. */
const weights: readonly Weight[] = [
  {
    path: /^(input|output)\[.*\]\.(name|data_type|dims|reshape|optional|is_shape_tensor|format)/,
    risk: 'breaking',
    reason: 'Requests and answers have this form.',
  },
  {
    path: /^max_batch_size$/,
    risk: 'high',
    reason:
      'It adds or takes a dim of every tensor when it becomes 0 or stops being it, and bounds what a request may hold.',
  },
  {
    path: /^(backend|platform|runtime|default_model_filename|cc_model_filenames)/,
    risk: 'high',
    reason: 'Another program or file answers.',
  },
  {
    path: /^version_policy/,
    risk: 'high',
    reason: 'Other versions are loaded; requests without a version go to the highest of them.',
  },
  {
    path: /^(ensemble_scheduling|sequence_batching|model_transaction_policy)/,
    risk: 'high',
    reason: 'Requests take another way through the server.',
  },
  { path: /^instance_group.*\.(kind|gpus|secondary_devices)/, risk: 'high', reason: 'It runs on other hardware.' },
  {
    path: /^(instance_group|dynamic_batching|optimization|parameters|response_cache|model_warmup|rate_limiter)/,
    risk: 'medium',
    reason: 'Latency, throughput or memory change.',
  },
  { path: /./, risk: 'low', reason: 'Requests are answered as before.' },
];

function changesBetween(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  namesCount: boolean,
): readonly CompareChange[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths.flatMap((path): readonly CompareChange[] => {
    const [one, other] = [before.get(path), after.get(path)];
    // Groups of instances are named after the model where nobody names them.
    if (one === other || (!namesCount && /^(name|instance_group\[.*\]\.name)$/.test(path))) return [];
    const kind = one === undefined ? 'added' : other === undefined ? 'removed' : 'changed';
    const { risk = 'low' as const, reason = '' } = weights.find((each) => each.path.test(path)) ?? {};
    const difference = {
      what: '',
      ...(one === undefined ? {} : { before: one }),
      ...(other === undefined ? {} : { after: other }),
    };
    return [{ kind, subject: path, risk: riskOf(path, risk, one, other), differences: [difference], reason }];
  });
}

/** A batch dim that comes or goes changes every shape. */
const riskOf = (path: string, risk: ChangeRisk, before: string | undefined, after: string | undefined): ChangeRisk =>
  path === 'max_batch_size' && (before === '0') !== (after === '0') ? 'breaking' : risk;
