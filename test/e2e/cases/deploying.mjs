/** Versions of a real model in service: a canary that is promoted, a bad one that goes back by itself, a rollback. */
import { equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../../../scripts/paths.mjs';
import { Unavailable } from '../../../scripts/unavailable.mjs';
import { until } from '../driver/until.mjs';

const python = inRoot('.cache', 'venv', 'bin', 'python');

export const name = 'deploying';
export const opens = { settings: { 'editor.minimap.enabled': false } };

/**
 * Version 1 and 2 double their input. Version 3 adds a root to it, which is NaN under -1.5: its warm-up asks for nothing
 * outside -1 to 1, the users do.
 */
const makeModels = `
import os
import onnx
from onnx import TensorProto, helper

def save(version, nodes):
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 4]) for name in ("x", "y")]
    graph = helper.make_graph(nodes, "double", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    os.makedirs(f"models/double/{version}")
    onnx.save(model, f"models/double/{version}/model.onnx")

save(1, [helper.make_node("Add", ["x", "x"], ["y"])])
save(2, [helper.make_node("Sum", ["x", "x"], ["y"])])
save(3, [
    helper.make_node("Constant", [], ["c"], value_float=1.5),
    helper.make_node("Add", ["x", "c"], ["s"]),
    helper.make_node("Sqrt", ["s"], ["r"]),
    helper.make_node("Add", ["r", "x"], ["y"]),
])
`;

/** Quick enough to be watched; wide margins, since few requests come. */
const plan = `warmup: 5
steps:
  - { weight: 50, minRequests: 40, dwell: 2s, limit: 120s }
gates:
  - { kind: errors, margin: 0.3 }
  - { kind: nonFinite, budget: 0.2 }
soak: 3s
`;

const front = (folder) => {
  const path = join(folder, '.tensorwright', 'front.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
};

/** One request as a client sends it; answers with the version that served it. */
async function ask(folder, unit) {
  const inputs = [{ name: 'x', shape: [1, 4], datatype: 'FP32', data: [1, -2, 3, 4] }];
  const response = await fetch(`http://127.0.0.1:${front(folder)?.port}/v2/models/double/infer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-unit-id': String(unit) },
    body: JSON.stringify({ inputs }),
  });
  await response.arrayBuffer();
  return { status: response.status, version: response.headers.get('x-model-version') };
}

/** Users that keep asking until they are told to stop; answers with what they got. */
function users(folder) {
  let going = true;
  const seen = [];
  const done = (async () => {
    for (let unit = 0; going; unit++) {
      seen.push(await ask(folder, unit).catch((error) => ({ status: 0, error })));
      await new Promise((next) => setTimeout(next, 10));
    }
  })();
  return async () => {
    going = false;
    await done;
    return seen;
  };
}

/** Through the palette: the version of the only model in a list, and the button under the plan. */
async function deploy(workbench, version, shot) {
  await workbench.pick('Tensorwright: Deploy Model...', version);
  await workbench.dialog(`Deploying version ${version} of double?`, () => shot(`plan-${version}`), 'Deploy');
}

export const tests = [
  [
    'Deploy Model shows the plan, and the first version gets all traffic',
    async ({ workbench, shot, folder }) => {
      if (!existsSync(python)) throw new Unavailable('deploying: no Python in .cache/venv; run the oracle tests once');
      const made = spawnSync(python, ['-c', makeModels], { cwd: folder, encoding: 'utf8' });
      if (made.status !== 0) throw new Unavailable(`deploying: no models could be made: ${made.stderr.trim()}`);
      writeFileSync(join(folder, 'deploy.yaml'), plan);
      await deploy(workbench, '1', shot);
      await workbench.webviewText('promoted', (words) => /double 1 on embedded\s*promoted/.test(words));
      await shot('first');
      equal((await ask(folder, 1)).version, '1');
    },
  ],
  [
    'a canary is watched, and promoted when its gates have passed',
    async ({ workbench, shot, folder }) => {
      const stop = users(folder);
      try {
        await deploy(workbench, '2', shot);
        await workbench.webviewText('both versions', (words) => words.includes('50 % of units'));
        await shot('canary');
        await workbench.webviewText('promoted', (words) => /double 1 → 2 on embedded\s*promoted\n/.test(words));
        await shot('promoted');
      } finally {
        const seen = await stop();
        equal(seen.filter(({ status }) => status !== 200).length, 0, 'requests that failed');
      }
      equal((await ask(folder, 1)).version, '2');
    },
  ],
  [
    'a version that its warm-up finds nothing wrong with is caught in its canary and goes back by itself',
    async ({ workbench, shot, folder }) => {
      // Its shadow would find it before any user does.
      writeFileSync(join(folder, 'deploy.yaml'), `shadow: off\n${plan}`);
      const stop = users(folder);
      try {
        await deploy(workbench, '3', shot);
        await workbench.webviewText('the verdict', (words) => /nonFinite/.test(words) && /NaN/.test(words));
        await workbench.webviewText('the way back', (words) => words.includes('back at the baseline'));
        await shot('back');
      } finally {
        const seen = await stop();
        ok(seen.some(({ version }) => version === '2'));
        ok(
          seen.some(({ version }) => version === '3'),
          'users who saw it',
        );
      }
      equal((await ask(folder, 1)).version, '2');
    },
  ],
  [
    'Roll Back leads to an earlier version',
    async ({ workbench, shot, folder }) => {
      await workbench.pick('Tensorwright: Roll Back Deployment...', 'double 2');
      await workbench.entry('1');
      await until(
        'the old version',
        async () => (await ask(folder, 1)).version,
        (version) => version === '1',
      );
      await workbench.command('Tensorwright: Show Canary');
      await shot('rolled-back');
    },
  ],
  [
    'the lines above a plan say what its steps wait for, and show the plan in words',
    async ({ workbench, shot }) => {
      await workbench.openFile('deploy.yaml');
      const line = (words) => workbench.page.locator('.codelens-decoration', { hasText: words }).first();
      await line('Needs ').waitFor();
      await shot('plan-lenses');
      await line('Dry Run...').getByText('Dry Run...', { exact: true }).click();
      await workbench.entry('2');
      await workbench.text('the plan in words', (words) => words.includes('version 2'));
      await shot('dry-run');
    },
  ],
];

/** Nothing is left behind: the front outlives the editor on purpose. */
export function after({ folder }) {
  spawnSync(process.execPath, [
    inRoot('dist', 'cli.js'),
    'front',
    'stop',
    '--state-dir',
    join(folder, '.tensorwright'),
  ]);
}
