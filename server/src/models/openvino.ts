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
  const inputs: OpenvinoTensor[] = [];
  const outputs: OpenvinoTensor[] = [];
  for (const part of xml.split(/<layer\s/).slice(1)) {
    const end = part.indexOf('</layer>');
    const layer = end < 0 ? part : part.slice(0, end);
    const head = layer.slice(0, layer.indexOf('>'));
    const type = attribute(head, 'type');
    if (type === 'Parameter') inputs.push(tensor(layer, attribute(head, 'name')));
    else if (type === 'Result') outputs.push(tensor(layer, attribute(head, 'name')));
  }
  return { inputs, outputs };
}

function tensor(layer: string, layerName: string): OpenvinoTensor {
  const [, port = '', content = ''] = /<port\s([^>]*?)(?:\/>|>(.*?)<\/port>)/s.exec(layer) ?? [];
  const written = attribute(port, 'names');
  return {
    names: [...(written === '' ? [] : written.split(/(?<!\\),/)), layerName],
    precision: attribute(port, 'precision'),
    dims: [...content.matchAll(/<dim>\s*(-?\d+)/g)].map(([, size]) => Math.max(Number(size), -1)),
  };
}

const attribute = (head: string, name: string): string => {
  const [, value = ''] = new RegExp(`\\b${name}="([^"]*)"`).exec(head) ?? [];
  return value.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => entities[entity] ?? '');
};

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
