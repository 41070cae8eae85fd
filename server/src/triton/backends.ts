/** What the server itself knows of backends: their platforms, model files, and how far they complete a configuration. */

export interface Backend {
  readonly name: string;
  /** What `platform` says for it; the first is filled in. Undefined: any platform goes. */
  readonly platforms?: readonly string[];
  /** Name of the model file in the version folder. */
  readonly file?: string;
  /**
   * What it adds to a configuration that is incomplete: nothing, whole lists of inputs or outputs that are missing, or
   * whatever its code says.
   */
  readonly completes: 'nothing' | 'lists' | 'anything';
}

const simple = (name: string): Backend => ({ name, completes: 'nothing' });

const known: readonly Backend[] = [
  { name: 'tensorflow', platforms: ['tensorflow_graphdef', 'tensorflow_savedmodel'], completes: 'anything' },
  { name: 'tensorrt', platforms: ['tensorrt_plan'], file: 'model.plan', completes: 'anything' },
  { name: 'onnxruntime', platforms: ['onnxruntime_onnx'], file: 'model.onnx', completes: 'lists' },
  { name: 'openvino', file: 'model.xml', completes: 'lists' },
  { name: 'pytorch', platforms: ['pytorch_libtorch', 'torch_aoti'], file: 'model.pt', completes: 'nothing' },
  { name: 'python', file: 'model.py', completes: 'anything' },
  // The server's own examples and test backends take a configuration as it is.
  ...['identity', 'repeat', 'square', 'dyna_sequence', 'query', 'addsub'].map(simple),
];

const byName = new Map(known.map((backend) => [backend.name, backend]));

/** A backend by its name; one that nobody knows may do anything. */
export const backendOf = (name: string): Backend => byName.get(name) ?? { name, completes: 'anything' };

export const isKnownBackend = (name: string): boolean => byName.has(name);

export const knownBackends: readonly string[] = known.map(({ name }) => name);
