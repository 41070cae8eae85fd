/**
 * Writes what is derived from the sources: the settings in package.json, docs/settings.md, docs/rules/, docs/diagnosis/,
 * docs/coverage.md, and media/deploy.schema.json.
 *
 * `node scripts/generate.mjs` writes; `--check` only names what is stale and exits with 1.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { coveragePage } from './coverage-page.mjs';
import { isMain } from './isMain.mjs';
import { loadTypeScript } from './loadTypeScript.mjs';
import { filesUnder, fromRoot, inRoot } from './paths.mjs';

const notice = '<!-- Written by scripts/generate.mjs; change the source it names instead. -->';

/**
 * What the generated files should hold.
 *
 * @returns {Promise<Map<string, string>>} path from the root -> text
 */
export async function generatedFiles() {
  const settings = await loadTypeScript(inRoot('protocol', 'src', 'settings.ts'));
  const { ruleTexts } = await loadTypeScript(inRoot('server', 'src', 'rules', 'index.ts'));
  const { rulePage } = await loadTypeScript(inRoot('server', 'src', 'rules', 'page.ts'));
  const { rules: diagnosisRules } = await loadTypeScript(
    inRoot('runtime-bridge', 'node', 'diagnosis', 'rules', 'index.ts'),
  );
  const { planSchema } = await loadTypeScript(inRoot('server', 'src', 'deployPlan', 'schema.ts'));
  const { catalogue } = await loadTypeScript(inRoot('server', 'src', 'operators', 'index.ts'));
  const coverage = JSON.parse(readFileSync(inRoot('test', 'oracle', 'coverage.json'), 'utf8'));
  const declared = new Set(catalogue.flatMap(({ names }) => names));
  return new Map([
    ['package.json', manifest(settings, ruleTexts, diagnosisRules)],
    ['docs/settings.md', settingsPage(settings)],
    ['media/deploy.schema.json', `${JSON.stringify(planSchema(), undefined, 2)}\n`],
    ['docs/coverage.md', coveragePage(coverage, declared, notice)],
    ['docs/rules/README.md', rulesIndex(ruleTexts)],
    ...ruleTexts.map((rule) => [`docs/rules/${rule.id}.md`, rulePage(rule)]),
    ['docs/diagnosis/README.md', diagnosisIndex(diagnosisRules)],
    ...diagnosisRules.map((rule) => [`docs/diagnosis/${rule.id}.md`, diagnosisPage(rule)]),
  ]);
}

/** Generated files whose text differs from what it should be, and pages of rules that are gone. */
export async function staleFiles() {
  const wanted = await generatedFiles();
  const differing = [...wanted].filter(
    ([path, text]) => !existsSync(inRoot(path)) || readFileSync(inRoot(path), 'utf8') !== text,
  );
  const orphans = [...filesUnder('docs/rules'), ...filesUnder('docs/diagnosis')]
    .map(fromRoot)
    .filter((path) => !wanted.has(path));
  return { wanted, differing: differing.map(([path]) => path), orphans };
}

function manifest(settings, ruleTexts, diagnosisRules) {
  const all = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const entries = Object.entries(settings.settingDefinitions).map(([key, definition], order) => [
    `tensorwright.${key}`,
    {
      ...schemaOf(definition.kind, settings, ruleTexts, diagnosisRules),
      default: definition.default,
      scope: definition.scope,
      order,
      markdownDescription: definition.description,
    },
  ]);
  all.contributes.configuration = { title: 'Tensorwright', properties: Object.fromEntries(entries) };
  return `${JSON.stringify(all, undefined, 2)}\n`;
}

