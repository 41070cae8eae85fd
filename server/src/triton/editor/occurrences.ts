/** Every place that names the same tensor of an ensemble: its declaration and the maps of the steps. */
import type { Span } from '../../core/text/place';
import { Message, type Scalar } from '../textFormat/message';
import { hitAt } from './context';

/** The places of the name at an offset, quotes included; none where it is no tensor of an ensemble. */
export function occurrencesAt(root: Message, offset: number): readonly Span[] {
  const hit = hitAt(root, offset);
  if (!hit || hit.isName || hit.item.value instanceof Message) return [];
  const tensors = ensembleTensors(root);
  if (!tensors.includes(hit.item.value)) return [];
  const name = hit.item.value.value;
  return tensors.flatMap(({ value, span }) => (value === name && span ? [span] : []));
}

function ensembleTensors(root: Message): readonly Scalar[] {
  const steps = root.one('ensemble_scheduling')?.all('step') ?? [];
  if (steps.length === 0) return [];
  const entries = steps.flatMap((step) => [...step.all('input_map'), ...step.all('output_map')]);
  return [
    ...['input', 'output'].flatMap((side) => root.all(side).flatMap((tensor) => tensor.scalar('name') ?? [])),
    ...entries.flatMap((entry) => entry.scalar('value') ?? []),
  ];
}
