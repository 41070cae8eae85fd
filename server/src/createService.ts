/** The checker behind the facade: documents, their programs, and what was found, remembered until something changes. */
import { catalogue } from './operators/index';
import { checks, traits } from './hyperparameters/index';
import { exactNamed } from './operators/signature';
import { frameworks } from './frameworks/index';
import { register } from './core/infer/catalogue';
import { registerChecks } from './core/infer/check';
import { Entries, evaluateFile, type FileResult } from './core/infer/entries';
import { Program, type Sources } from './core/infer/program';
import { shapeTable, whyTable, hintsOf, hoverAt } from './core/infer/shown';
import { usesOf } from './core/infer/mentions';
import { PythonFrontEnd, type PythonDocument } from './core/python/frontend';
import type { SyntaxParser } from './core/python/syntax';
import type { PythonFile } from './core/python/tree';
import type { Finding } from './core/finding';
import { withoutSuppressed } from './core/suppressedLines';
import { LineIndex } from './core/text/lines';
import { spanOf } from './core/text/place';
import { applyChanges } from './core/text/changes';
import { isPlanFile, planFindings, planHover, planLenses, planProposals } from './deployPlan/planFiles';
import { annotationAt } from './flow/annotate';
import { flowOf } from './flow/flow';
import { moduleClasses } from './flow/modules';
import { trialOf } from './flow/trial';
import type { ClassValue } from './core/infer/value';
import type { Host, Service, TextChange } from './service';
import { completedConfig } from './triton/complete/print';
import { ConfigFiles, isConfigFile } from './triton/configFiles';
import { Exports } from './triton/exports';

interface Unopened {
  readonly stamp: string;
  readonly tree: PythonFile;
  readonly text: string;
}

interface Remembered {
  readonly result: FileResult;
  readonly recording: boolean;
}

/** Files that are checked and are no Python. */
const isOther = (path: string): boolean => isConfigFile(path) || isPlanFile(path);

