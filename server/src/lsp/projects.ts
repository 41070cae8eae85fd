/** The projects of the workspace: one a folder, opened when first needed, and one for files that lie in none. */
import type { Settings } from '../../../protocol/src/settings';
import { isInside } from '../host/paths';
import { openProject, type Project, type StartService } from '../host/project';

export interface ProjectsOptions {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly ruleIds: readonly string[];
  readonly onSettingsProblem: (sentence: string) => void;
  readonly onFileProblem: (sentence: string) => void;
  /** Files open in the editor, for the project of those that lie in no folder. */
  readonly openPaths: () => readonly string[];
}

export class Projects {
  private readonly opened = new Map<string, Project>();
  private startService: StartService | undefined;
  private roots: readonly string[] = [];
  private settings: ReadonlyMap<string, Partial<Settings>> = new Map();

  constructor(private readonly options: ProjectsOptions) {}

  /** The project that a file belongs to: that of the innermost folder. */
  of(path: string): Project {
    return this.at(this.rootOf(path));
  }

  /** The projects of all workspace folders. */
  all(): readonly Project[] {
    return this.roots.map((root) => this.at(root));
  }

  /** The projects that have been needed so far. */
  inUse(): readonly Project[] {
    return [...this.opened.values()];
  }

  /** Whether a file lies in a workspace folder. */
  hold(path: string): boolean {
    return this.rootOf(path) !== '';
  }

  /** Sets folders and the user's settings by folder ('' for files in none); every project starts anew. */
  configure(
    startService: StartService,
    roots: readonly string[],
    settings: ReadonlyMap<string, Partial<Settings>>,
  ): void {
    this.startService = startService;
    this.roots = roots;
    this.settings = settings;
    this.opened.clear();
  }

  /** Starts the project of a folder anew, as when its pyproject.toml has changed. */
  restart(project: Project): void {
    this.opened.delete(project.root);
  }

  private rootOf(path: string): string {
    const holding = this.roots.filter((root) => isInside(path, root));
    return holding.reduce((longest, root) => (root.length > longest.length ? root : longest), '');
  }

  private at(root: string): Project {
    const known = this.opened.get(root);
    if (known) return known;
    if (!this.startService) throw new Error('asked for a project before the settings are known');
    const project = openProject({
      ...this.options,
      startService: this.startService,
      ...(root === '' ? { files: this.options.openPaths() } : { root }),
      user: this.settings.get(root) ?? this.settings.get('') ?? {},
    });
    this.opened.set(root, project);
    return project;
  }
}
