/** What a script of the workspace is known to write a model file from: its tensors as PyTorch would trace them. */
import type { Place } from '../core/text/place';

export interface ExportedTensor {
  readonly name: string;
  /** 'TYPE_FP32'; undefined where the element type is not known. */
  readonly type: string | undefined;
  /** -1 where a size is variable; undefined where the number of dims is not known. */
  readonly dims: readonly number[] | undefined;
}

export interface Exported {
  readonly inputs: readonly ExportedTensor[];
  readonly outputs: readonly ExportedTensor[];
  /** The call that writes the file. */
  readonly place: Place;
}
