/** The report as one page that needs nothing else. */
import type { CompareChange, CompareReport, CompareSection } from '../../../../protocol/src/compare';
import { escaped, page, tableOf } from '../../pages/page';
import { changeWords, headline, verdictWords } from './words';

export function htmlReport(report: CompareReport): string {
  const { before, after, sections } = report;
  return page(
    `${before.name} → ${after.name}`,
    `<p class="headline">${escaped(headline(report))}.</p>
<p class="faint">${[before, after].map(({ file, bytes }) => `${escaped(file)}, ${bytes.toLocaleString('en')} bytes`).join('<br>')}</p>
<nav aria-label="Sections">${sections.map(({ id, title: name, verdict }) => `<a class="${verdict}" href="#${id}">${name}: ${verdictWords[verdict]}</a>`).join('\n')}</nav>
${sections.map(sectionPart).join('\n')}`,
    style,
  );
}

function sectionPart({ id, title, verdict, summary, changes, pairs = [] }: CompareSection): string {
  const head = `<h2>${title} <span class="verdict ${verdict}">${verdictWords[verdict]}</span></h2>\n<p>${escaped(summary)}</p>`;
  const risks = changes.map(({ risk }) => risk);
  const table = tableOf(['', 'Risk', 'What', 'Change', 'Why'], changes.map(cells), risks);
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

const style = `
nav { display: flex; flex-wrap: wrap; gap: .5rem; } nav a, .verdict { border: 1px solid currentColor; border-radius: 1em; padding: 0 .7em; text-decoration: none; font-size: .85rem; font-weight: 400; }
.breaking { color: var(--red); } .changed { color: var(--amber); } .same { color: var(--green); } .unknown, .undecided { color: var(--faint); }
tr.breaking, tr.high, tr.medium, tr.low { color: inherit; } tr.breaking td:nth-child(2) { color: var(--red); font-weight: 600; } tr.high td:nth-child(2) { color: var(--amber); }
td:nth-child(3) { font-family: ui-monospace, monospace; min-width: 8rem; } section > .table td:nth-child(-n + 2) { white-space: nowrap; }
`;
