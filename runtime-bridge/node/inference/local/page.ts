/** A local run as a page: what went in, what came out, how long it took, and where it really ran. */
import { escaped, page, tableOf } from '../../pages/page';
import { elementsOf } from '../datatypes';
import type { WireTensor } from '../frames';
import { jsonOfBytes } from '../oip/elements';
import type { SignatureTensor } from '../signature';
import { reader, summaryOf } from '../tensorValues';
import { shownShape } from './inputs';
import type { Latency } from './latency';
import { classesOf, type LocalRun } from './run';

const shownClasses = 10;
const [shownRows, shownColumns] = [20, 10];
const shownCharacters = 2000;

export function runPage(name: string, { signature, inputs, outputs, latency }: LocalRun): string {
  const { runtime } = signature;
  const where = runtime.providers.map((each) => `${percent(each.share)} of the nodes on ${each.name}`).join(', ');
  const threads = `${runtime.threads} thread${runtime.threads === 1 ? '' : 's'}`;
  return page(
    name,
    `<p class="headline">${escaped(where || 'Nobody knows where its nodes run')}.</p>
<p class="faint">${escaped(`${runtime.name} ${runtime.version}, ${threads}`)}</p>
<h2>Time</h2>
${latencyPart(latency)}
${outputs.map((tensor) => tensorPart('Output', tensor, signature.outputs)).join('\n')}
${inputs.map((tensor) => tensorPart('Input', tensor, signature.inputs)).join('\n')}`,
    style,
  );
}

function latencyPart({ runs, mean, percentiles, histogram }: Latency): string {
  if (runs === 1) return `<p>One run: ${short(mean)} ms.</p>`;
  const rows = percentiles.map(({ share, millis, needs, isSupported }) => [
    `p${Math.round(share * 100)}`,
    `${short(millis)} ms`,
    isSupported ? '' : `only ${runs} runs; this one needs ${needs}`,
  ]);
  const most = Math.max(...histogram.map(({ count }) => count));
  const bars = histogram.map(
    ({ upTo, count }) =>
      `<tr><td>up to ${short(upTo)} ms</td><td>${count}</td><td class="bar"><div style="width:${((100 * count) / most).toFixed(1)}%"></div></td></tr>`,
  );
  return `<p>${runs} runs, mean ${short(mean)} ms.</p>
${tableOf(['Share', 'Time', ''], rows)}
<table class="histogram" aria-label="Runs by their time"><tbody>${bars.join('\n')}</tbody></table>`;
}

function tensorPart(what: string, tensor: WireTensor, described: readonly SignatureTensor[]): string {
  const { index, datatype, shape } = tensor;
  const summary = summaryOf([tensor]);
  const told =
    summary === undefined
      ? ''
      : `<p>Mean ${short(summary.mean)}, root mean square ${short(summary.rms)}${summary.nonFinite > 0 ? `, <strong>${summary.nonFinite.toLocaleString('en')} not finite</strong>` : ''}.</p>`;
  const classes = what === 'Output' ? classesOf(tensor, shownClasses) : [];
  const best = tableOf(
    ['Class', 'Value'],
    classes.map(({ place, value }) => [String(place), short(value)]),
  );
  return `<h2>${what} <code>${escaped(described[index]?.name ?? '')}</code> ${datatype.name} (${shownShape(shape)})</h2>
${told}${classes.length > 0 ? `<h3>Largest of the first row</h3>${best}` : ''}${valuesPart(tensor)}`;
}

/** The last dim as columns, all others as rows; as much as anybody looks at. */
function valuesPart(tensor: WireTensor): string {
  const at = reader(tensor);
  if (at === undefined)
    return `<p><code>${escaped(jsonOfBytes(tensor.datatype, tensor.shape, tensor.data).slice(0, shownCharacters))}</code></p>`;
  const count = elementsOf(tensor.shape);
  const width = Math.max(1, tensor.shape.at(-1) ?? 1);
  const [rows, columns] = [Math.min(count / width, shownRows), Math.min(width, shownColumns)];
  const cells = Array.from({ length: rows }, (_, row) => [
    String(row),
    ...Array.from({ length: columns }, (__, column) => short(at(row * width + column))),
  ]);
  const left = count - rows * columns;
  const rest = left > 0 ? `<p class="faint">${left.toLocaleString('en')} more values.</p>` : '';
  return `${tableOf(['', ...Array.from({ length: columns }, (_, column) => String(column))], cells)}${rest}`;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const short = (value: number): string => String(Number(value.toPrecision(4)));

const style = `
h3 { font-size: 1rem; margin-bottom: .3rem; } .table + .table { margin-top: 1rem; } table { width: auto; min-width: 20rem; } td { font-family: ui-monospace, monospace; }
.histogram { margin-top: 1rem; } .histogram td { border: 0; padding: .1rem .6rem; white-space: nowrap; } .bar { width: 20rem; }
.bar div { background: var(--green); height: .9rem; }
`;
