"""Builds one module of a file in real PyTorch, calls it once, and tells what happened as JSON.

Run by `tensorwright verify` and by the editor's Verify with PyTorch, never by checking:

    python observe.py QUESTION.json ANSWER.json

The question: `file`, `roots` (folders to import from), `module` (name of the class), `inputs` (name, sizes, dtype of each
tensor that forward takes), `arguments` (what the user wrote, as of a call), `guesses` (constructor arguments that have
no default, as expressions), `meta` (whether tensors have no data), `watched` (1-based ranges of lines of `file` to tell reached from not
reached). What the user's code prints goes to its own streams.
"""

import ast
import importlib.util
import inspect
import json
import os
import sys
import traceback


def answer_with(work, question_path, answer_path):
    """Hands a question to `work`, which fills in the answer; what the user's code raises is in it, too."""
    with open(question_path, encoding="utf-8") as stream:
        question = json.load(stream)
    answer = {"stage": "torch"}
    try:
        work(question, answer)
    except BaseException as error:  # SystemExit of the user's code is an answer too.
        answer["error"] = described(error, question["file"])
    with open(answer_path, "w", encoding="utf-8") as stream:
        json.dump(answer, stream)
        stream.flush()
    # Threads and atexit handlers of the user's code don't keep the answer waiting.
    os._exit(0)


def built(question, answer):
    """The module in evaluation mode, and what its forward is called with, by name."""
    import torch

    answer["torch"] = torch.__version__
    answer["device"] = "meta" if question["meta"] else "cpu"
    torch.manual_seed(0)
    answer["stage"] = "import"
    namespace = vars(imported(question["file"], question["roots"]))
    answer["stage"] = "build"
    cls = namespace[question["module"]]
    written = {
        keyword.arg: eval(ast.unparse(keyword.value), namespace)
        for keyword in ast.parse(f"f({question['arguments']})", mode="eval").body.keywords
    }
    guessed = {name: eval(text, namespace) for name, text in question["guesses"].items()}
    init = {**guessed, **{name: value for name, value in written.items() if takes(cls.__init__, name)}}
    forward = {name: value for name, value in written.items() if takes(cls.forward, name)}
    for name in forward:
        init.pop(name, None)
    with torch.device("meta" if question["meta"] else "cpu"):
        model = cls(**init).eval()
    answer["parameters"] = sum(parameter.numel() for parameter in model.parameters())
    for given in question["inputs"]:
        forward[given["name"]] = tensor(torch, given, question["meta"])
    return model, forward


def observe(question, answer):
    answer["calls"] = calls = []
    import torch

    model, forward = built(question, answer)
    answer["stage"] = "call"
    reached = set()
    hooks = watch(model, calls)
    sys.settrace(line_watcher(os.path.realpath(question["file"]), question["watched"], reached))
    try:
        with torch.no_grad():
            answer["output"] = shown(model(**forward))
        answer["stage"] = "done"
    finally:
        sys.settrace(None)
        answer["reached"] = sorted(reached)
        for hook in hooks:
            hook.remove()


def imported(path, roots):
    """The file as the module that its packages make it, so that its relative imports work."""
    folder, name = os.path.split(os.path.abspath(path))
    parts = [] if name == "__init__.py" else [name[:-3]]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        parts.insert(0, package)
    # The first entry is the folder of this script.
    sys.path[:1] = [folder, *(root for root in roots if root != folder)]
    sys.argv = [path]
    if len(parts) > 1:
        return importlib.import_module(".".join(parts))
    # Under a name that no installed package has.
    spec = importlib.util.spec_from_file_location(parts[0] if parts[0] not in sys.modules else f"_{parts[0]}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def takes(function, name):
    try:
        return name in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def tensor(torch, given, meta):
    sizes, dtype = given["sizes"], getattr(torch, given["dtype"] or "float32")
    if meta:
        return torch.empty(sizes, dtype=dtype, device="meta")
    # Zeros are an index, a class and a mask wherever one is wanted.
    return torch.randn(sizes, dtype=dtype) if dtype.is_floating_point else torch.zeros(sizes, dtype=dtype)


def watch(model, calls):
    """Notes every call of a part, in the order in which they begin."""
    open_calls = []
    hooks = []
    for name, part in model.named_modules():
        if name == "":
            continue

        def before(part, args, kwargs, name=name):
            call = {"name": name, "type": type(part).__name__, "inputs": inputs_of(args, kwargs), "output": None}
            open_calls.append(call)
            calls.append(call)

        def after(part, args, kwargs, output):
            open_calls.pop()["output"] = shown(output)

        hooks.append(part.register_forward_pre_hook(before, with_kwargs=True))
        hooks.append(part.register_forward_hook(after, with_kwargs=True))
    return hooks


def inputs_of(args, kwargs):
    return [text for text in map(shown, [*args, *kwargs.values()]) if text != ""]


def shown(value):
    """Shapes as the checker writes them; nothing for what holds no tensor."""
    import torch

    if isinstance(value, torch.Tensor):
        return f"({value.shape[0]},)" if value.dim() == 1 else f"({', '.join(map(str, value.shape))})"
    if isinstance(value, dict):
        return shown(list(value.values()))
    if not isinstance(value, (tuple, list)):
        return ""
    texts = [text for text in map(shown, value) if text != ""]
    return f"[{', '.join(texts)}]" if texts else ""


def line_watcher(path, ranges, reached):
    """A trace function that notes which lines of a file, of those that are asked for, are reached."""
    wanted = {line for first, last in ranges for line in range(first, last + 1)}
    known = {}

    def within(frame, event, argument):
        if event == "line" and frame.f_lineno in wanted:
            reached.add(frame.f_lineno)
        return within

    def entering(frame, event, argument):
        name = frame.f_code.co_filename
        if name not in known:
            known[name] = os.path.realpath(name) == path
        return within if known[name] else None

    return entering if wanted else None


def described(error, path):
    """What was raised, and the lines of the user's file that led there, innermost first."""
    real = os.path.realpath(path)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame.lineno for frame in reversed(frames) if os.path.realpath(frame.filename) == real]
    where = [frame for frame in reversed(frames) if os.path.realpath(frame.filename) != os.path.realpath(__file__)]
    return {
        "type": type(error).__name__,
        "message": str(error),
        "lines": own,
        "place": f"{os.path.basename(where[0].filename)}:{where[0].lineno}" if where else "",
    }


if __name__ == "__main__":
    answer_with(observe, sys.argv[1], sys.argv[2])
