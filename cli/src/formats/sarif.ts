/** `--format sarif`: SARIF 2.1.0, for code scanning services. */
import { pathToFileURL } from 'node:url';
import type {
  ArtifactLocation,
  Fix,
  Location,
  Log,
  PhysicalLocation,
  Region,
  ReportingDescriptor,
  Result,
} from 'sarif';
import type { Severity } from '../../../server/src/core/finding';
import { rulePage } from '../../../server/src/rules/page';
import { insideOf, isInside } from '../../../server/src/host/paths';
import type { ReportedEdit, ReportedFinding, ReportedFix, ReportedPlace, ReportedRange } from '../report';
import type { Format, FormatContext } from '.';

const levels: Readonly<Record<Severity, Result.level>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

/** What relative addresses count from: the working directory. */
const base = '%SRCROOT%';

export const sarif: Format = ({ findings }, context) => {
  const ids = [...new Set(findings.map(({ id }) => id))].sort();
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Tensorwright',
            semanticVersion: context.version,
            rules: ids.map((id) => ruleOf(id, context)),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [base]: { uri: `${pathToFileURL(context.cwd).href.replace(/\/$/, '')}/` } },
        invocations: [{ executionSuccessful: true }],
        results: findings.map((finding) => resultOf(finding, ids.indexOf(finding.id), context.cwd)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
};

function ruleOf(id: string, { rules }: FormatContext): ReportingDescriptor {
  const rule = rules.find((each) => each.id === id);
  if (!rule) return { id };
  return {
    id,
    shortDescription: { text: rule.summary },
    fullDescription: { text: rule.why },
    help: { text: `${rule.summary}\n\n${rule.why}`, markdown: rulePage(rule) },
  };
}

function resultOf(finding: ReportedFinding, ruleIndex: number, cwd: string): Result {
  return {
    ruleId: finding.id,
    ruleIndex,
    level: levels[finding.severity],
    message: { text: finding.message },
    locations: [{ physicalLocation: physical(finding, cwd) }],
    ...(finding.related.length > 0
      ? {
          relatedLocations: finding.related.map((related, id): Location => ({
            id,
            message: { text: related.message },
            physicalLocation: physical(related, cwd),
          })),
        }
      : {}),
    ...(finding.fixes.length > 0 ? { fixes: finding.fixes.map((fix) => fixOf(fix, cwd)) } : {}),
  };
}

function fixOf({ title, edits }: ReportedFix, cwd: string): Fix {
  const files = new Map<string, ReportedEdit[]>();
  for (const edit of edits) files.set(edit.file, [...(files.get(edit.file) ?? []), edit]);
  return {
    description: { text: title },
    artifactChanges: [...files].map(([file, changes]) => ({
      artifactLocation: artifact(file, cwd),
      replacements: changes.map(({ range, newText }) => ({
        deletedRegion: region(range),
        insertedContent: { text: newText },
      })),
    })),
  };
}

const physical = ({ file, range }: ReportedPlace, cwd: string): PhysicalLocation => ({
  artifactLocation: artifact(file, cwd),
  region: region(range),
});

const artifact = (file: string, cwd: string): ArtifactLocation =>
  isInside(file, cwd)
    ? { uri: insideOf(file, cwd).split('/').map(encodeURIComponent).join('/'), uriBaseId: base }
    : { uri: pathToFileURL(file).href };

const region = ({ start, end }: ReportedRange): Region => ({
  startLine: start.line + 1,
  startColumn: start.character + 1,
  endLine: end.line + 1,
  endColumn: end.character + 1,
});