/** The JSON schema of a setting; the editor completes finding ids and severities from it. */
function schemaOf(kind, { severities, traceLevels }, ruleTexts, diagnosisRules) {
  const severity = (summary) => ({ type: 'string', enum: severities, description: summary });
  const schemas = {
    flag: { type: 'boolean' },
    count: { type: 'integer', minimum: 0, maximum: 1024 },
    text: { type: 'string' },
    texts: { type: 'array', items: { type: 'string' } },
    rules: {
      type: 'object',
      properties: Object.fromEntries(ruleTexts.map(({ id, summary }) => [id, severity(summary)])),
      additionalProperties: false,
    },
    thresholds: {
      type: 'object',
      propertyNames: {
        enum: diagnosisRules.filter(({ thresholds }) => Object.keys(thresholds).length > 0).map(({ id }) => id),
      },
      additionalProperties: { type: 'object', additionalProperties: { type: 'number' } },
    },
    trace: { type: 'string', enum: traceLevels },
  };
  return schemas[kind];
}

function settingsPage({ settingDefinitions }) {
  const rows = Object.entries(settingDefinitions).map(
    ([key, { default: value, project, description }]) =>
      `| \`${key}\` | \`${JSON.stringify(value)}\` | ${project ? 'yes' : ''} | ${description.replaceAll('|', '\\|')} |`,
  );
  return `# Settings

${notice}

In VS Code each name has the prefix \`tensorwright.\`. Those marked so can also stand in \`pyproject.toml\`, where the command line reads them; in VS Code they apply where you have set nothing yourself.

| Name | Default | pyproject.toml | Meaning |
| --- | --- | --- | --- |
${rows.join('\n')}

\`\`\`toml
[tool.tensorwright]
exclude = ["third_party/**"]
python-path = ".venv"

[tool.tensorwright.rules]
conv-channel-mismatch = "warning"

[tool.tensorwright.thresholds.dead-relu]
warn = 0.7
\`\`\`

One line is silenced by a comment at its end: \`# tensorwright: ignore[id]\`, or \`# tensorwright: ignore\` for every finding there.
`;
}

const rulesIndex = (rules) => `# Findings

${notice}

Every finding has an id; \`tensorwright explain ID\` prints its page.

| Id | What is wrong |
| --- | --- |
${rules.map(({ id, summary }) => `| [${id}](${id}.md) | ${summary.replaceAll('|', '\\|')} |`).join('\n')}
`;

const diagnosisIndex = (rules) => `# What \`tensorwright run\` looks for

${notice}

Class C, N and R are facts of the run, seen exactly. A, G, L and W are judged from samples over many steps, and most of them only while the loss does not fall. D looks at the data, P at time and memory.

| Id | Class | What is wrong |
| --- | --- | --- |
${rules.map(({ id, catalogue, summary }) => `| [${id}](${id}.md) | ${catalogue} | ${summary.replaceAll('|', '\\|')} |`).join('\n')}
`;

function diagnosisPage({ id, catalogue, summary, why, source, thresholds, explains }) {
  const rows = Object.entries(thresholds).map(([name, value]) => `| ${name} | ${value} |`);
  const table =
    rows.length === 0
      ? ''
      : `\n## Thresholds\n\nAnother number stands under \`[tool.tensorwright.thresholds.${id}]\` in \`pyproject.toml\`, or in the setting \`tensorwright.thresholds\`.\n\n| Name | Value |\n| --- | --- |\n${rows.join('\n')}\n`;
  const folded = explains?.length
    ? `\nBeside it nothing is said of what it causes: ${[...explains]
        .sort()
        .map((each) => `[${each}](${each}.md)`)
        .join(', ')}.\n`
    : '';
  return `# ${id}\n\n${notice}\n\n${summary}\n\n${why}\n${folded}${table}\nClass ${catalogue}. Source: ${source}\n`;
}

if (isMain(import.meta.url)) {
  const { wanted, differing, orphans } = await staleFiles();
  if (process.argv.includes('--check')) {
    for (const path of [...differing, ...orphans]) console.error(`${path} is stale: npm run generate`);
    process.exitCode = differing.length + orphans.length > 0 ? 1 : 0;
  } else {
    for (const path of differing) {
      mkdirSync(dirname(inRoot(path)), { recursive: true });
      writeFileSync(inRoot(path), wanted.get(path));
    }
    for (const path of orphans) rmSync(inRoot(path));
    console.log(`${differing.length} written, ${orphans.length} removed, ${wanted.size - differing.length} unchanged`);
  }
}
