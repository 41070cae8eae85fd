import { rule } from '../rule';
import { parameterOf } from './shared/parameters';

const FOLDER = '$$TRITON_MODEL_DIRECTORY';

export const pythonEnvironmentPath = rule({
  id: 'python-environment-path',
  phase: 'start',
  severity: 'warning',
  source: 'python_be.cc, pb_env.cc',
  summary: 'The Python environment of a model is named by a path that the server may not find.',
  why: 'A relative path counts from the working directory of the server. `$$TRITON_MODEL_DIRECTORY/env.tar.gz`, with two dollar signs, is a file in the model folder.',
  bad: 'backend: "python"\nparameters { key: "EXECUTION_ENV_PATH" value { string_value: "env.tar.gz" } }',
  good: 'backend: "python"\nparameters { key: "EXECUTION_ENV_PATH" value { string_value: "/opt/env.tar.gz" } }',
  *check({ model, config }) {
    const path = parameterOf(config, 'EXECUTION_ENV_PATH');
    if (config.text('backend') !== 'python' || !path || path.value === '' || path.value.startsWith('/')) return;
    const isInside = path.value.startsWith(`${FOLDER}/`);
    const real = isInside ? `${model.folder}${path.value.slice(FOLDER.length)}` : path.value;
    const { files } = model.world;
    if (isInside && (model.entries === undefined || files.size(real) !== undefined || files.entries(real))) return;
    const better = `"${FOLDER}/${path.value.replace(/^\$*\{?TRITON_MODEL_DIRECTORY\}?\//, '').replace(/^\.\//, '')}"`;
    yield {
      message: `Failed to get the canonical path for ${real}.`,
      at: path.at,
      fixes: isInside || !path.at ? [] : [{ title: `Write ${better}`, changes: [{ span: path.at, newText: better }] }],
    };
  },
});
