/**
 * Models, their versions, and what is known of each: the answer of `tensorwright models --format json`, and the manifest
 * that lies with a registered version.
 */

/** A tensor of a model's signature. */
export interface SignatureTensor {
  readonly name: string;
  /** 'float32', 'int64', 'string'. */
  readonly dtype: string;
  /** -1 where a size is variable; absent where the model does not say. */
  readonly shape?: readonly number[];
}

export interface Signature {
  readonly inputs: readonly SignatureTensor[];
  readonly outputs: readonly SignatureTensor[];
}

export const modelFormats = [
  'onnx',
  'torch',
  'safetensors',
  'tensorrt',
  'openvino',
  'python',
  'keras',
  'tensorflow',
  'unknown',
] as const;
export type ModelFormat = (typeof modelFormats)[number];

/** `<models>/<name>/<number>/tensorwright.json`, written once when the version is registered. */
export interface VersionManifest {
  readonly version: 1;
  readonly model: string;
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly format: ModelFormat;
  /** Every file of the version but this one; paths are relative to the version's folder, with '/'. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number; readonly sha256: string }[];
  readonly signature?: Signature;
  /** Of the source, when the run started or the file was registered. */
  readonly commit?: string;
  /** Whether files of the source differed from the commit. */
  readonly dirty?: boolean;
  /** Id of the training run that made it. */
  readonly run?: string;
  readonly script?: string;
  /** Newest values of the run. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** The version that it follows. */
  readonly parent?: number;
}

/** A small text that stands for a file which Git LFS or DVC keeps elsewhere. */
export interface Pointer {
  readonly tool: 'lfs' | 'dvc';
  /** Of the file that it stands for, relative to the version's folder. */
  readonly path: string;
  readonly sizeBytes?: number;
}

export interface VersionSummary {
  readonly model: string;
  readonly number: number;
  /** Absolute. */
  readonly folder: string;
  readonly format: ModelFormat;
  readonly sizeBytes: number;
  readonly signature?: Signature;
  /** Absent where the version was not registered, only put there. */
  readonly manifest?: VersionManifest;
  readonly pointers: readonly Pointer[];
  /** Sentences: what differs from the manifest, what can't be read, what to do. */
  readonly problems: readonly string[];
}

export interface ModelSummary {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** Newest number first. */
  readonly versions: readonly VersionSummary[];
}

export interface ModelList {
  readonly version: 1;
  /** Folders that hold models, absolute. */
  readonly folders: readonly string[];
  readonly models: readonly ModelSummary[];
}

/** What `tensorwright register --format json` prints. */
export interface Registered {
  readonly version: 1;
  readonly folder: string;
  readonly manifest: VersionManifest;
}

/** `resnet 3` of a version's folder, the name of any other file or folder. */
export function versionTitle(path: string): string {
  const [name = path, model] = path
    .split(/[\\/]/)
    .filter((each) => each !== '')
    .reverse();
  return model !== undefined && /^\d+$/.test(name) ? `${model} ${name}` : name;
}
