/** Rules whose sentence was taken from the real server: each of these is asked again. */
import { equal, ok } from 'node:assert/strict';
import { expectedTexts, judge } from '../../triton/cases';
import { triton, tritonIsMissing } from './environment';
import { type Repository, TritonServer } from './server';

const io = 'input { name: "x" data_type: TYPE_FP32 dims: 16 }\noutput { name: "y" data_type: TYPE_FP32 dims: 16 }\n';
const identity = `backend: "identity"\nmax_batch_size: 4\n${io}`;
const python = `backend: "python"\n${io}`;
const parameter = (key: string, value: string): string =>
  `parameters { key: "${key}" value { string_value: "${value}" } }\n`;
const state = (more: string): string =>
  `state { input_name: "i" output_name: "o" data_type: TYPE_FP32 dims: [ 2, -1 ] initial_state { name: "s" data_type: TYPE_FP32 ${more} } }\n`;
const warmup = (more: string): string =>
  `model_warmup { name: "w" batch_size: 2 inputs { key: "x" value { ${more} } } }\n`;
const script = 'class TritonPythonModel:\n    def execute(self, requests):\n        return []\n';

/** The rule, the configuration, whether the model loads, and what else lies in the model folder. */
const asked: readonly (readonly [string, string, boolean, Repository['files']?])[] = [
  ['instance-kind-unknown', `${identity}instance_group { kind: 77 }`, false],
  [
    'batch-strategy-with-sequences',
    `${identity}sequence_batching { }\n${parameter('TRITON_BATCH_STRATEGY_PATH', '/x.so')}`,
    false,
  ],
  ['batch-strategy-missing', identity + parameter('TRITON_BATCH_STRATEGY_PATH', 'x.so'), false, { 'm/x.so': 'x' }],
  ['batch-strategy-missing', identity + parameter('TRITON_BATCH_STRATEGY_PATH', ''), false],
  [
    'growable-memory-misplaced',
    `${identity}sequence_batching { state { input_name: "i" output_name: "o" data_type: TYPE_FP32 dims: 1 use_growable_memory: true } }`,
    true,
  ],
  ['initial-state-invalid', `${identity}sequence_batching { ${state('dims: [ 3, 3 ] zero_data: true')} }`, false],
  ['initial-state-invalid', `${identity}sequence_batching { ${state('dims: [ 2, 3, 3 ] zero_data: true')} }`, false],
  ['python-input-tensors-value', python + parameter('FORCE_CPU_ONLY_INPUT_TENSORS', 'YES'), false],
  ['python-input-tensors-value', python + parameter('FORCE_CPU_ONLY_INPUT_TENSORS', ''), false],
  ['python-environment-path', python + parameter('EXECUTION_ENV_PATH', 'env.tar.gz'), false, { 'm/env.tar.gz': '' }],
  ['python-environment-path', python + parameter('EXECUTION_ENV_PATH', '$$TRITON_MODEL_DIRECTORY/env.tar.gz'), false],
  ['warmup-inputs-missing', identity + warmup('data_type: TYPE_FP32 dims: 3 zero_data: true'), false],
];

describe('oracle: rules taken from the real server', function () {
  this.timeout(180_000);
  if (triton === undefined) {
    // The title says why the server can't be had here.
    it.skip(tritonIsMissing);
    return;
  }
  const environment = triton;
  let server: TritonServer;
  before(async () => {
    server = await TritonServer.start(environment);
  });
  after(() => server.stop());

  for (const [id, config, loads, around] of asked)
    it(`${id}: ...${config.replace(/\s+/g, ' ').trim().slice(-70)}`, async () => {
      const files = { 'm/config.pbtxt': config, 'm/1/model.py': script, ...around };
      const repository: Repository = { files, dirs: [], model: 'm' };
      const ruling = await server.judge(repository);
      equal(ruling.ok, loads, ruling.message);
      const found = (await judge({ ...repository, id })).filter((each) => each.id === id);
      ok(found.length > 0, 'the checker says it too');
      if (!ruling.isAnswer || loads) return;
      const [text = ''] = expectedTexts({ ...repository, id, message: ruling.message });
      ok(
        found.some(({ message }) => message.includes(text)),
        `${text}\n${found.map(({ message }) => message).join('\n')}`,
      );
    });

  it('rate-limiter-resource-kinds: only where the rate limiter is on', async () => {
    const group = (more: string): string =>
      `instance_group { kind: KIND_CPU rate_limiter { resources { name: "R" ${more} count: 2 } } }\n`;
    const repository: Repository = {
      files: { 'm/config.pbtxt': identity + group(''), 'n/config.pbtxt': identity + group('global: true') },
      dirs: ['m/1', 'n/1'],
      model: 'm',
    };
    equal((await server.judge(repository)).ok, true);
    const limited = await TritonServer.start(environment, ['--rate-limit=execution_count']);
    try {
      const ruling = await limited.judge(repository);
      const [said] = (await judge({ ...repository, id: '' })).filter(({ id }) => id === 'rate-limiter-resource-kinds');
      ok(!ruling.ok && ruling.message.includes(said?.message ?? 'nothing'), ruling.message);
    } finally {
      await limited.stop();
    }
  });

  it('ensemble-model-missing: with auto-complete off a part needs a configuration', async () => {
    const step =
      'step { model_name: "part" model_version: -1 input_map { key: "x" value: "IN" } output_map { key: "y" value: "OUT" } }';
    const ensemble = `platform: "ensemble"\ninput { name: "IN" data_type: TYPE_FP32 dims: 1 }\noutput { name: "OUT" data_type: TYPE_FP32 dims: 1 }\nensemble_scheduling { ${step} }\n`;
    const repository: Repository = {
      files: { 'm/config.pbtxt': ensemble, 'part/1/model.py': script },
      dirs: ['m/1'],
      model: 'm',
    };
    const strict = await TritonServer.start(environment, ['--disable-auto-complete-config']);
    try {
      const ruling = await strict.judge(repository);
      const [said] = await judge({ ...repository, id: '', mode: 'strict' });
      equal(ruling.ok, false);
      ok(said && ruling.message.includes(said.message), `${ruling.message}\n${said?.message ?? 'nothing'}`);
    } finally {
      await strict.stop();
    }
  });
});
