/**
 * One workspace folder being checked: its settings, its files, its Python environment and the service over them.
 * The language server and the command line see the same findings because both ask here.
 */
import { defaultSettings, type Settings } from '../../../protocol/src/settings';
import type { Finding, Severity } from '../core/finding';
import type { Host, Service } from '../service';
import { excludes, isLeftOutName } from './exclude';
import { FileHost } from './fileHost';
import { insideOf } from './paths';
import { joinSettings, readProjectSettings } from './projectSettings';
import { findEnvironment, interpreterOf } from './pythonEnvironment';

/** Makes the service; handed in, so that tests may hand in another. */
export type StartService = (host: Host) => Service;

export interface ProjectOptions {
  /** Absent for files that lie in no workspace folder. */
  readonly root?: string;
  /** What the user set in the editor or on the command line. */
  readonly user: Partial<Settings>;
  readonly startService: StartService;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Told what is wrong with the settings, a sentence each. */
  readonly onSettingsProblem: (sentence: string) => void;
  /** Told which file or folder could not be read and why, a sentence each. */
  readonly onFileProblem: (sentence: string) => void;
  /** The files of the workspace where they are known already. */
  readonly files?: readonly string[];
  /** The ids that settings may name. */
  readonly ruleIds?: readonly string[];
}

export interface Project {
  /** '' where there is no workspace folder. */
  readonly root: string;
  readonly settings: Settings;
  readonly host: FileHost;
  readonly service: Service;
  /** Of the environment whose packages are read. Run by explicit orders of the user's alone. */
  readonly interpreter: string | undefined;
  /** Whether the settings leave out a path, relative to the root. */
  excludes(relative: string): boolean;
  /** Whether a file is the user's own and not left out by the settings. */
  covers(path: string): boolean;
  /** Severity as set, `off` left out, most severe first; undefined when cancelled. */
  findings(path: string, cancelled?: () => boolean): readonly Finding[] | undefined;
}

/** Opens a project. What is wrong with its settings is told once, here. */
export function openProject(options: ProjectOptions): Project {
  const { root, user } = options;
  const roots = root === undefined ? [] : [root];
  const own = root === undefined ? { settings: {}, problems: [] } : readProjectSettings(root, options.ruleIds);
  const settings = joinSettings(user, own.settings);
  const question = { setting: settings.pythonPath, roots, variables: options.variables };
  const python = findEnvironment(question);
  [...own.problems, ...(python.problem === undefined ? [] : [python.problem])].forEach((problem) =>
    options.onSettingsProblem(problem),
  );
  const excluded = excludes(settings.exclude);
  const host = new FileHost({
    roots,
    packages: python.environment?.packages ?? [],
    excluded,
    onProblem: (path, reason) => options.onFileProblem(`${path} ${reason}`),
    files: root === undefined ? (options.files ?? []) : options.files,
    tritonStrict: settings.tritonStrict,
  });
  const service = options.startService(host);
  return {
    root: root ?? '',
    settings,
    host,
    service,
    interpreter: interpreterOf(python.environment, question),
    excludes: excluded,
    covers(path) {
      const relative = root === undefined ? path : insideOf(path, root);
      return !excluded(relative) && !relative.split('/').slice(0, -1).some(isLeftOutName);
    },
    findings(path, cancelled) {
      host.admit(path);
      const found = service.findings(path, cancelled);
      return found && withSeverities(found, settings.rules);
    },
  };
}

const order: Readonly<Record<Severity, number>> = { error: 0, warning: 1, information: 2, hint: 3 };

/** Findings with the severities that the user set for their ids. */
function withSeverities(findings: readonly Finding[], rules: Settings['rules']): readonly Finding[] {
  if (rules === defaultSettings.rules || Object.keys(rules).length === 0) return findings;
  return findings
    .flatMap((finding) => {
      const severity = rules[finding.id] ?? finding.severity;
      if (severity === 'off') return [];
      return [severity === finding.severity ? finding : { ...finding, severity }];
    })
    .sort((a, b) => order[a.severity] - order[b.severity]);
}
