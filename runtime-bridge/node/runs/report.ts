/** Findings as the report that `tensorwright run` writes; wishes for edits become edits of the text that was run. */
import { existsSync, readFileSync } from 'node:fs';
import type { Diagnosis } from '../diagnosis/engine';
import type { EditWish, Suggestion } from '../diagnosis/rule';
import type { Verdict } from './judge';
import { sourceLines } from '../files/source';

export interface ReportEdit {
  readonly file: string;
  /** 0-based, as in LSP. */
  readonly range: { readonly start: ReportPosition; readonly end: ReportPosition };
  readonly newText: string;
}

interface ReportPosition {
  readonly line: number;
  readonly character: number;
}

export interface ReportSuggestion {
  readonly title: string;
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly edits: readonly ReportEdit[];
}

export interface ReportFinding {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly step: number;
  readonly layer: string | null;
  readonly file: string | null;
  /** 1-based. */
  readonly line: number | null;
  readonly message: string;
  readonly suggestions: readonly ReportSuggestion[];
}

export interface Report {
  readonly version: 1;
  readonly steps: number;
  readonly overhead: Readonly<Record<string, unknown>>;
  readonly findings: readonly ReportFinding[];
}

/** Gives the lines of a file, or undefined. */
export type Lines = (file: string) => readonly string[] | undefined;

export const emptyReport: Report = { version: 1, steps: 0, overhead: {}, findings: [] };

/** The report of a verdict. */
export function reportOf(verdict: Verdict, lines: Lines): Report {
  return {
    version: 1,
    steps: verdict.steps,
    overhead: verdict.overhead,
    findings: verdict.findings.map((finding) => reported(finding, lines)),
  };
}

function reported(
  { rule, severity, step, layer, place, message, suggestions }: Diagnosis,
  lines: Lines,
): ReportFinding {
  return {
    rule,
    severity,
    step,
    layer: layer === '' ? null : layer,
    file: place?.file ?? null,
    line: place?.line ?? null,
    message,
    suggestions: suggestions.map((each) => suggested(each, lines)),
  };
}

function suggested({ title, file, line, edit }: Suggestion, lines: Lines): ReportSuggestion {
  const made = edit === undefined ? undefined : editOf(edit, lines);
  return {
    title,
    ...(typeof file === 'string' ? { file } : {}),
    ...(typeof line === 'number' ? { line } : {}),
    edits: made === undefined ? [] : [made],
  };
}

/** The edit of a wish; undefined where the text has nothing that it fits. */
export function editOf(
  { file, line, insertBefore, insertAfter, replace }: EditWish,
  lines: Lines,
): ReportEdit | undefined {
  if (file === null || line === null) return undefined;
  const text = lines(file)?.[line - 1];
  if (text === undefined) return undefined;
  const indent = /^\s*/.exec(text)?.[0] ?? '';
  const at = (row: number, character: number): ReportPosition => ({ line: row, character });
  const insertion = insertBefore ?? insertAfter;
  if (insertion !== undefined) {
    const start = at(insertBefore === undefined ? line : line - 1, 0);
    return { file, range: { start, end: start }, newText: `${indent}${insertion}\n` };
  }
  if (replace === undefined) return undefined;
  const found = text.indexOf(replace.find);
  if (found < 0 || text.includes(replace.find, found + 1)) return undefined;
  return {
    file,
    range: { start: at(line - 1, found), end: at(line - 1, found + replace.find.length) },
    newText: replace.with,
  };
}

/** The text that a run ran: its own copies, else what stands on the disk. */
export function linesOf(folder: string): Lines {
  const known = new Map<string, readonly string[]>();
  return (file) => {
    const lines = known.get(file) ?? sourceLines(folder, file) ?? onDisk(file);
    if (lines !== undefined) known.set(file, lines);
    return lines;
  };
}

const onDisk = (file: string): readonly string[] | undefined =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n') : undefined;
