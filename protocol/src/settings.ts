/**
 * The settings, defined once: `tensorwright.*` in the editor and `[tool.tensorwright]` in pyproject.toml.
 *
 * The manifest's entries and docs/settings.md are generated from `settingDefinitions`; the language server and the
 * command line read what the user wrote with `readSettings`.
 */

export const severities = ['error', 'warning', 'information', 'hint', 'off'] as const;
/** What a finding is reported as; `off` leaves it out. */
export type RuleSeverity = (typeof severities)[number];

export const traceLevels = ['off', 'messages', 'verbose'] as const;
export type TraceLevel = (typeof traceLevels)[number];

export interface Settings {
  readonly enable: boolean;
  readonly inlayHints: boolean;
  /** Finding id -> severity. */
  readonly rules: Readonly<Record<string, RuleSeverity>>;
  /** Rule of the diagnosis -> name of a threshold -> number; docs/diagnosis/ names them. */
  readonly thresholds: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** An interpreter or an environment's folder; empty: found by itself. */
  readonly pythonPath: string;
  /** Glob patterns, relative to the workspace folder, of files that are not checked. */
  readonly exclude: readonly string[];
  /** Triton as with `--disable-auto-complete-config`. */
  readonly tritonStrict: boolean;
  /** GPUs of the machine that serves, which completed configurations list. */
  readonly tritonGpus: number;
  /** Folders, relative to the workspace folder, that hold models; none: found by themselves. */
  readonly models: readonly string[];
  /** Runs that are started from the editor take commands. */
  readonly control: boolean;
  readonly 'trace.server': TraceLevel;
}

/** How a value is written, which is also how the manifest describes it. */
export type SettingKind = 'flag' | 'count' | 'text' | 'texts' | 'rules' | 'thresholds' | 'trace';

export interface SettingDefinition<Value> {
  readonly kind: SettingKind;
  readonly default: Value;
  /** Markdown, one paragraph. */
  readonly description: string;
  /** Who may set it: VS Code's own words. */
  readonly scope: 'resource' | 'machine-overridable' | 'window';
  /** Whether pyproject.toml may set it too. */
  readonly project: boolean;
}

export const settingDefinitions: { readonly [Key in keyof Settings]: SettingDefinition<Settings[Key]> } = {
  enable: {
    kind: 'flag',
    default: true,
    description: 'Check Python files while you type.',
    scope: 'resource',
    project: false,
  },
  inlayHints: {
    kind: 'flag',
    default: false,
    description:
      "Show the shape of each assigned tensor behind its name. VS Code's `editor.inlayHints.enabled` must allow hints.",
    scope: 'resource',
    project: false,
  },
  rules: {
    kind: 'rules',
    default: {},
    description:
      'Severity of findings by id, for example `{"conv-channel-mismatch": "warning"}`. `off` leaves a finding out. One line is silenced with the comment `# tensorwright: ignore[id]`.',
    scope: 'resource',
    project: true,
  },
  thresholds: {
    kind: 'thresholds',
    default: {},
    description:
      'Numbers from which the diagnosis of training runs speaks, by rule and name, for example `{"dead-relu": {"warn": 0.7}}`. The page of each rule in `docs/diagnosis/` has its own. They are kept with the run that is started with them.',
    scope: 'resource',
    project: true,
  },
  pythonPath: {
    kind: 'text',
    default: '',
    description:
      'Python interpreter, or folder of a virtual environment, whose installed packages imports are followed into. Only sources are read, nothing is run. Empty: the environment selected in the Python extension, else the active one, else `.venv` or `venv` beside the code.',
    scope: 'machine-overridable',
    project: true,
  },
  exclude: {
    kind: 'texts',
    default: [],
    description:
      'Glob patterns, relative to the workspace folder, of files to leave out, for example `third_party/**`. Virtual environments, `node_modules` and hidden folders are always left out.',
    scope: 'resource',
    project: true,
  },
  tritonStrict: {
    kind: 'flag',
    default: false,
    description:
      'Check Triton configurations as a server with `--disable-auto-complete-config` reads them: inputs and outputs have to be complete in `config.pbtxt`.',
    scope: 'resource',
    project: true,
  },
  tritonGpus: {
    kind: 'count',
    default: 0,
    description:
      'GPUs of the machine that Triton runs on. They decide the kind of the instances in a completed configuration.',
    scope: 'resource',
    project: true,
  },
  models: {
    kind: 'texts',
    default: [],
    description:
      'Folders that hold models, relative to the workspace folder, in the layout of a Triton repository: `MODEL/VERSION/model.onnx`. Empty: every folder of the workspace that looks so.',
    scope: 'resource',
    project: true,
  },
  control: {
    kind: 'flag',
    default: false,
    description:
      'Allow commands to training runs that are started from this workspace: pause, step, learning rate, batch size, stop after a checkpoint. Commands act at step boundaries and are recorded with the run.',
    scope: 'resource',
    project: false,
  },
  'trace.server': {
    kind: 'trace',
    default: 'off',
    description: 'Log the messages between VS Code and the language server to the Tensorwright output channel.',
    scope: 'window',
    project: false,
  },
};