export function createService({ host, parser }: { readonly host: Host; readonly parser: SyntaxParser }): Service {
  register(catalogue, exactNamed);
  registerChecks(checks, traits);
  const frontEnd = new PythonFrontEnd(parser);
  const documents = new Map<string, PythonDocument>();
  const unopened = new Map<string, Unopened>();
  const results = new Map<string, Remembered>();
  const entries = new Map<string, Entries>();
  /** Configurations and plans that are open in the editor. */
  const otherTexts = new Map<string, string>();
  const text = (path: string): string | undefined => {
    if (isOther(path)) return otherTexts.get(path) ?? host.read(path)?.text;
    return documents.get(path)?.text ?? source(path)?.text;
  };

  function source(path: string): { readonly tree: PythonFile; readonly text: string } | undefined {
    const open = documents.get(path);
    if (open !== undefined) return { tree: open.file, text: open.text };
    const known = unopened.get(path);
    if (known !== undefined) return known;
    const read = host.read(path);
    if (read === undefined) return undefined;
    const made = { stamp: read.stamp, tree: frontEnd.parse(path, read.text), text: read.text };
    unopened.set(path, made);
    return made;
  }

  const sources: Sources = {
    file: source,
    expression: (content) => frontEnd.expression(content),
    // It grows while files of packages are checked.
    get importRoots() {
      return host.importRoots;
    },
    isFile: (path) => documents.has(path) || host.isFile(path),
  };
  const program = new Program(sources, frameworks);
  const configs = new ConfigFiles({
    files: {
      entries: (folder) => host.entries?.(folder),
      text: (path) => otherTexts.get(path) ?? documents.get(path)?.text ?? host.read(path)?.text,
      size: (path) => host.size?.(path),
      bytes: (path, start, length) => host.bytes?.(path, start, length),
    },
    python: (path) => source(path)?.tree,
    exported: (path) => exportsOf.of(path),
    strict: host.tritonStrict ?? false,
  });

  const exportsOf = new Exports({
    scripts: () => host.workspaceFiles().filter((file) => !isOther(file)),
    text,
    calls: (path) => evaluate(path, false)?.exports ?? [],
    roots: () => host.importRoots,
  });

  /** What hangs on a file is forgotten with it. */
  function changed(path: string): void {
    exportsOf.forget(path);
    for (const dependent of program.forget(path)) {
      results.delete(dependent);
      // Entries of the file itself know by their own text what is still valid.
      if (dependent !== path) entries.delete(dependent);
    }
  }

  function evaluate(path: string, recording: boolean, cancelled: () => boolean = () => false): FileResult | undefined {
    const known = results.get(path);
    if (known !== undefined && (known.recording || !recording)) return known.result;
    const own = entries.get(path) ?? new Entries();
    entries.set(path, own);
    const result = evaluateFile(program, path, own, {
      recording,
      cancelled,
      usesOf: (name) => usesOf(name, path, [path, ...host.workspaceFiles().filter((file) => !isOther(file))], text),
    });
    if (result !== undefined) results.set(path, { result, recording });
    return result;
  }

  function findings(path: string, cancelled?: () => boolean): readonly Finding[] | undefined {
    if (isConfigFile(path)) return configs.findings(path);
    if (isPlanFile(path)) {
      const plan = text(path) ?? '';
      return withoutSuppressed(planFindings(path, plan), plan);
    }
    const content = source(path);
    if (content === undefined || content.tree.ignored) return [];
    const result = evaluate(path, false, cancelled);
    if (result === undefined) return undefined;
    if (content.tree.suppressions.size === 0) return result.findings;
    const lines = new LineIndex(content.text);
    return result.findings.filter((finding) => {
      const ids = content.tree.suppressions.get(lines.position(spanOf(finding.place).start).line);
      return ids === undefined || (ids.length > 0 && !ids.includes(finding.id));
    });
  }

  const moduleNamed = (path: string, name: string): ClassValue | undefined =>
    isOther(path) ? undefined : moduleClasses(program, path).find(({ node }) => node.name === name);

  return {
    open(path, content) {
      configs.forget();
      if (isOther(path)) {
        otherTexts.set(path, content);
        return;
      }
      documents.set(path, frontEnd.open(path, content));
      changed(path);
    },
    change(path, changes: readonly TextChange[]) {
      configs.forget();
      const config = otherTexts.get(path);
      if (config !== undefined) {
        otherTexts.set(path, applyChanges(config, changes));
        return;
      }
      const document = documents.get(path);
      if (document === undefined) return;
      document.edit(changes);
      changed(path);
    },
    close(path) {
      configs.forget();
      otherTexts.delete(path);
      documents.delete(path);
      unopened.delete(path);
      changed(path);
    },
    filesChanged(paths) {
      configs.forget();
      exportsOf.forgetList();
      for (const path of paths) {
        unopened.delete(path);
        changed(path);
      }
    },
    text,
    findings,
    hover(path, offset) {
      if (isConfigFile(path)) return configs.hover(path, offset);
      if (isPlanFile(path)) return planHover(text(path) ?? '', offset);
      const result = evaluate(path, true);
      const content = source(path);
      return result && content && hoverAt(result, content.tree, content.text, offset);
    },
    hints(path, span) {
      if (isOther(path)) return [];
      const result = evaluate(path, true);
      return result === undefined ? [] : hintsOf(result, span);
    },
    shapes(path) {
      if (isOther(path)) return [];
      const result = evaluate(path, true);
      return result === undefined ? [] : shapeTable(result, text(path) ?? '');
    },
    why(path) {
      if (isOther(path)) return [];
      const result = evaluate(path, true);
      return result === undefined ? [] : whyTable(result, text(path) ?? '');
    },
    modules: (path) =>
      isOther(path) ? [] : moduleClasses(program, path).map(({ node }) => ({ name: node.name, span: spanOf(node) })),
    flow(path, name, chosen) {
      const cls = moduleNamed(path, name);
      return cls && flowOf(program, path, cls, chosen);
    },
    trial(path, name, chosen) {
      const cls = moduleNamed(path, name);
      return cls === undefined ? `the file has no module class ${name}` : trialOf(program, path, cls, chosen);
    },
    annotation: (path, offset) => (isOther(path) ? undefined : annotationAt(program, path, text(path) ?? '', offset)),
    proposals(path, offset) {
      if (isPlanFile(path)) return planProposals(text(path) ?? '', offset);
      return isConfigFile(path) ? configs.proposals(path, offset) : [];
    },
    lenses: (path) => (isPlanFile(path) ? planLenses(text(path) ?? '') : []),
    outline: (path) => (isConfigFile(path) ? configs.outline(path) : []),
    formatted: (path) => (isConfigFile(path) ? configs.formatted(path) : undefined),
    definition: (path, offset) => (isConfigFile(path) ? configs.definition(path, offset) : undefined),
    tensor: (path, offset) => (isConfigFile(path) ? configs.tensor(path, offset) : undefined),
    rename: (path, offset, newName) =>
      isConfigFile(path)
        ? configs.rename(path, offset, newName)
        : { problem: 'Only configurations have tensors to rename.' },
    tokens: (path) => (isConfigFile(path) ? configs.tokens(path) : []),
    completedConfig(folder, gpus) {
      const model = configs.modelIn(folder);
      return model && completedConfig(model, gpus);
    },
    completedView: (path, gpus) => configs.completedView(path, gpus),
    newConfig: (path) => configs.newConfig(path),
  };
}
