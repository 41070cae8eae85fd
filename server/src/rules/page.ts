/** The page of one finding id: `docs/rules/<id>.md`, `tensorwright explain` and the editor's explanation are this text. */
import type { RuleText } from '../core/infer/operator';

/** Markdown, ends with a newline. */
export const rulePage = (rule: RuleText): string =>
  `# ${rule.id}

${rule.summary}

## Why

${rule.why}

## Wrong

${code(rule.bad, rule.language)}

## Right

${code(rule.good, rule.language)}

## Silence it

One line: \`# tensorwright: ignore[${rule.id}]\`. Everywhere: \`"tensorwright.rules": { "${rule.id}": "off" }\` in VS Code, or in \`pyproject.toml\`:

\`\`\`toml
[tool.tensorwright.rules]
${rule.id} = "off"
\`\`\`
`;

const code = (source: string, language = 'python'): string => `\`\`\`${language}\n${source.trim()}\n\`\`\``;
