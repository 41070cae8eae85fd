/** `models.config` of TensorFlow Serving: ModelServerConfig. Facts of its .proto files; the words are ours. */
import { enumeration, many, map, message, one } from './build';

const prefix = 'tensorflow.serving';

const versionPolicy = message(
  `${prefix}.FileSystemStoragePathSourceConfig.ServableVersionPolicy`,
  {
    latest: one(
      message(`${prefix}.FileSystemStoragePathSourceConfig.ServableVersionPolicy.Latest`, {
        num_versions: one('uint32', 'How many; 0 counts as 1.', { omitted: '1' }),
      }),
      'The versions with the highest numbers.',
      { oneof: 'policy_choice' },
    ),
    all: one(message(`${prefix}.FileSystemStoragePathSourceConfig.ServableVersionPolicy.All`, {}), 'Every version.', {
      oneof: 'policy_choice',
    }),
    specific: one(
      message(`${prefix}.FileSystemStoragePathSourceConfig.ServableVersionPolicy.Specific`, {
        versions: many('int64', 'The numbers.'),
      }),
      'The versions listed.',
      { oneof: 'policy_choice' },
    ),
  },
  'Which versions on the disk are served.',
);

const sampling = message(`${prefix}.SamplingConfig`, {
  sampling_rate: one('double', 'Share of the requests, from 0 to 1.'),
});
const collector = message(`${prefix}.LogCollectorConfig`, {
  type: one('string', 'Kind of collector.'),
  filename_prefix: one('string', 'What its files begin with.'),
});

const modelConfig = message(
  `${prefix}.ModelConfig`,
  {
    name: one('string', 'Name of the model in requests; once in the list.'),
    base_path: one('string', 'Folder, absolute or a URI, whose sub-folders are numbered versions.'),
    model_type: one(
      enumeration(`${prefix}.ModelType`, {
        MODEL_TYPE_UNSPECIFIED: '',
        TENSORFLOW: 'A SavedModel.',
        OTHER: 'No longer supported.',
      }),
      'Older way to say `model_platform: "tensorflow"`.',
    ),
    model_platform: one('string', 'Usually "tensorflow".'),
    model_version_policy: one(versionPolicy, 'Which versions are served.', { omitted: 'the newest' }),
    version_labels: map(
      'string',
      'int64',
      'Names for versions, such as stable and canary. The version must be served already.',
    ),
    logging_config: one(
      message(`${prefix}.LoggingConfig`, {
        log_collector_config: one(collector, 'Where requests are logged.'),
        sampling_config: one(sampling, 'How many of them.'),
      }),
      'Log of requests.',
    ),
  },
  'One model.',
);

export const modelServerConfig = message(
  `${prefix}.ModelServerConfig`,
  {
    model_config_list: one(
      message(`${prefix}.ModelConfigList`, { config: many(modelConfig, 'The models.') }),
      'The models to serve; those that are not listed are unloaded.',
      { oneof: 'config' },
    ),
    custom_model_config: one(
      message('google.protobuf.Any', {
        type_url: one('string', 'Type of the message.'),
        value: one('bytes', 'The message, encoded.'),
      }),
      'A configuration of your own build of the server.',
      { oneof: 'config' },
    ),
  },
  'What TensorFlow Serving serves.',
);
