"""One list of exchanges, held with any server of the Open Inference Protocol: `open_inference.py HOST:PORT`.

Prints a JSON object: exchange -> what the client saw. Two servers that speak the same protocol print the same.
"""

import base64
import http.client
import json
import struct
import sys

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

TYPES = {
    "BOOL": np.array([[True, False], [False, True]]),
    "UINT8": np.array([[0, 255], [1, 2]], np.uint8),
    "UINT16": np.array([[0, 65535], [1, 2]], np.uint16),
    "UINT32": np.array([[0, 4294967295], [1, 2]], np.uint32),
    "UINT64": np.array([[0, 18446744073709551615], [9007199254740993, 2]], np.uint64),
    "INT8": np.array([[-128, 127], [1, 2]], np.int8),
    "INT16": np.array([[-32768, 32767], [1, 2]], np.int16),
    "INT32": np.array([[-2147483648, 2147483647], [1, 2]], np.int32),
    "INT64": np.array([[-9223372036854775808, 9223372036854775807], [9007199254740993, 2]], np.int64),
    "FP16": np.array([[1, -2.5], [65504, 6e-8]], np.float16),
    "FP32": np.array([[1.1, 1e30], [1e-7, 16777216]], np.float32),
    "FP64": np.array([[1.1, 1e300], [1e-7, -0.0]], np.float64),
    "BYTES": np.array([["a", "é\n\""], ["", "x/y"]], object),
}

host = sys.argv[1]
client = triton.InferenceServerClient(host)
seen = {}


def shown(array):
    if array is None:
        return None
    if array.dtype == object:
        return [str(each) for each in array.flatten()]
    return [str(array.dtype), list(array.shape), base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()]


def record(name, work):
    try:
        seen[name] = work()
    except InferenceServerException as error:
        seen[name] = {"status": error.status(), "message": error.message()}


def tensor(name, array, binary=True, datatype=None):
    datatype = datatype or triton.InferInput(name, [1], "FP32").datatype()
    value = triton.InferInput(name, list(array.shape), datatype)
    value.set_data_from_numpy(array, binary_data=binary)
    return value


def identity(kind, binary_in, binary_out):
    def work():
        inputs = [tensor("IN_" + k, v, k != kind or binary_in, k) for k, v in TYPES.items()]
        outputs = [triton.InferRequestedOutput("OUT_" + kind, binary_data=binary_out)]
        result = client.infer("all", inputs, outputs=outputs, request_id="r-7")
        return [shown(result.as_numpy("OUT_" + kind)), result.get_response()]

    return work


for kind in TYPES:
    for binary_in in (True, False):
        for binary_out in (True, False):
            # The client itself refuses halves as JSON.
            if kind == "FP16" and not binary_in:
                continue
            record(f"{kind} in {binary_in} out {binary_out}", identity(kind, binary_in, binary_out))

A = np.arange(4, dtype=np.float32).reshape(1, 4)
B = np.array([[5, 6, 7, 8]], np.float32)


def add(inputs, **options):
    def work():
        result = client.infer("add", inputs, **options)
        answer = result.get_response()
        return [answer, {each["name"]: shown(result.as_numpy(each["name"])) for each in answer["outputs"]}]

    return work


both = [tensor("A", A, True, "FP32"), tensor("B", B, True, "FP32")]
record("all outputs", add(both))
record("one output", add(both, outputs=[triton.InferRequestedOutput("DIFFERENCE")]))
record("classes", add(both, outputs=[triton.InferRequestedOutput("SUM", binary_data=False, class_count=2)]))
record("version", add(both, model_version="1"))
record("request packed with gzip", add(both, request_compression_algorithm="gzip"))
record("request packed with deflate", add(both, request_compression_algorithm="deflate"))
record("answer packed with gzip", add(both, response_compression_algorithm="gzip"))
record("batch", add([tensor("A", np.repeat(A, 3, 0), True, "FP32"), tensor("B", np.repeat(B, 3, 0), True, "FP32")]))
record("unknown output", add(both, outputs=[triton.InferRequestedOutput("NONE")]))
record("missing input", add(both[:1]))
record("unknown input", add([both[0], tensor("C", B, True, "FP32")]))
record("other type", add([both[0], tensor("B", B.astype(np.int32), True, "INT32")]))
record("other shape", add([both[0], tensor("B", np.ones((1, 5), np.float32), True, "FP32")]))
record("other rank", add([both[0], tensor("B", np.ones((1, 4, 1), np.float32), True, "FP32")]))
record("batch above the most", add([tensor(n, np.ones((9, 4), np.float32), True, "FP32") for n in "AB"]))
record("unknown version", add(both, model_version="9"))
record("unknown model", lambda: client.infer("none", both).get_response())
record("metadata of an unknown model", lambda: client.get_model_metadata("none"))
record("statistics of an unknown model", lambda: client.get_inference_statistics("none"))
record("live", client.is_server_live)
record("ready", client.is_server_ready)
record("model ready", lambda: client.is_model_ready("add"))
record("version ready", lambda: client.is_model_ready("add", "1"))
record("unknown model ready", lambda: client.is_model_ready("none"))
record("metadata", lambda: {k: v for k, v in client.get_model_metadata("add").items() if k != "platform"})
record("index", lambda: [each for each in client.get_model_repository_index() if each["name"] == "add"])
record("batch size of the configuration", lambda: client.get_model_config("add")["max_batch_size"])
record("dims of the configuration", lambda: [each["dims"] for each in client.get_model_config("add")["input"]])


