/** Shapes written as annotations and comments. */
import { equal } from 'node:assert/strict';
import { shapeAnnotation, type AnnotatedDim, type AnnotatedShape } from '../../server/src/core/python/annotations';
import type { PythonFrontEnd } from '../../server/src/core/python/frontend';
import { frontEnd } from './frontEnd';

function show(shape: AnnotatedShape | undefined): string {
  if (shape === undefined) return 'nothing';
  const dim = (written: AnnotatedDim): string => {
    if (written.kind === 'int') return String(written.value);
    if (written.kind === 'name') return written.name;
    if (written.kind === 'expr') return `<${written.text}>`;
    return written.kind === 'any' ? '_' : `*${written.name}`;
  };
  return `(${shape.dims.map(dim).join(' ')})${shape.dtype === undefined ? '' : ` ${shape.dtype}`}`;
}

describe('python: shape annotations', () => {
  let front: PythonFrontEnd;
  before(async () => {
    front = await frontEnd();
  });
  for (const [annotation, shape] of [
    ['Float[Tensor, "b c h w"]', '(b c h w)'],
    ['jaxtyping.Float32[torch.Tensor, "b 3"]', '(b 3) float32'],
    ['Int64[Tensor, "*batch n"]', '(*batch n) int64'],
    ['Bool[Array, "... n"]', '(* n) bool'],
    ['BFloat16[Tensor, ""]', '() bfloat16'],
    ['UInt8[np.ndarray, "h w 3"]', '(h w 3) uint8'],
    ['Shaped[Tensor, "_ _x #c ?d *#e"]', '(_ _ _ _ *)'],
    ['Num[Tensor, "rows=4 n+1 (a+b)//2 k*2"]', '(4 <n+1> <(a+b)//2> <k*2>)'],
    ['Float[Tensor, "{size} {self.k}+3"]', '(_ _)'],
    ['Float[Image, "batch"]', '(batch *)'],
    ['Float[Float[Tensor, "c h"], "b"]', '(b c h)'],
    ['Float[Tensor, "*a *b"]', 'nothing'],
    ['Float[Tensor]', 'nothing'],
    ['Float[Tensor, 3]', 'nothing'],
    ['TensorType["b", "c"]', '(b c)'],
    ['TensorType["b", 3, -1, float]', '(b 3 _)'],
    ['TensorType["b": ..., "c": 4, torch.float64]', '(*b 4) float64'],
    ['Tensor[B, C]', '(B C)'],
    ['torch.Tensor[[B, 3, H // 2]]', '(B 3 <(H // 2)>)'],
    ['Tensor[[*Bs, C + 1]]', '(*Bs <(C + 1)>)'],
    ['Tensor[[*Elements[Bs], C]]', '(*Bs C)'],
    ['Tensor[int, Any]', '(_ _)'],
    ['Tensor[float]', 'nothing'],
    ['Annotated[Tensor, Shape("B", 3, "T+1")]', '(B 3 <T+1>)'],
    ['typing.Annotated[torch.Tensor, "B 3 H W"]', '(B 3 H W)'],
    ['Annotated[Tensor, "batch seq_len dim"]', '(batch seq_len dim)'],
    ['Annotated[Tensor, "the input image"]', 'nothing'],
    ['Annotated[int, "B"]', 'nothing'],
    ["f32['h w c']", '(h w c) float32'],
    ["etils.bf16['*b n']", '(*b n) bfloat16'],
    ['F32[N, C]', '(N C) float32'],
    ['u8[N]', '(N) uint8'],
    ['"Float[Tensor, \'b c\']"', '(b c)'],
    ['list[int]', 'nothing'],
    ['Tensor', 'nothing'],
    ['Float[Tensor, "b"] | None', 'nothing'],
  ] as const)
    it(annotation, () => {
      const expr = front.expression(annotation);
      equal(show(expr && shapeAnnotation(expr, (text) => front.expression(text))), shape);
    });
});
