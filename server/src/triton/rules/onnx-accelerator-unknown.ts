import { placeOf, type Problem, rule } from '../rule';
import type { Message } from '../textFormat/message';

const unknown = (accelerator: Message): Problem => ({
  message: `unknown Execution Accelerator '${accelerator.text('name')}' is requested`,
  at: placeOf(accelerator, 'name'),
});

/** The precision of the TensorRT accelerator; its other keys are more with each release. */
function* precisionProblem(accelerator: Message): Iterable<Problem> {
  const entry = accelerator.entries('parameters').get('precision_mode');
  const precision = entry?.text('value') ?? '';
  if (entry && !['FP32', 'FP16', 'BF16', 'INT8'].includes(precision))
    yield { message: `unsupported precision mode '${precision}' is requested`, at: placeOf(entry, 'value') };
}

export const onnxAcceleratorUnknown = rule({
  id: 'onnx-accelerator-unknown',
  phase: 'start',
  source: 'onnxruntime.cc LoadModel',
  summary: 'onnxruntime has no such accelerator.',
  why: 'On GPUs there are `tensorrt` (precision_mode FP32, FP16, BF16 or INT8) and `cuda`, on the CPU `openvino`. Those for GPUs are looked at only where instances run on GPUs.',
  bad: 'platform: "onnxruntime_onnx"\noptimization { execution_accelerators { cpu_execution_accelerator { name: "onednn" } } }',
  good: 'platform: "onnxruntime_onnx"\noptimization { execution_accelerators { cpu_execution_accelerator { name: "openvino" } } }',
  *check({ config }) {
    const accelerators = config.one('optimization')?.one('execution_accelerators');
    if (config.text('backend') !== 'onnxruntime' || !accelerators) return;
    for (const accelerator of accelerators.all('cpu_execution_accelerator'))
      if (accelerator.text('name') !== 'openvino') yield unknown(accelerator);
    const groups = config.all('instance_group');
    const severity = groups.some((group) => group.enumName('kind') === 'KIND_GPU') ? 'error' : 'warning';
    if (groups.length > 0 && groups.every((group) => group.enumName('kind') === 'KIND_CPU')) return;
    for (const accelerator of accelerators.all('gpu_execution_accelerator')) {
      const name = accelerator.text('name');
      if (!['tensorrt', 'cuda'].includes(name)) yield { ...unknown(accelerator), severity };
      else if (name === 'tensorrt') for (const problem of precisionProblem(accelerator)) yield { ...problem, severity };
    }
  },
});
