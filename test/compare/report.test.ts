/** The report of two versions: what breaks clients, what changed, in every form, and what the gate says. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { CompareReport, CompareSection, SectionId } from '../../protocol/src/compare';
import { compare } from '../../runtime-bridge/node/compare/compare';
import { readGates, refusals } from '../../runtime-bridge/node/compare/gate';
import type { OnnxValue } from '../../server/src/models/onnxGraph';
import { inRoot } from '../../scripts/paths.mjs';
import { run } from '../cli/inProcess';
import { folderWith } from '../harness/folder';
import { onnxFile, type WrittenModel, type WrittenNode } from './onnxWriter';

const value = (name: string, type = 'float32', dims: OnnxValue['dims'] = ['batch', 3]): OnnxValue => ({
  name,
  type,
  dims,
});
const chain = (ops: readonly string[], attributes: WrittenNode['attributes'] = {}): WrittenModel => ({
  nodes: ops.map((op, i) => ({
    name: `${op}_${i}`,
    op,
    inputs: [i === 0 ? 'x' : `h${i}`],
    outputs: [i === ops.length - 1 ? 'y' : `h${i + 1}`],
    attributes,
  })),
  inputs: [value('x')],
  outputs: [value('y')],
});

const plain = chain(['Relu', 'Tanh', 'Erf']);

async function compared(before: WrittenModel, after: WrittenModel): Promise<CompareReport> {
  const folder = folderWith({ 'a.onnx': onnxFile(before), 'b.onnx': onnxFile(after) });
  try {
    return await compare('a.onnx', 'b.onnx', { folder: folder.path });
  } finally {
    folder.dispose();
  }
}

const sectionOf = ({ sections }: CompareReport, id: SectionId): CompareSection => {
  const found = sections.find((each) => each.id === id);
  if (!found) throw new Error(`no section ${id}`);
  return found;
};

describe('a comparison: signature', () => {
  for (const [what, inputs, outputs, verdict, reason] of [
    ['the same', [value('x')], [value('y')], 'same', undefined],
    ['another name of an input', [value('z')], [value('y')], 'breaking', /refused/],
    ['one more input', [value('x'), value('z')], [value('y')], 'breaking', /do not send it/],
    ['one more output', [value('x')], [value('y'), value('z')], 'changed', /no difference/],
    ['an output that is gone', [value('x')], [], 'breaking', /no answer/],
    ['another dtype', [value('x', 'float16')], [value('y')], 'breaking', /old dtype/],
    ['a size that is fixed now', [value('x', 'float32', [8, 3])], [value('y')], 'breaking', /Only 8 is taken in dim 0/],
    ['a size that is open now', [value('x', 'float32', ['batch', '?'])], [value('y')], 'changed', /any size/],
    [
      'an output of another size',
      [value('x')],
      [value('y', 'float32', ['batch', 4])],
      'breaking',
      /4 in dim 1 instead of 3/,
    ],
    ['another rank', [value('x', 'float32', ['batch', 3, 1])], [value('y')], 'breaking', /2 dims, the model wants 3/],
    ['another name of a size', [value('x', 'float32', ['n', 3])], [value('y')], 'changed', /other names/],
  ] as const)
    it(`${what} is ${verdict}`, async () => {
      const found = sectionOf(await compared(plain, { ...plain, inputs, outputs }), 'signature');
      equal(found.verdict, verdict);
      if (reason) match(found.changes[0]?.reason ?? '', reason);
    });
});

describe('a comparison: graph', () => {
  const changesOf = async (after: WrittenModel, before = plain): Promise<readonly string[]> =>
    sectionOf(await compared(before, after), 'graph').changes.map(
      ({ kind, subject, differences }) =>
        `${kind} ${subject}${differences.map(({ what, before: one = '', after: other = '' }) => ` ${what} ${one}>${other}`).join('')}`,
    );

  it('of equal models has no change', async () => deepEqual(await changesOf(plain), []));
  it('tells a node that is put in between, and not those around it', async () =>
    deepEqual(await changesOf(chain(['Relu', 'Dropout', 'Tanh', 'Erf'])), ['added Dropout "Dropout_1"']));
  it('tells another operator', async () =>
    deepEqual(await changesOf(chain(['Relu', 'Sigmoid', 'Erf'])), [
      'changed Tanh "Tanh_1" operator Tanh>Sigmoid name Tanh_1>Sigmoid_1',
    ]));
  it('tells attributes, but not a default that is written out', async () =>
    deepEqual(
      await changesOf(
        chain(['Relu', 'Tanh'], { strides: [2, 2], group: 1 }),
        chain(['Relu', 'Tanh'], { strides: [1, 1] }),
      ),
      [
        'changed Relu "Relu_0" attribute strides [1, 1]>[2, 2]',
        'changed Tanh "Tanh_1" attribute strides [1, 1]>[2, 2]',
      ],
    ));
  it('tells the operator set', async () =>
    deepEqual(await changesOf({ ...plain, opset: 21 }), ['changed operator set of ONNX  20>21']));
  it('looks into bodies', async () => {
    const branch = (op: string): WrittenModel => ({
      ...plain,
      nodes: [{ name: 'if', op: 'If', inputs: ['x'], outputs: ['y'], attributes: { then_branch: chain([op, 'Erf']) } }],
    });
    deepEqual(await changesOf(branch('Tanh'), branch('Relu')), [
      'changed If "if" / then_branch: Relu "Relu_0" operator Relu>Tanh name Relu_0>Tanh_0',
    ]);
  });
});

describe('a comparison: configuration', () => {
  const configs = async (before: string, after: string): Promise<CompareSection> => {
    const folder = folderWith({ 'a/config.pbtxt': before, 'b/config.pbtxt': after });
    try {
      return sectionOf(await compare('a', 'b', { folder: folder.path }), 'config');
    } finally {
      folder.dispose();
    }
  };
  const io = (dims: string): string =>
    `backend: "identity"\nmax_batch_size: 8\ninput { name: "x" data_type: TYPE_FP32 dims: ${dims} }\noutput { name: "y" data_type: TYPE_FP32 dims: ${dims} }\n`;

  it('is the same where a default is written out', async () =>
    equal(
      (await configs(io('[ 3 ]'), `${io('[ 3 ]')}version_policy { latest { num_versions: 1 } }\n`)).verdict,
      'same',
    ));
  it('breaks clients by other sizes', async () => equal((await configs(io('[ 3 ]'), io('[ 4 ]'))).verdict, 'breaking'));
  it('breaks clients where the batch dim goes', async () =>
    equal((await configs(io('[ 3 ]'), io('[ 3 ]').replace('size: 8', 'size: 0'))).verdict, 'breaking'));
  it('ranks what changes latency below what changes who answers', async () => {
    const { changes } = await configs(
      io('[ 3 ]'),
      `${io('[ 3 ]')}dynamic_batching { max_queue_delay_microseconds: 100 }\nversion_policy { all { } }\n`,
    );
    deepEqual(changes.map(({ risk }) => risk).slice(0, 1), ['high']);
    ok(
      changes.some(
        ({ subject, risk }) => subject === 'dynamic_batching.max_queue_delay_microseconds' && risk === 'medium',
      ),
    );
  });
});

describe('a comparison: origin', () => {
  const manifest = (facts: object): string =>
    JSON.stringify({ version: 1, model: 'm', number: 1, createdAt: '', format: 'onnx', files: [], ...facts });
  const of = async (left: string | undefined, right: string | undefined): Promise<CompareReport> => {
    const bytes = onnxFile(plain);
    const written = (number: number, text: string | undefined): Record<string, string | Uint8Array> => ({
      [`m/${number}/model.onnx`]: bytes,
      ...(text === undefined ? {} : { [`m/${number}/tensorwright.json`]: text }),
    });
    const folder = folderWith({ ...written(1, left), ...written(2, right) });
    try {
      return await compare('m/1', 'm/2', { folder: folder.path });
    } finally {
      folder.dispose();
    }
  };

  it('tells metrics and the source of two registered versions', async () => {
    const report = await of(
      manifest({ metrics: { loss: 0.5, lr: 0.1 }, commit: 'a'.repeat(40), script: 'train.py' }),
      manifest({ metrics: { loss: 0.25, lr: 0.1, accuracy: 0.9 }, commit: 'b'.repeat(40), script: 'train.py' }),
    );
    const { changes, verdict } = sectionOf(report, 'origin');
    equal(verdict, 'changed');
    deepEqual(
      changes.map(({ kind, subject, differences: [one] }) => [kind, subject, one?.before, one?.after]),
      [
        ['added', 'metric accuracy', undefined, '0.9'],
        ['changed', 'metric loss', '0.5', '0.25'],
        ['changed', 'commit', 'a'.repeat(40), 'b'.repeat(40)],
      ],
    );
  });

  it('takes a manifest that somebody broke for one without these facts', async () => {
    const broken = manifest({ metrics: null, commit: 3, script: [], dirty: 'x' });
    equal(sectionOf(await of(broken, broken), 'origin').verdict, 'same');
  });

  it('says where one is not registered, and is silent where none is', async () => {
    match(sectionOf(await of(undefined, manifest({})), 'origin').summary, /m\/1 has no manifest/);
    equal(
      (await of(undefined, undefined)).sections.some(({ id }) => id === 'origin'),
      false,
    );
  });
});

describe('tensorwright diff', () => {
  const folder = folderWith({
    'models/net/1/model.onnx': onnxFile(plain),
    'models/net/2/model.onnx': onnxFile({ ...chain(['Relu', 'Tanh', 'Erf']), inputs: [value('z|<b>')] }),
    'cut.onnx': onnxFile(plain).subarray(0, 60),
    'pointer.onnx': 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
    'far.onnx.dvc': 'outs:\n- md5: a1\n  path: far.onnx\n',
    'text.onnx': 'hello, this is no model',
    'empty.onnx': '',
  });
  after(() => folder.dispose());
  const diff = (...args: string[]): ReturnType<typeof run> => run(['diff', ...args], { cwd: folder.path });

  it('ends with 0 without a gate, and with 1 where one says no', async () => {
    equal((await diff('models/net:1', 'models/net:2')).code, 0);
    const { code, err } = await diff('models/net:1', 'models/net:2', '--fail-on', 'breaking');
    equal(code, 1);
    match(err, /the gate says no: breaking changes of signature/);
    equal((await diff('models/net:1', 'models/net:1', '--fail-on', 'breaking,signature,graph')).code, 0);
  });

  it('writes JSON as its schema says', async () => {
    const { out } = await diff('models/net:1', 'models/net:2', '--format', 'json');
    const schema = JSON.parse(readFileSync(inRoot('docs', 'compare.schema.json'), 'utf8')) as Schema;
    deepEqual(violations(JSON.parse(out), schema, schema, '$'), []);
  });

  it('lets no name become markup', async () => {
    const html = (await diff('models/net:1', 'models/net:2', '--format', 'html')).out;
    ok(!html.includes('<b>') && html.includes('z|&#60;b&#62;'));
    ok(!/<script|https?:|src=/.test(html));
    const markdown = (await diff('models/net:1', 'models/net:2', '--format', 'markdown')).out;
    ok(markdown.includes('`input z\\|<b>`'), markdown);
  });

  for (const [what, file, says] of [
    ['a cut-off file', 'cut.onnx', /cut\.onnx can't be read as ONNX/],
    ['a pointer of Git LFS', 'pointer.onnx', /pointer of Git LFS.*git lfs pull/],
    ['a file that DVC keeps', 'far.onnx', /kept by DVC.*dvc pull/],
    ['a text', 'text.onnx', /text\.onnx can't be read as ONNX/],
    ['an empty file', 'empty.onnx', /empty\.onnx/],
    ['nothing', 'absent.onnx', /no such file or folder: absent\.onnx/],
  ] as const)
    it(`refuses ${what} in one line`, async () => {
      const { code, err } = await diff('models/net:1', file);
      equal(code, 2);
      match(err, says);
      equal(err.trim().split('\n').length, 1);
    });

  it('refuses gates that it does not know', () => {
    match(JSON.stringify(readGates('speed')), /'speed' is no gate/);
    match(JSON.stringify(readGates('graph>2')), /only weights, outputs, latency take a number/);
  });

  it('describes a model line by line for Git', async () => {
    const { out } = await diff('--textconv', 'models/net/1/model.onnx');
    match(out, /^input x: float32\[batch, 3\]$/m);
    match(out, /^Tanh "Tanh_1"\(h1\)$/m);
  });

  it('takes what Git gives to a diff driver, and always ends with 0', async () => {
    const driver = await diff(
      '--git',
      'm.onnx',
      'models/net/1/model.onnx',
      'aa',
      '100644',
      'models/net/2/model.onnx',
      'bb',
      '100644',
    );
    equal(driver.code, 0);
    match(driver.out, /^m\.onnx\n[^]*Signature {2}breaking/);
    equal((await diff('--git', 'm.onnx', '/dev/null', '.', '.', 'cut.onnx', 'bb', '100644')).out, 'm.onnx\nadded\n');
    match((await diff('--git', 'm.onnx', 'cut.onnx', 'a', '1', 'empty.onnx', 'bb', '1')).out, /not compared/);
  });

  it('does not let through what could not be compared', () => {
    const unread: CompareSection = {
      id: 'weights',
      title: 'Weights',
      verdict: 'unknown',
      summary: 'No.',
      changes: [],
      figures: {},
    };
    const side = { name: '', file: '', bytes: 0 };
    equal(refusals({ version: 1, before: side, after: side, sections: [unread] }, [{ what: 'weights' }]).length, 1);
  });
});

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
}

/** As much of JSON Schema as the published one uses. */
function violations(found: unknown, schema: Schema, root: Schema, at: string): readonly string[] {
  if (schema.$ref)
    return violations(found, root.$defs?.[schema.$ref.slice('#/$defs/'.length)] ?? { type: 'missing' }, root, at);
  if (schema.const !== undefined) return found === schema.const ? [] : [`${at} is ${String(found)}`];
  if (schema.enum) return schema.enum.includes(found) ? [] : [`${at} is ${String(found)}`];
  if (schema.type === 'array')
    return Array.isArray(found)
      ? found.flatMap((each, i) => violations(each, schema.items ?? {}, root, `${at}[${i}]`))
      : [`${at} is no list`];
  if (schema.type !== 'object') return typeof found === schema.type ? [] : [`${at} is no ${schema.type}`];
  const object = found as Readonly<Record<string, unknown>>;
  const missing = (schema.required ?? []).filter((key) => !(key in object)).map((key) => `${at}.${key} is missing`);
  const inner = Object.entries(object).flatMap(([key, each]) => {
    const one = schema.properties?.[key] ?? schema.additionalProperties;
    return one ? violations(each, one, root, `${at}.${key}`) : [`${at}.${key} is not in the schema`];
  });
  return [...missing, ...inner];
}
