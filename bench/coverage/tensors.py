"""Which expressions of timm's forward methods are tensors when they run.

    tensors.py PACKAGE_FOLDER SECONDS

Loads timm from PACKAGE_FOLDER with a probe around every expression of the methods `forward` and `forward_*`, builds
models of every file that registers some, and runs them on the meta device, or on the CPU where meta tensors
won't do. Prints JSON: `files` has for each path (relative to the folder) the ranges whose value was a tensor, as
[[line, character, end line, end character], ranks] from 0 in UTF-16 code units with the numbers of dims that were
seen there, `methods` and `methodsRun` count the methods, `models` and `failed` name what ran and what did not.
"""

import ast
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import os
import sys
import time
import warnings

PROBED = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.BinOp, ast.IfExp)
MOST_OF_ONE_FILE = 12
NOTHING_NEW = 3
SMALL = ('test_', 'atto', 'femto', 'pico', 'zepto', 'nano', 'xxs', 'xxt', 'xs', 'tiny', 'mini', 'small', '_s', '18', '26', '_b0')

places = []  # number of a probe -> (path, range)
owners = []  # number of a probe -> number of its method
tensors, reached = {}, set()  # number of a probe -> the numbers of dims seen; numbers of all that were reached
methods = []


class Probes(ast.NodeTransformer):
    """Puts `__probe__(number, expression)` around every expression of a method's body."""

    def __init__(self, path, lines, method):
        self.path, self.lines, self.method = path, lines, method

    def visit(self, node):
        if isinstance(node, (ast.arg, ast.JoinedStr)):
            return node
        if isinstance(node, ast.AnnAssign):
            node.value = node.value and self.visit(node.value)
            return node
        if isinstance(node, ast.Name) and node.id == 'super':
            return node
        wanted = isinstance(node, PROBED) and isinstance(getattr(node, 'ctx', ast.Load()), ast.Load)
        place = self.range_of(node) if wanted else None
        self.generic_visit(node)
        if not wanted:
            return node
        number = len(places)
        places.append((self.path, place))
        owners.append(self.method)
        probe = ast.Call(ast.Name('__probe__', ast.Load()), [ast.Constant(number), node], [])
        return ast.fix_missing_locations(ast.copy_location(probe, node))

    def range_of(self, node):
        return (
            node.lineno - 1,
            self.character(node.lineno, node.col_offset),
            node.end_lineno - 1,
            self.character(node.end_lineno, node.end_col_offset),
        )

    def character(self, line, offset):
        return len(self.lines[line - 1].encode()[:offset].decode().encode('utf-16-le')) // 2


class Methods(ast.NodeVisitor):
    def __init__(self, path, lines):
        self.path, self.lines = path, lines

    def visit_ClassDef(self, node):
        for item in node.body:
            if isinstance(item, ast.FunctionDef) and (item.name == 'forward' or item.name.startswith('forward_')):
                methods.append(f'{self.path}:{item.lineno}')
                probes = Probes(self.path, self.lines, len(methods) - 1)
                item.body = [probes.visit(statement) for statement in item.body]
            elif isinstance(item, ast.ClassDef):
                self.visit(item)


class Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname):
        with open(self.path, encoding='utf-8') as file:
            source = file.read()
        module = ast.parse(source, self.path)
        Methods(os.path.relpath(self.path, folder).replace(os.sep, '/'), source.split('\n')).visit(module)
        return compile(module, self.path, 'exec')


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path, target=None):
        if fullname.split('.')[0] != 'timm':
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path or [folder])
        if spec and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = Loader(fullname, spec.loader.path)
        return spec


def probe(number, value):
    reached.add(number)
    if isinstance(value, Tensor):
        tensors.setdefault(number, set()).add(value.ndim)
    return value


def run(name):
    """Builds a model and runs it in both modes; on the CPU where the meta device won't do."""
    problem = None
    for device, everywhere in (('meta', False), ('meta', True), ('cpu', False)):
        try:
            with torch.device(device):
                model = timm.create_model(name, pretrained=False)
            size = (getattr(model, 'pretrained_cfg', None) or {}).get('input_size') or (3, 224, 224)
            images = torch.randn(2, *size, device=device)
            # As a default, the meta device makes every operator several times slower.
            with torch.no_grad(), torch.device(device) if everywhere else contextlib.nullcontext():
                model.eval()(images)
                if hasattr(model, 'forward_intermediates'):
                    with contextlib.suppress(Exception):
                        model.forward_intermediates(images)
                model.train()(images)
            return None
        except Exception as error:  # what can't run is told, not hidden
            problem = f'{name}: {type(error).__name__}: {str(error).splitlines()[0][:120] if str(error) else ""}'
    return problem


def main():
    until = time.process_time() + float(sys.argv[2])  # of the processor: a busy machine runs the same models
    by_file = {}
    for name in timm.list_models():
        by_file.setdefault(timm.models.model_entrypoint(name).__module__, []).append(name)
    ran, failed = [], []
    # The smallest of every file first, so that a time limit costs no file.
    for turn in range(MOST_OF_ONE_FILE):
        for module, names in sorted(by_file.items()):
            names.sort(key=lambda name: (next((at for at, part in enumerate(SMALL) if part in name), 99), len(name), name))
            if turn >= len(names) or stale.get(module, 0) >= NOTHING_NEW or time.process_time() > until:
                continue
            before = len(tensors)
            problem = run(names[turn])
            (failed.append(problem) if problem else ran.append(names[turn]))
            stale[module] = 0 if len(tensors) > before else stale.get(module, 0) + 1
    files = {}
    for number in sorted(tensors):
        path, place = places[number]
        files.setdefault(path, []).append((place, sorted(tensors[number])))
    result = {
        'files': files,
        'expressions': len(places),
        'reached': len(reached),
        'methods': len(methods),
        'methodsRun': len({owners[number] for number in reached}),
        'models': ran,
        'failed': failed,
    }
    sys.__stdout__.write(json.dumps(result))


folder = os.path.abspath(sys.argv[1])
stale = {}
import builtins  # noqa: E402  # the probe must be there before anything is imported

builtins.__probe__ = probe
sys.meta_path.insert(0, Finder())
sys.dont_write_bytecode = True
sys.path.insert(0, folder)
warnings.simplefilter('ignore')
sys.stdout = io.StringIO()  # models may print
import torch  # noqa: E402  # after the finder that rewrites models
import torch.library  # noqa: E402  # as above
from torch import Tensor  # noqa: E402  # as above

# The wheel of torchvision for GPUs can't load its kernels beside a PyTorch without; timm's models need none of them, but
# the import wants to find these two declared.
torchvision_operators = torch.library.Library('torchvision', 'FRAGMENT')
with contextlib.suppress(OSError):
    torch.ops.load_library(importlib.util.find_spec('torchvision').submodule_search_locations[0] + '/_C.so')
if not hasattr(torch.ops.torchvision, 'nms'):
    for name in ('nms', 'qnms'):
        torchvision_operators.define(f'{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')

import timm  # noqa: E402  # after torchvision's operators are declared

main()
