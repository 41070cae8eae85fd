/** The page of one finding id: `docs/rules/<id>.md`, `tensorwright explain` and the editor's explanation are this text. */
import type { RuleText } from '../core/infer/operator';

/** Markdown, ends with a newline. */
export const rulePage = (rule: RuleText): string =>
  `# ${rule.id}

${rule.summary}

## Why

${rule.why}

## Wrong

${code(rule.bad)}

## Right

${code(rule.good)}

## Silence it

One line: \`# tensorwright: ignore[${rule.id}]\`. Everywhere: \`"tensorwright.rules": { "${rule.id}": "off" }\` in VS Code, or in \`pyproject.toml\`:

\`\`\`toml
[tool.tensorwright.rules]
${rule.id} = "off"
\`\`\`
`;

const code = (source: string): string => `\`\`\`python\n${source.trim()}\n\`\`\``;
