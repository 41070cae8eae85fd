/** What names of known packages mean. A package that isn't listed is read from its source. */
import type { Frameworks } from '../core/infer/program';
import type { Value } from '../core/infer/value';
import { canonicalTorch, isHarmlessTorch, torchConstant } from './torch';

/** Packages that are known by name: their source is native, or says nothing about shapes. */
const EXTERNAL = new Set(
  (
    'torch einops numpy typing typing_extensions abc argparse ast asyncio base64 bisect builtins collections concurrent contextlib copy csv ctypes ' +
    'dataclasses datetime decimal difflib enum errno fnmatch fractions functools gc getpass glob gzip hashlib heapq html http importlib inspect io ' +
    'itertools json logging lzma math multiprocessing numbers operator os pathlib pickle platform pprint queue random re secrets select shutil signal ' +
    'socket sqlite3 statistics string struct subprocess sys tarfile tempfile textwrap threading time timeit traceback types unittest urllib uuid ' +
    'warnings weakref xml zipfile zlib __future__ jaxtyping torchtyping beartype typeguard attr attrs pydantic yaml tqdm pandas matplotlib PIL cv2 ' +
    'scipy sklearn wandb tensorboard pytest'
  ).split(' '),
);

/** Functions that change nothing that they are given. */
const HARMLESS =
  /^(logging|warnings|os|sys|time|random|json|re|math|string|pprint|tqdm|typing|typing_extensions|inspect|platform|datetime|pathlib|builtins\.(id|hash|repr|format|print|input|open|vars|dir|hex|bin|oct|chr|ord|issubclass|ascii)|[\w.]*[Ll]og(ger|ging)?\b)/;

export const frameworks: Frameworks = {
  isExternal: (root) => EXTERNAL.has(root),
  canonical: canonicalTorch,
  constant: (owner: string, name: string): Value | undefined => torchConstant(owner, name),
  isHarmless: (path) => HARMLESS.test(path) || isHarmlessTorch(path),
};
