/** Shapes that a run saw, by file: of the last record that lists them, and of the line that ended the run. */
import type { EndRecord, EventRecord } from '../../../protocol/src/journal';
import type { SeenFile, SeenLine, SeenTensor } from '../../../protocol/src/seen';

type Found = Omit<SeenFile, 'run' | 'text'>;

/** Records come from a file: what is not as the agent writes it is passed over. */
export function seenByFile(seen: EventRecord | undefined, end: EndRecord | undefined): readonly Found[] {
  const files = new Map<string, SeenLine[]>();
  const raised = end?.reason === 'raised' && typeof end.file === 'string' ? end : undefined;
  if (typeof raised?.file === 'string') files.set(raised.file, []);
  for (const each of Array.isArray(seen?.['lines']) ? (seen['lines'] as readonly unknown[]) : []) {
    const { file, line, tensors } = (each ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof file !== 'string' || typeof line !== 'number' || !Array.isArray(tensors)) continue;
    files.set(file, [...(files.get(file) ?? []), { line, tensors: tensors.filter(isTensor) }]);
  }
  return [...files].map(([path, lines]) => ({
    path,
    lines,
    ...(raised?.file === path && typeof raised.line === 'number'
      ? { raised: { line: raised.line, message: raised.error ?? '' } }
      : {}),
  }));
}

function isTensor(value: unknown): value is SeenTensor {
  const { name, shape, type } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const isShape = Array.isArray(shape) && shape.every((size) => typeof size === 'number');
  return typeof name === 'string' && typeof type === 'string' && isShape;
}
