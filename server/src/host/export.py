"""Writes one module of a file as ONNX, with what PyTorch makes of a few inputs, so that the file can be compared.

Run by `tensorwright export`, by an order alone:

    python export.py QUESTION.json ANSWER.json

The question: that of observe.py, and `output` (the .onnx file), `weights` (a file of a state dict, or null), `opset`
(or null), `fixed` (whether the first size of the inputs stays as it is), `samples` (how many inputs are drawn) and
`reference`, a folder for what PyTorch computes: `in-SAMPLE-INPUT.npy`, `out-SAMPLE-OUTPUT.npy`, and of the first
sample `step-STEP.npy` beside `steps.onnx`, which answers with the same steps. The answer names them.
"""

import inspect
import os
import re
import sys

from observe import answer_with, built, tensor

# Steps are kept up to this many bytes: they are only there to say where a difference begins.
MOST_STEP_BYTES = 256 << 20
# A file of protobuf ends at 2 GiB; larger weights lie beside it.
MOST_INSIDE_BYTES = 1_900_000_000


def export(question, answer):
    import torch

    model, forward = built(question, answer)
    answer["stage"] = "weights"
    if question["weights"] is not None:
        model.load_state_dict(state_in(torch, question["weights"]))
    answer["stage"] = "call"
    names = [given["name"] for given in question["inputs"]]
    samples = [drawn(torch, question, forward, sample) for sample in range(question["samples"])]
    outputs = [leaves(torch, model, sample) for sample in samples]
    answer["stage"] = "export"
    called = ["output"] if len(outputs[0]) == 1 else [f"output_{i}" for i in range(len(outputs[0]))]
    program = None
    if has_tracer(torch):
        program = traced(torch, model, samples[0], question, called)
        inside = sum(part.numel() * part.element_size() for part in model.state_dict().values()) < MOST_INSIDE_BYTES
        program.save(question["output"], external_data=not inside)
    else:
        positional = inspect.signature(model.forward).bind(**samples[0]).args
        torch.onnx.export(
            model,
            positional,
            question["output"],
            input_names=names,
            output_names=called,
            opset_version=question["opset"],
            dynamic_axes={} if question["fixed"] else {name: {0: "batch"} for name in names},
            **({"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}),
        )
    answer["exporter"] = "torch.export" if program is not None else "TorchScript"
    answer["stage"] = "reference"
    folder = question["reference"]
    for i, (sample, output) in enumerate(zip(samples, outputs)):
        for name in names:
            save(folder, f"in-{i}-{name}", sample[name])
        for j, value in enumerate(output):
            save(folder, f"out-{i}-{j}", value)
    answer["inputs"] = names
    answer["outputs"] = len(outputs[0])
    answer["steps"] = steps(torch, program, samples[0], folder) if program is not None else []
    answer["stage"] = "done"


def traced(torch, model, sample, question, called):
    """The program that torch.export makes of the module, as ONNX."""
    try:
        return torch.onnx.export(
            model,
            (),
            kwargs=sample,
            dynamo=True,
            output_names=called,
            opset_version=question["opset"],
            dynamic_shapes=None if question["fixed"] else open_batch(torch, sample),
            verbose=False,
        )
    except Exception as error:
        # The exporter wraps what it met in advice on how to report it.
        cause = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        raise cause from None


def state_in(torch, path):
    """The state dict of a checkpoint, without running what a pickle might hold."""
    if path.endswith(".safetensors"):
        from safetensors.torch import load_file

        state = load_file(path)
    else:
        state = torch.load(path, map_location="cpu", weights_only=True)
    # Trainers put it beside other things, and wrappers put their name in front.
    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(state, dict) and isinstance(state.get(key), dict):
            state = state[key]
            break
    for prefix in ("module.", "_orig_mod.", "model."):
        if state and all(name.startswith(prefix) for name in state):
            state = {name[len(prefix) :]: value for name, value in state.items()}
    return state


def has_tracer(torch):
    """Whether this PyTorch exports what torch.export traces, with the packages that it needs for that."""
    if not hasattr(torch.onnx, "ONNXProgram"):
        return False
    try:
        import onnxscript  # noqa: F401  # torch.onnx needs it; asked here only whether it is there
    except ImportError:
        return False
    return "dynamic_shapes" in inspect.signature(torch.onnx.export).parameters


def open_batch(torch, sample):
    """The first size of every tensor is left open where the module allows it."""
    return {
        name: {0: torch.export.Dim.AUTO} if isinstance(value, torch.Tensor) and value.dim() > 0 else None
        for name, value in sample.items()
    }


def drawn(torch, question, forward, seed):
    torch.manual_seed(seed)
    return {**forward, **{given["name"]: tensor(torch, given, False) for given in question["inputs"]}}


def leaves(torch, model, sample):
    with torch.no_grad():
        found = torch.utils._pytree.tree_leaves(model(**sample))
    return [value for value in found if isinstance(value, torch.Tensor)]


def save(folder, name, value):
    import numpy
    import torch

    value = value.detach().cpu().contiguous()
    value = value.float() if value.dtype == torch.bfloat16 else value
    numpy.save(os.path.join(folder, f"{name}.npy"), value.numpy())


def steps(torch, program, sample, folder):
    """
    Saves what each operation computes that the file still has by its name, and a file that answers with them.
    Answers with their names, and the lines of Python that they come from as `model.py:12`.
    """
    computed = {}
    lines = {}
    left = MOST_STEP_BYTES

    class Recorder(torch.fx.Interpreter):
        def run_node(self, node):
            nonlocal left
            value = super().run_node(node)
            if isinstance(value, torch.Tensor) and value.dtype.is_floating_point and node.op == "call_function":
                left -= value.numel() * value.element_size()
                if left > 0:
                    computed[node.name] = value
                    lines[node.name] = line_of(node)
            return value

    try:
        graph = program.exported_program.module()
        # The module checks its inputs in a node of its own, which is no function.
        given = [sample[node.target] for node in graph.graph.nodes if node.op == "placeholder"]
        with torch.no_grad():
            Recorder(graph).run(*given)
        values = [value for node in program.model.graph for value in node.outputs]
        found = [value for value in values if value.name in computed]
        known = {value.name for value in program.model.graph.outputs}
        program.model.graph.outputs.extend(value for value in found if value.name not in known)
        program.save(os.path.join(folder, "steps.onnx"))
    except Exception as error:  # The steps are an extra: without them there is a report, too.
        print(f"the steps could not be kept: {error}", file=sys.stderr)
        return []
    for i, value in enumerate(found):
        save(folder, f"step-{i}", computed[value.name])
    return [{"name": value.name, "line": lines[value.name]} for value in found]


def line_of(node):
    found = re.findall(r'File "([^"]+)", line (\d+)', node.meta.get("stack_trace") or "")
    return f"{os.path.basename(found[-1][0])}:{found[-1][1]}" if found else ""


if __name__ == "__main__":
    answer_with(export, sys.argv[1], sys.argv[2])