def reloaded():
    client.unload_model("one")
    client.load_model("one")
    return client.is_model_ready("one")


record("unload and load", reloaded)
record("load of an unknown model", lambda: client.load_model("none"))
counted = client.get_inference_statistics("add")["model_stats"][0]
record("statistics", lambda: [sorted(counted), sorted(counted["inference_stats"]), counted["inference_count"] > 0])


def raw(name, body, headers=None, path="/v2/models/add/infer", method="POST"):
    """What no client would send."""
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read()
    kept = {k.lower(): v for k, v in answer.getheaders() if k.lower() == "inference-header-content-length"}
    seen["raw: " + name] = [answer.status, kept, text.decode("latin-1")]
    connection.close()


def entry(name, **other):
    return {"name": name, "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4], **other}


def without(name, key):
    return {k: v for k, v in entry(name).items() if k != key}


bodies = {
    "JSON": {"inputs": [entry("A"), entry("B")]},
    "id": {"id": "q", "inputs": [entry("A"), entry("B")]},
    "nested": {"inputs": [entry("A", data=[[1, 2, 3, 4]]), entry("B")]},
    "all binary": {"inputs": [entry("A"), entry("B")], "parameters": {"binary_data_output": True}},
    "no outputs listed": {"inputs": [entry("A"), entry("B")], "outputs": []},
    "an output twice": {"inputs": [entry("A"), entry("B")], "outputs": [{"name": "SUM"}, {"name": "SUM"}]},
    "empty": {},
    "list": [],
    "inputs no list": {"inputs": {}},
    "no inputs": {"inputs": []},
    "an input twice": {"inputs": [entry("A"), entry("A")]},
    "no such type": {"inputs": [entry("A", datatype="FOO"), entry("B")]},
    "negative size": {"inputs": [entry("A", shape=[1, -4]), entry("B")]},
    "shape no list": {"inputs": [entry("A", shape="x"), entry("B")]},
    "fractional size": {"inputs": [entry("A", shape=[1, 4.5]), entry("B")]},
    "too few elements": {"inputs": [entry("A", data=[1, 2, 3]), entry("B")]},
    "too many elements": {"inputs": [entry("A", data=[1, 2, 3, 4, 5]), entry("B")]},
    "text for a number": {"inputs": [entry("A", data=[1, 2, 3, "4"]), entry("B")]},
    "null for a number": {"inputs": [entry("A", data=[1, 2, 3, None]), entry("B")]},
    "data no list": {"inputs": [entry("A", data=3), entry("B")]},
    "no name": {"inputs": [without("A", "name"), entry("B")]},
    "no shape": {"inputs": [without("A", "shape"), entry("B")]},
    "no type": {"inputs": [without("A", "datatype"), entry("B")]},
    "no data": {"inputs": [without("A", "data"), entry("B")]},
    "id no text": {"id": 7, "inputs": [entry("A"), entry("B")]},
    "parameters no object": {"inputs": [entry("A"), entry("B")], "parameters": 3},
    "output without a name": {"inputs": [entry("A"), entry("B")], "outputs": [{}]},
    "outputs no list": {"inputs": [entry("A"), entry("B")], "outputs": {}},
}
for name, body in bodies.items():
    raw(name, json.dumps(body))

data = struct.pack("<4f", 1, 2, 3, 4)


def binary(name, inputs, tail, **other):
    head = json.dumps({"inputs": inputs, **other}).encode()
    raw("binary: " + name, head + tail, {"Inference-Header-Content-Length": str(len(head))})


def sized(name, size=16, **other):
    return {"name": name, "shape": [1, 4], "datatype": "FP32", "parameters": {"binary_data_size": size}, **other}


binary("two", [sized("A"), sized("B")], data + data)
binary("mixed", [sized("A"), entry("B")], data)
binary("binary answer", [sized("A"), sized("B")], data + data, parameters={"binary_data_output": True})
binary(
    "listed outputs say it themselves",
    [sized("A"), sized("B")],
    data + data,
    parameters={"binary_data_output": True},
    outputs=[{"name": "SUM"}, {"name": "DIFFERENCE", "parameters": {"binary_data": True}}],
)
binary("cut off", [sized("A"), sized("B")], data)
binary("too long", [sized("A"), sized("B")], data + data + b"x")
binary("other size than the shape", [sized("A", 12), sized("B")], data + data[:12])
binary("negative size", [sized("A", -1), sized("B")], data + data)
binary("size and data", [sized("A", data=[1, 2, 3, 4]), sized("B")], data + data)
binary("size no number", [sized("A", "x"), entry("B")], data)
raw("header longer than the body", b"{}", {"Inference-Header-Content-Length": "100"})
raw("negative header", b"{}", {"Inference-Header-Content-Length": "-3"})
raw("raw tensor for two inputs", data, {"Inference-Header-Content-Length": "0"})
raw("raw tensor", struct.pack("<4f", 1, 2, 3, 4), {"Inference-Header-Content-Length": "0"}, "/v2/models/one/infer")
raw("wrong method", None, path="/v2/models/add/infer", method="GET")
raw("wrong path", None, path="/v2/models/add/nothing", method="GET")
raw("version no number", "{}", path="/v2/models/add/versions/x/infer")
raw("path that leads out", None, path="/v2/models/..%2f..%2fetc/ready", method="GET")

print(json.dumps(seen))
