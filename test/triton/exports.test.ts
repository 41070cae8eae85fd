/** A configuration beside the PyTorch module that is exported to its model file, through the same service as the editor. */
import { deepEqual, equal } from 'node:assert/strict';
import { memoryService } from './memoryService';
import type { Content } from './memoryFiles';
import { onnxBytes } from './onnxBytes';

const script = (
  more: { readonly file?: string; readonly axes?: string; readonly model?: string; readonly args?: string } = {},
): string => `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        return self.head(self.norm(x))


model = ${more.model ?? 'Net()'}
torch.onnx.export(
    model,
    ${more.args ?? 'torch.randn(1, 16)'},
    "${more.file ?? 'models/net/1/model.onnx'}",
    input_names=["x"],
    output_names=["y"],
    ${more.axes ?? 'dynamic_axes={"x": {0: "n"}, "y": [0]},'}
)
`;

const config = (batch: number, x: string, y: string): string =>
  `backend: "onnxruntime"\nmax_batch_size: ${batch}\ninput { name: "x" ${x} }\noutput { name: "y" ${y} }\n`;
const right = config(8, 'data_type: TYPE_FP32 dims: 16', 'data_type: TYPE_FP32 dims: 10');

/** What is said of the configuration, and of the script. */
async function said(
  text: string,
  code: string,
  more: Readonly<Record<string, Content>> = {},
): Promise<readonly string[]> {
  const files = { 'models/net/config.pbtxt': text, 'train/export.py': code, ...more };
  const service = await memoryService('/project', files, ['models/net/1']);
  return ['models/net/config.pbtxt', 'train/export.py'].flatMap((path) =>
    (service.findings(`/project/${path}`) ?? [])
      .filter(({ id }) => id !== 'model-file-missing')
      .map(({ severity, message }) => `${severity}: ${message}`),
  );
}

describe('configurations and the modules that are exported', () => {
  for (const [what, text, code, wanted] of [
    ['agree', right, script(), []],
    ['agree in open sizes', config(8, 'data_type: TYPE_FP32 dims: -1', 'data_type: TYPE_FP32 dims: 10'), script(), []],
    [
      'differ in a size',
      config(8, 'data_type: TYPE_FP32 dims: 32', 'data_type: TYPE_FP32 dims: 10'),
      script(),
      ["warning: 'x' is exported with shape (N, 16), not with (N, 32)"],
    ],
    [
      'differ in a type',
      config(8, 'data_type: TYPE_FP16 dims: 16', 'data_type: TYPE_FP32 dims: 10'),
      script(),
      ["warning: 'x' is exported as TYPE_FP32, not as TYPE_FP16"],
    ],
    [
      'differ in what comes out',
      config(8, 'data_type: TYPE_FP32 dims: 16', 'data_type: TYPE_FP32 dims: [ 10, 1 ]'),
      script(),
      ["warning: 'y' is exported with shape (N, 10), not with (N, 10, 1)"],
    ],
    [
      'differ in a name',
      right.replace('"y"', '"z"'),
      script(),
      ["warning: the export names no output 'z'; its outputs are 'y'"],
    ],
    [
      'differ in whether there are batches',
      right,
      script({ axes: '' }),
      [
        "warning: 'x' is exported with shape (1, 16): its first size is fixed, so the model does not batch; name axis 0 in dynamic_axes or set max_batch_size to 0",
        "warning: 'y' is exported with shape (1, 10): its first size is fixed, so the model does not batch; name axis 0 in dynamic_axes or set max_batch_size to 0",
      ],
    ],
    [
      'agree without batches',
      config(0, 'data_type: TYPE_FP32 dims: [ 1, 16 ]', 'data_type: TYPE_FP32 dims: [ 1, 10 ]'),
      script({ axes: '' }),
      [],
    ],
    [
      'have nothing to do with each other',
      config(8, 'data_type: TYPE_FP16 dims: 3', 'data_type: TYPE_FP32 dims: 10'),
      script({ file: 'other/1/model.onnx' }),
      [],
    ],
    [
      'can not be compared: the name of the file is too short',
      config(8, 'data_type: TYPE_FP16 dims: 3', 'data_type: TYPE_FP32 dims: 10'),
      script({ file: 'model.onnx' }),
      [],
    ],
    [
      'can not be compared: the module is unknown',
      config(8, 'data_type: TYPE_FP32 dims: 16', 'data_type: TYPE_FP16 dims: 3'),
      script({ model: 'load_it()' }),
      [],
    ],
    [
      'can not be compared: the sizes are those of dynamic_shapes',
      config(8, 'data_type: TYPE_FP32 dims: 3', 'data_type: TYPE_FP32 dims: 4'),
      script({ axes: 'dynamic_shapes=shapes(),' }),
      [],
    ],
    [
      'are found beside the script',
      config(8, 'data_type: TYPE_FP16 dims: 16', 'data_type: TYPE_FP32 dims: 10'),
      script({ file: '../models/net/1/model.onnx' }),
      ["warning: 'x' is exported as TYPE_FP32, not as TYPE_FP16"],
    ],
  ] as const)
    it(what, async () => deepEqual(await said(text, code), wanted));

  it('a file that is newer or older than the script makes it a remark', async () => {
    const file = {
      'models/net/1/model.onnx': onnxBytes(
        [{ name: 'x', type: 1, dims: ['n', 32] }],
        [{ name: 'y', type: 1, dims: ['n', 10] }],
      ),
    };
    const text = config(8, 'data_type: TYPE_FP32 dims: 32', 'data_type: TYPE_FP32 dims: 10');
    deepEqual(await said(text, script(), file), ["information: 'x' is exported with shape (N, 16), not with (N, 32)"]);
  });

  it('what the file itself contradicts is said once', async () => {
    const file = {
      'models/net/1/model.onnx': onnxBytes(
        [{ name: 'x', type: 1, dims: ['n', 16] }],
        [{ name: 'y', type: 1, dims: ['n', 10] }],
      ),
    };
    const text = config(8, 'data_type: TYPE_FP32 dims: 32', 'data_type: TYPE_FP32 dims: 10');
    equal((await said(text, script(), file)).length, 1);
  });

  for (const [what, other] of [
    ['that differ', { axes: '' }],
    ['of which one is not known', { model: 'load_it()' }],
  ] as const)
    it(`two exports ${what} say nothing`, async () => {
      const text = config(8, 'data_type: TYPE_FP16 dims: 16', 'data_type: TYPE_FP32 dims: 10');
      deepEqual(await said(text, script(), { 'train/other.py': script(other) }), []);
    });

  it('the finding leads to the export, and follows an edit of the script', async () => {
    const files = { 'models/net/config.pbtxt': right, 'train/export.py': script() };
    const service = await memoryService('/project', files, ['models/net/1']);
    const path = '/project/models/net/config.pbtxt';
    deepEqual(
      service.findings(path)?.filter(({ id }) => id === 'exported-module-mismatch'),
      [],
    );
    const edited = script({ args: 'torch.randn(1, 16, dtype=torch.float64)' }).replace(
      'Linear(16, 10)',
      'Linear(16, 12)',
    );
    service.open('/project/train/export.py', edited.replace(', dtype=torch.float64', ''));
    const [found] = service.findings(path)?.filter(({ id }) => id === 'exported-module-mismatch') ?? [];
    equal(found?.message, "'y' is exported with shape (N, 12), not with (N, 10)");
    deepEqual(
      found.related.map(({ place, message }) => [place.at.file, message]),
      [['/project/train/export.py', 'export.py exports the model here']],
    );
  });
});
