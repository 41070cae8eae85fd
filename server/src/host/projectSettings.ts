/** The settings of a project: `[tool.tensorwright]` of its pyproject.toml, and how they join the user's own. */
import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { defaultSettings, readSettings, type Settings } from '../../../protocol/src/settings';
import { child } from './paths';
import { unreadableReason } from './readSource';

export interface ProjectSettings {
  readonly settings: Partial<Settings>;
  /** Sentences that start with the file's place. */
  readonly problems: readonly string[];
}

/**
 * Reads pyproject.toml in a folder; without one, or without the table, there are no settings.
 *
 * A broken file is one problem and no settings.
 */
export function readProjectSettings(root: string, ruleIds?: readonly string[]): ProjectSettings {
  const path = child(root, 'pyproject.toml');
  try {
    const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
    const { settings, problems } = readSettings(tableOf(parse(text)), 'project', ruleIds);
    return { settings, problems: problems.map((problem) => `${path}: ${problem}`) };
  } catch (error) {
    if (isAbsent(error)) return { settings: {}, problems: [] };
    return { settings: {}, problems: [`${brokenAt(path, error)}; its settings are not used`] };
  }
}

const tableOf = (document: Record<string, unknown>): unknown => {
  const tool = document['tool'];
  return typeof tool === 'object' && tool !== null && 'tensorwright' in tool ? tool.tensorwright : undefined;
};

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

function brokenAt(path: string, error: unknown): string {
  if (!(error instanceof TomlError)) return `${path}: ${unreadableReason(error)}`;
  const sentence = error.message.split('\n', 1)[0] ?? 'is not valid TOML';
  return `${path}:${error.line}:${error.column}: ${sentence.replace(/^Invalid TOML document: /, 'not valid TOML: ')}`;
}

/**
 * The settings in force: the user's own before the project's before the defaults.
 *
 * Rules join id by id, patterns add up, and an empty Python path leaves the choice to the project.
 */
export function joinSettings(user: Partial<Settings>, project: Partial<Settings>): Settings {
  return {
    ...defaultSettings,
    ...project,
    ...user,
    rules: { ...project.rules, ...user.rules },
    exclude: [...(project.exclude ?? []), ...(user.exclude ?? [])],
    pythonPath: [user.pythonPath, project.pythonPath].find((path) => path) ?? '',
  };
}