export const settingKeys = Object.keys(settingDefinitions) as readonly (keyof Settings)[];

export const defaultSettings: Settings = {
  enable: settingDefinitions.enable.default,
  inlayHints: settingDefinitions.inlayHints.default,
  rules: settingDefinitions.rules.default,
  thresholds: settingDefinitions.thresholds.default,
  pythonPath: settingDefinitions.pythonPath.default,
  exclude: settingDefinitions.exclude.default,
  tritonStrict: settingDefinitions.tritonStrict.default,
  tritonGpus: settingDefinitions.tritonGpus.default,
  models: settingDefinitions.models.default,
  control: settingDefinitions.control.default,
  'trace.server': settingDefinitions['trace.server'].default,
};

/** What was read, and a sentence for each part that could not be. */
export interface SettingsRead {
  readonly settings: Partial<Settings>;
  readonly problems: readonly string[];
}

/**
 * Reads settings from an editor's configuration or a TOML table.
 *
 * What has the wrong form is left out and named in `problems`; keys may be written in camelCase or kebab-case.
 *
 * @param source `project` knows only the keys of pyproject.toml
 * @param ruleIds the ids that `rules` may name; any where absent
 */
export function readSettings(raw: unknown, source: 'editor' | 'project', ruleIds?: readonly string[]): SettingsRead {
  if (raw === undefined || raw === null) return { settings: {}, problems: [] };
  if (!isRecord(raw)) return { settings: {}, problems: ['the settings must be a table of keys and values'] };
  const settings: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [written, value] of Object.entries(flatten(raw))) {
    const key = settingKeys.find((known) => known === camelCase(written));
    if (key === undefined || (source === 'project' && !settingDefinitions[key].project)) {
      problems.push(`unknown setting '${written}'; known are ${namesOf(source)}`);
      continue;
    }
    const read = readValue(settingDefinitions[key].kind, value, ruleIds);
    if (read.value !== undefined) settings[key] = read.value;
    problems.push(...read.problems.map((problem) => `'${written}' ${problem}`));
  }
  return { settings, problems };
}

interface ValueRead {
  /** Absent where nothing of it can be used. */
  readonly value?: unknown;
  readonly problems: readonly string[];
}

function readValue(kind: SettingKind, value: unknown, ruleIds: readonly string[] | undefined): ValueRead {
  switch (kind) {
    case 'flag':
      return typeof value === 'boolean' ? whole(value) : unusable('must be true or false');
    case 'count':
      return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1024
        ? whole(value)
        : unusable('must be a whole number from 0 to 1024');
    case 'text':
      return typeof value === 'string' ? whole(value) : unusable('must be a string');
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
        ? whole(value)
        : unusable('must be a list of strings');
    case 'trace':
      return isOneOf(traceLevels, value) ? whole(value) : unusable(`must be one of ${traceLevels.join(', ')}`);
    case 'rules':
      return isRecord(value) ? readRules(value, ruleIds) : unusable('must be a table of finding ids and severities');
    case 'thresholds':
      // The rules are not known here: who judges with them says which part can't be used.
      return isRecord(value) ? whole(value) : unusable('must be a table of rule ids and their thresholds');
    default:
      return kind satisfies never;
  }
}

/** The entries that can be used; one slip doesn't cost the others. */
function readRules(raw: Record<string, unknown>, ruleIds: readonly string[] | undefined): ValueRead {
  const problems: string[] = [];
  const usable = Object.entries(raw).filter(([id, severity]) => {
    if (ruleIds !== undefined && !ruleIds.includes(id)) problems.push(`names the unknown finding '${id}'`);
    else if (!isOneOf(severities, severity)) problems.push(`must give '${id}' one of ${severities.join(', ')}`);
    else return true;
    return false;
  });
  return { value: Object.fromEntries(usable), problems };
}

const whole = (value: unknown): ValueRead => ({ value, problems: [] });
const unusable = (problem: string): ValueRead => ({ problems: [problem] });

/** `{trace: {server: 'off'}}` as `{'trace.server': 'off'}`; other tables are values. */
function flatten(raw: Record<string, unknown>): Record<string, unknown> {
  const { trace, ...rest } = raw;
  if (trace === undefined) return rest;
  return isRecord(trace) && 'server' in trace ? { ...rest, 'trace.server': trace.server } : { ...rest, trace };
}

const namesOf = (source: 'editor' | 'project'): string =>
  settingKeys.filter((key) => source === 'editor' || settingDefinitions[key].project).join(', ');

const camelCase = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const isOneOf = (values: readonly string[], value: unknown): boolean =>
  typeof value === 'string' && values.includes(value);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
