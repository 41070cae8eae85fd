"""Reads texts with C++ protobuf, many of them in one process.

Standard input: one JSON string a line. Standard output: for each of them what protoc says first, as JSON: "ok", or
"line:column: complaint".

Usage: textFormat.py FOLDER, which holds config.proto with the message inference.ModelConfig.
"""
import json
import os
import re
import sys
import tempfile

from grpc_tools import _protoc_compiler

FIRST = re.compile(r"^input:(\d+:\d+: .*)$", re.MULTILINE)


def judge(text, folder, scratch):
    """protoc reads from and writes to the standard streams of the process: they lead to files meanwhile."""
    paths = [os.path.join(scratch, name) for name in ("in", "out", "err")]
    with open(paths[0], "wb") as file:
        file.write(text.encode("utf-8", "surrogatepass"))
    kept = [os.dup(number) for number in range(3)]
    flags = [os.O_RDONLY, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, os.O_WRONLY | os.O_CREAT | os.O_TRUNC]
    try:
        for number, (path, flag) in enumerate(zip(paths, flags)):
            opened = os.open(path, flag)
            os.dup2(opened, number)
            os.close(opened)
        status = _protoc_compiler.run_main(
            [b"protoc", b"-I" + folder.encode(), b"--encode=inference.ModelConfig", b"config.proto"]
        )
    finally:
        for number, before in enumerate(kept):
            os.dup2(before, number)
            os.close(before)
    if status == 0:
        return "ok"
    with open(paths[2], "rb") as file:
        said = file.read().decode("utf-8", "replace")
    found = FIRST.search(said)
    if not found:
        raise SystemExit(f"protoc: {said}")
    return found.group(1)


def main():
    texts = [json.loads(line) for line in sys.stdin.buffer.read().decode().splitlines()]
    with tempfile.TemporaryDirectory() as scratch:
        verdicts = [judge(text, sys.argv[1], scratch) for text in texts]
    for verdict in verdicts:
        print(json.dumps(verdict))


main()
