/** The inputs and outputs of an OpenVINO model, from its model.xml. */

export interface OpenvinoTensor {
  /** Every name that it goes by; the first is the one that is shown. */
  readonly names: readonly string[];
  /** 'I32', as the file writes it. */
  readonly precision: string;
  /** -1 where a size is variable. */
  readonly dims: readonly number[];
}

export interface OpenvinoHeader {
  readonly inputs: readonly OpenvinoTensor[];
  readonly outputs: readonly OpenvinoTensor[];
}

/** Reads the layers that are inputs and results; undefined where the text is no such model. */
export function readOpenvinoHeader(xml: string): OpenvinoHeader | undefined {
  if (!/<net\b/.test(xml) || !xml.includes('</net>')) return undefined;
  const layers = new Map<string, Layer>();
  for (const part of xml.split(/<layer\s/).slice(1)) {
    const end = part.indexOf('</layer>');
    const text = end < 0 ? part : part.slice(0, end);
    const head = text.slice(0, text.indexOf('>'));
    layers.set(attribute(head, 'id'), { name: attribute(head, 'name'), type: attribute(head, 'type'), text });
  }
  const all = [...layers];
  return {
    inputs: all.flatMap(([, layer]) => (layer.type === 'Parameter' ? [tensor(layer)] : [])),
    outputs: resultsOf(all, (edge) => sourceNames(layers, edge), xml),
  };
}

interface Layer {
  readonly name: string;
  readonly type: string;
  /** From its attributes to its end. */
  readonly text: string;
}

/** The results; the names of one are those of the port that it takes its value from. */
function resultsOf(
  layers: readonly (readonly [string, Layer])[],
  namesAt: (edge: string) => readonly string[],
  xml: string,
): readonly OpenvinoTensor[] {
  const results = layers.filter(([, { type }]) => type === 'Result');
  const edges = new Map([...xml.matchAll(/<edge\s[^>]*>/g)].map(([edge]) => [attribute(edge, 'to-layer'), edge]));
  return results.map(([id, layer]) => {
    const own = tensor(layer);
    const edge = edges.get(id);
    const names = edge === undefined ? [] : namesAt(edge);
    return { ...own, names: [...new Set([...names, ...own.names])] };
  });
}

function sourceNames(layers: ReadonlyMap<string, Layer>, edge: string): readonly string[] {
  const source = layers.get(attribute(edge, 'from-layer'));
  if (!source) return [];
  const from = attribute(edge, 'from-port');
  const port = [...source.text.matchAll(/<port\s([^>]*?)\/?>/g)].find(
    ([, head = '']) => attribute(head, 'id') === from,
  );
  return namesIn(port?.[1] ?? '');
}

function namesIn(port: string): readonly string[] {
  const written = attribute(port, 'names');
  return written === '' ? [] : written.split(/(?<!\\),/);
}

function tensor({ text, name }: Layer): OpenvinoTensor {
  const [, port = '', content = ''] = /<port\s([^>]*?)(?:\/>|>(.*?)<\/port>)/s.exec(text) ?? [];
  return {
    names: [...namesIn(port), name],
    precision: attribute(port, 'precision'),
    dims: [...content.matchAll(/<dim>\s*(-?\d+)/g)].map(([, size]) => Math.max(Number(size), -1)),
  };
}

const attribute = (head: string, name: string): string => {
  const [, value = ''] = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(head) ?? [];
  return value.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => entities[entity] ?? '');
};

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
