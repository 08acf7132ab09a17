"""Sends a gateway what it takes, with bytes changed, left out, put in and moved. Fails if an answer is 500 or more, or
none comes within 20 seconds, and then shows the smallest such request that it can find.

    mutations.py [http://localhost:8080] [examples of each kind]

Wants hypothesis and requests; schemathesis brings both.
"""

import base64
import collections
import json
import struct
import sys

import requests
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

URL = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080"
EXAMPLES = int(sys.argv[2]) if len(sys.argv) > 2 else 1500

OCTETS = "application/octet-stream"
JSON = "application/json"

LAYER = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q.lora_%s.weight"
HEADER = json.dumps({
    LAYER % "A": {"dtype": "F32", "shape": [4, 64], "data_offsets": [0, 1024]},
    LAYER % "B": {"dtype": "F32", "shape": [64, 4], "data_offsets": [1024, 2048]},
}).encode()
ADAPTER = struct.pack("<Q", len(HEADER)) + HEADER + bytes(2048)

ORDER = json.dumps({
    "prompt": "a red star", "negativePrompt": "blue", "steps": 2, "seed": 5, "count": 2, "sampler": "ddim",
    "guidanceScale": 4.5, "width": 64, "height": 64, "adapters": [{"adapter": "mutant@1", "scale": 1.5}],
    "deadline": "2030-01-01T00:00:00Z", "priority": "batch", "strength": 0.5, "webhook": "https://example.com",
    "initImage": base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode(),
}).encode()
PLAIN_ORDER = b'{"prompt": "a red star", "steps": 2}'
OPENAI = json.dumps({
    "model": "base", "prompt": "a red star", "n": 1, "size": "64x64", "response_format": "b64_json",
    "output_format": "webp", "output_compression": 50, "stream": True, "partial_images": 2, "seed": 3,
    "num_inference_steps": 2,
}).encode()
FEEDBACK = b'{"rating": "up", "image": 0, "note": "good", "asTeacher": true}'
ROUTE = b'{"stable": 1, "canary": {"version": 2, "share": 0.1}, "shadow": {"version": 1, "share": 1}}'
LOAD = b'{"lora_name": "mutant", "lora_path": "mutant", "load_inplace": true, "kind": "student", "guidance": 5}'

answers = collections.Counter()
session = requests.Session()


@st.composite
def mutated(draw, originals):
    body = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, max(0, len(body) - 1)))
        kind = draw(st.sampled_from(["change", "flip", "cut", "insert", "copy", "length"]))
        if kind == "change" and body:
            body[at] = draw(st.integers(0, 255))
        elif kind == "flip" and body:
            body[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "cut":
            del body[at:at + draw(st.sampled_from([1, 8, 100, 10**6]))]
        elif kind == "insert":
            body[at:at] = draw(st.binary(min_size=1, max_size=64))
        elif kind == "copy":
            body[at:at] = body[draw(st.integers(0, at)):][:draw(st.integers(1, 64))]
        elif kind == "length":  # of a safetensors file's header
            body[:8] = struct.pack("<Q", draw(st.one_of(st.integers(0, 4096), st.integers(0, 2**64 - 1))))
    return bytes(body)


def send(method, path, body, media_type):
    answer = session.request(method, URL + path, data=body, headers={"Content-Type": media_type}, timeout=20)
    answers[path.split("?")[0], answer.status_code] += 1
    assert answer.status_code < 500, f"{answer.status_code}: {answer.text}"


def check(body, media_type, method, paths):
    @seed(42)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(mutated(body), st.sampled_from(paths))
    def accepts_or_refuses(changed, path):
        send(method, path, changed, media_type)

    accepts_or_refuses()


requests.put(URL + "/v1/adapters/mutant", data=ADAPTER, headers={"Content-Type": OCTETS}, timeout=20)
kinds = ["?kind=style", "?kind=student&guidance=5", "?kind=student", "?kind=x&guidance=nan", ""]
check([ADAPTER], OCTETS, "PUT", ["/v1/adapters/mutant" + kind for kind in kinds])
check([ORDER, PLAIN_ORDER], JSON, "POST", ["/v1/generations"])
check([OPENAI, PLAIN_ORDER], JSON, "POST", ["/v1/images/generations"])
check([FEEDBACK], JSON, "POST", ["/v1/generations/none/feedback"])
check([ROUTE], JSON, "PUT", ["/v1/adapters/mutant/route"])
check([LOAD], JSON, "POST", ["/v1/load_lora_adapter", "/v1/unload_lora_adapter"])
for (path, status), count in sorted(answers.items()):
    print(f"{count:6d}  {status}  {path}")
print(f"{sum(answers.values()):6d}  requests, each answered, and none with 500 or more")
