/** The report as one page that needs nothing else: no script, no font, no address; light and dark as the reader's system. */
import type { CompareChange, CompareReport, CompareSection } from '../../../../protocol/src/compare';
import { changeWords, headline, verdictWords } from './words';

export function htmlReport(report: CompareReport): string {
  const { before, after, sections } = report;
  const title = `${escaped(before.name)} → ${escaped(after.name)}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
<p class="headline">${escaped(headline(report))}.</p>
<p class="faint">${[before, after].map(({ file, bytes }) => `${escaped(file)}, ${bytes.toLocaleString('en')} bytes`).join('<br>')}</p>
<nav aria-label="Sections">${sections.map(({ id, title: name, verdict }) => `<a class="${verdict}" href="#${id}">${name}: ${verdictWords[verdict]}</a>`).join('\n')}</nav>
${sections.map(sectionPart).join('\n')}
</body>
</html>
`;
}

function sectionPart({ id, title, verdict, summary, changes, pairs = [] }: CompareSection): string {
  const head = `<h2>${title} <span class="verdict ${verdict}">${verdictWords[verdict]}</span></h2>\n<p>${escaped(summary)}</p>`;
  const table = tableOf(['', 'Risk', 'What', 'Change', 'Why'], changes.map(cells));
  const paired = tableOf(
    ['Before', 'After', 'Paired by'],
    pairs.slice(0, MOST_PAIRS).map(({ before, after, reason }) => [before, after, reason]),
  );
  const rest = pairs.length > MOST_PAIRS ? `<p>The JSON form has all ${pairs.length.toLocaleString('en')}.</p>` : '';
  const all = pairs.length === 0 ? '' : `<details><summary>All pairs of nodes</summary>${paired}${rest}</details>`;
  return `<section id="${id}">${head}${changes.length === 0 ? '' : table}${all}</section>`;
}

/** Rows that browsers still scroll well. */
const MOST_PAIRS = 5000;

const cells = (change: CompareChange): readonly string[] => [
  change.kind,
  change.risk,
  change.subject,
  changeWords(change),
  change.reason ?? '',
];

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (list: readonly string[]): string =>
    `<tr class="${escaped(list[1] ?? '')}">${list.map((text) => `<td>${escaped(text)}</td>`).join('')}</tr>`;
  const names = head.map((name) => `<th scope="col">${name}</th>`).join('');
  return `<div class="table"><table><thead><tr>${names}</tr></thead><tbody>${rows.map(row).join('\n')}</tbody></table></div>`;
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);

const style = `
:root { color-scheme: light dark; --text: #1f2328; --faint: #59636e; --line: #d1d9e0; --page: #fff; --red: #c4242b; --amber: #8a5a00; --green: #1a7f37; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --faint: #9aa4af; --line: #3d444d; --page: #0d1117; --red: #ff7b72; --amber: #e3b341; --green: #3fb950; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.headline { font-weight: 600; } .faint { color: var(--faint); overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: .5rem; } nav a, .verdict { border: 1px solid currentColor; border-radius: 1em; padding: 0 .7em; text-decoration: none; font-size: .85rem; font-weight: 400; }
.breaking { color: var(--red); } .changed { color: var(--amber); } .same { color: var(--green); } .unknown { color: var(--faint); }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
tr.breaking, tr.high, tr.medium, tr.low { color: inherit; } tr.breaking td:nth-child(2) { color: var(--red); font-weight: 600; } tr.high td:nth-child(2) { color: var(--amber); }
td:nth-child(3) { font-family: ui-monospace, monospace; }
`;
