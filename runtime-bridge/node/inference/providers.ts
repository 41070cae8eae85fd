/**
 * Which execution provider really runs how much of a model. A provider that can't run an operator leaves it to the
 * processor without a word, so one run is profiled and the nodes are counted.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { datatypeOf, elementsOf } from './datatypes';
import { type RuntimeReport, type SignatureTensor, type WorkerOptions } from './signature';

export type ProviderShares = RuntimeReport['providers'];

/** Empty where a run on zeros fails: then nobody knows. */
export async function sharesOfProviders(
  { model, provider, profile }: WorkerOptions,
  inputs: readonly SignatureTensor[],
  options: InferenceSession.SessionOptions,
): Promise<ProviderShares> {
  // Nothing but the processor is registered with the session.
  if (provider === 'cpu' && !profile) return [{ name: 'CPUExecutionProvider', share: 1 }];
  const folder = mkdtempSync(join(tmpdir(), 'tensorwright-profile-'));
  try {
    const session = await InferenceSession.create(model, {
      ...options,
      enableProfiling: true,
      profileFilePrefix: join(folder, 'profile'),
    });
    await session.run(Object.fromEntries(inputs.map((input) => [input.name, zeros(input)])));
    session.endProfiling();
    const [file] = readdirSync(folder);
    return file === undefined ? [] : countProviders(readFileSync(join(folder, file), 'utf8'));
  } catch {
    return [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Shares of the nodes in a profile that ONNX Runtime wrote, by provider, largest first. */
export function countProviders(profile: string): ProviderShares {
  const events = JSON.parse(profile) as readonly {
    readonly cat?: string;
    readonly args?: Readonly<Record<string, string>>;
  }[];
  const nodes = new Map<string, string>();
  for (const { cat, args } of events)
    if (cat === 'Node' && args?.['provider'] !== undefined)
      nodes.set(`${args['node_index'] ?? ''} ${args['op_name'] ?? ''}`, args['provider']);
  const counts = new Map<string, number>();
  for (const name of nodes.values()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, share: count / nodes.size })).sort((a, b) => b.share - a.share);
}

function zeros({ datatype, shape }: SignatureTensor): Tensor {
  const dims = shape.map((size) => (size < 0 ? 1 : size));
  const count = elementsOf(dims);
  const type = datatypeOf(datatype);
  if (type === undefined || type.bytes === 0)
    return new Tensor(
      'string',
      Array.from({ length: count }, () => ''),
      dims,
    );
  return new Tensor(type.runtime, type.view(new ArrayBuffer(count * type.bytes), 0, count) as Tensor.DataType, dims);
}
