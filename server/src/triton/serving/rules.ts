/** The rules for models of TensorFlow Serving; few and of one kind, so they share a file. */
import { nameOfField, placeOf, type Problem } from '../rule';
import type { Message } from '../textFormat/message';
import type { ServingRule } from './check';

const config = (fields: string): string => `model_config_list { config { ${fields} } }`;
const resnet = 'name: "resnet" base_path: "/models/resnet"';

const repeatedName: ServingRule = {
  id: 'serving-name-repeated',
  severity: 'error',
  source: 'server_core.cc',
  summary: 'A model is listed twice.',
  why: 'A name stands for one model. Serve several versions by `model_version_policy` instead.',
  bad: `model_config_list {\n  config { ${resnet} model_platform: "tensorflow" }\n  config { ${resnet} model_platform: "tensorflow" }\n}`,
  good: config(`${resnet} model_platform: "tensorflow"`),
  *check(models) {
    const seen = new Set<string>();
    for (const model of models) {
      const name = model.text('name');
      if (seen.size === seen.add(name).size)
        yield {
          message: `Illegal to list model ${name} multiple times in config list`,
          at: placeOf(model, 'name'),
        };
    }
  },
};

const relativePath: ServingRule = {
  id: 'serving-path-relative',
  severity: 'warning',
  source: 'server_core.cc',
  summary: 'The base path is relative.',
  why: 'A relative path works only where the server is started with a root folder for models. Write an absolute path or a URI.',
  bad: config('name: "resnet" base_path: "models/resnet" model_platform: "tensorflow"'),
  good: config(`${resnet} model_platform: "tensorflow"`),
  *check(models) {
    for (const model of models) {
      const path = model.text('base_path');
      if (!path.startsWith('/') && !path.includes('://'))
        yield {
          message: `Expected model ${model.text('name')} to have an absolute path or URI; got base_path()=${path}`,
          at: placeOf(model, 'base_path'),
        };
    }
  },
};

const platform: ServingRule = {
  id: 'serving-platform',
  severity: 'error',
  source: 'server_core.cc',
  summary: 'The platform of a model is missing, written twice, or no longer served.',
  why: 'Write `model_platform: "tensorflow"`; `model_type` is the older form of the same.',
  bad: config(resnet),
  good: config(`${resnet} model_platform: "tensorflow"`),
  *check(models) {
    for (const model of models) {
      const [type, name] = [model.number('model_type'), model.text('model_platform')];
      const about = `Illegal setting`;
      if (type === 0 && name === '')
        yield {
          message: `${about} neither ModelServerConfig::model_type nor ModelServerConfig::model_platform`,
          at: placeOf(model, 'name'),
        };
      else if (type !== 0 && name !== '')
        yield {
          message: `${about} both ModelServerConfig::model_type(deprecated) and ModelServerConfig::model_platform`,
          at: placeOf(model, 'model_type'),
        };
      else if (type === 2)
        yield {
          message: `${about} ModelServerConfig::model_type: choice OTHER is not supported`,
          at: placeOf(model, 'model_type'),
        };
    }
  },
};

const labels: ServingRule = {
  id: 'serving-label-version',
  severity: 'warning',
  source: 'server_core.cc UpdateModelVersionLabelMap',
  summary: 'A label stands for a version that is not served.',
  why: 'A label can only be given to a version that is loaded: list it under `specific`, wait until it is served, then move the label. At the first start no version is loaded yet: a server whose file has labels needs `--allow_version_labels_for_unavailable_models`, and even with it a label that is in use moves only to a loaded version.',
  bad: config(
    `${resnet} model_platform: "tensorflow" model_version_policy { specific { versions: 1 } } version_labels { key: "stable" value: 2 }`,
  ),
  good: config(
    `${resnet} model_platform: "tensorflow" model_version_policy { specific { versions: 2 } } version_labels { key: "stable" value: 2 }`,
  ),
  *check(models) {
    for (const model of models) {
      const specific = model.one('model_version_policy')?.one('specific');
      for (const [label, entry] of model.entries('version_labels')) yield* labelProblems(model, specific, label, entry);
    }
  },
};

function* labelProblems(
  model: Message,
  specific: Message | undefined,
  label: string,
  entry: Message,
): Iterable<Problem> {
  const version = entry.number('value');
  if (specific && !specific.numbers('versions').includes(version))
    yield {
      message: `Request to assign label to version ${version} of model ${model.text('name')}, which is not currently available for inference`,
      at: placeOf(entry, 'value'),
    };
  if (/[/:]/.test(label))
    yield { message: `the label '${label}' can not be reached over REST`, at: placeOf(entry, 'key') };
}

const noVersions: ServingRule = {
  id: 'serving-specific-empty',
  severity: 'warning',
  source: 'file_system_storage_path_source.cc',
  summary: 'The version policy lists no version.',
  why: '`specific { }` serves nothing; the server waits.',
  bad: config(`${resnet} model_platform: "tensorflow" model_version_policy { specific { } }`),
  good: config(`${resnet} model_platform: "tensorflow" model_version_policy { specific { versions: 1 } }`),
  *check(models) {
    for (const model of models) {
      const policy = model.one('model_version_policy');
      const specific = policy?.one('specific');
      if (policy && specific && !specific.has('versions'))
        yield { message: 'No specific versions requested', at: nameOfField(policy, 'specific') };
    }
  },
};

export const servingRules: readonly ServingRule[] = [labels, noVersions, platform, relativePath, repeatedName];
