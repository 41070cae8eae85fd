/** An exported model and how faithful it is, for a terminal and as a page. */
import { escaped, page, tableOf } from '../../pages/page';
import { isClose } from '../tensorDifference';
import type { Compared, Faithfulness } from './faithful';
import { shownShape } from './inputs';

export interface ExportReport extends Faithfulness {
  readonly module: string;
  /** As the user knows it. */
  readonly file: string;
  readonly torch: string;
  readonly exporter: string;
}

export function exportText(report: ExportReport): string {
  const lines = [
    `${report.file}: ${report.module} by ${report.exporter} of PyTorch ${report.torch}`,
    ...signatureLines(report),
    ...report.outputs.map(
      (each) => `${isClose(each) ? 'same  ' : 'DIFFERS'} ${each.name} (${shownShape(each.shape)})  ${figures(each)}`,
    ),
    verdict(report),
  ];
  return `${lines.join('\n')}\n`;
}

export function exportPage(report: ExportReport): string {
  const rows = report.outputs.map((each) => [
    each.name,
    `(${shownShape(each.shape)})`,
    isClose(each) ? 'same' : 'differs',
    short(each.maxAbsolute),
    short(relative(each)),
    short(each.cosine),
    each.classes === undefined ? '' : `${each.classes.same} of ${each.classes.rows}`,
  ]);
  return page(
    `${report.module} as ONNX`,
    `<p class="headline">${escaped(verdict(report))}</p>
<p class="faint">${escaped(`${report.file}, by ${report.exporter} of PyTorch ${report.torch}`)}</p>
<h2>What it takes and gives</h2>
${tableOf(
  ['', 'Name', 'Type', 'Shape'],
  [
    ...report.signature.inputs.map(({ name, datatype, shape }) => ['takes', name, datatype, `(${shownShape(shape)})`]),
    ...report.signature.outputs.map(({ name, datatype, shape }) => ['gives', name, datatype, `(${shownShape(shape)})`]),
  ],
)}
<h2>Beside PyTorch</h2>
${tableOf(['Output', 'Shape', '', 'Largest difference', 'Beside the largest value', 'Cosine', 'Same class'], rows)}`,
  );
}

const signatureLines = ({ signature: { inputs, outputs } }: Faithfulness): string[] => [
  ...inputs.map(({ name, datatype, shape }) => `takes  ${name}: ${datatype} (${shownShape(shape)})`),
  ...outputs.map(({ name, datatype, shape }) => `gives  ${name}: ${datatype} (${shownShape(shape)})`),
];

function figures(each: Compared): string {
  if (!each.sameShape) return 'another shape or type than PyTorch gives';
  const classes = each.classes === undefined ? '' : `, same class in ${each.classes.same} of ${each.classes.rows} rows`;
  return `largest difference ${short(each.maxAbsolute)} (${short(relative(each))} of the largest value), cosine ${short(each.cosine)}${classes}`;
}

const advice =
  'Random numbers and branches on values are what a file cannot keep; if that line has neither, try another opset or write it another way.';

function verdict({ isFaithful, samples, first, outputs }: ExportReport): string {
  const inputs = samples === 1 ? 'one input' : `${samples} inputs`;
  if (isFaithful) return `ONNX Runtime says the same as PyTorch for ${inputs}.`;
  if (first !== undefined)
    return `ONNX Runtime and PyTorch differ, first in ${first.line === '' ? '' : `${first.line}, `}${first.name} (${shownShape(first.shape)}): by ${short(first.maxAbsolute)} where the largest value is ${short(first.largest)}. ${advice}`;
  const worst = outputs.find((each) => !isClose(each));
  return `ONNX Runtime and PyTorch differ${worst === undefined ? ' in how many outputs there are' : ` in ${worst.name}`}. ${advice}`;
}

const relative = ({ maxAbsolute, largest }: Compared): number => (maxAbsolute === 0 ? 0 : maxAbsolute / largest);
const short = (value: number): string => String(Number(value.toPrecision(4)));
