"""Sends valid inputs to a gateway, and the same inputs with errors: images, adapters, interrupted event streams, webhooks,
feedback, routes and headers. The requests are the same in every run.

    mutations.py [http://localhost:8080] [examples of each kind]

Fails if a response has a status of 500 or more (except 503 and 507 with Retry-After) or does not arrive within 20 seconds, and
then shows the smallest such request that it finds. Also fails if a generation does not end, or if the gateway calls a forbidden
webhook address. FUZZER_KEY contains the API key. Needs the packages in requirements.txt, and a gateway at port PORT that trusts
the origins http://127.0.0.2:PORT+3 and http://127.0.0.3:PORT+4.
"""

import base64
import collections
import json
import os
import re
import socket
import struct
import sys
import threading
import time
from urllib.parse import urlsplit

import requests
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import mutants
from honest import Receiver

URL = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080"
EXAMPLES = int(sys.argv[2]) if len(sys.argv) > 2 else 600
PORT = urlsplit(URL).port
ENDS_WITHIN = 120
"""Seconds within which every accepted generation must end."""

OCTETS = "application/octet-stream"
JSON = "application/json"

SMALL = {"prompt": "a red star", "steps": 2, "guidanceScale": 1, "width": 64, "height": 64}
ORDER = {
    **SMALL, "negativePrompt": "blue", "seed": 5, "count": 2, "sampler": "ddim", "guidanceScale": 4.5,
    "adapters": [{"adapter": "mutant@1", "scale": 1.5}], "deadline": "2030-01-01T00:00:00Z", "priority": "batch",
    "strength": 0.5, "longPrompt": "truncate", "promptWeights": True, "clipSkip": 1, "guidanceStart": 0.0, "guidanceEnd": 0.5, "timestepSpacing": "trailing", "webhook": "https://example.com",
    "initImage": base64.b64encode(mutants.PNGS[0]).decode(),
}
OPENAI = {
    "model": "base", "prompt": "a red star", "n": 1, "size": "64x64", "response_format": "b64_json", "output_format": "webp",
    "output_compression": 50, "stream": True, "partial_images": 2, "seed": 3, "num_inference_steps": 2,
}
FEEDBACK = {"rating": "up", "image": 0, "note": "good", "asTeacher": True}
ROUTE = {"stable": 1, "canary": {"version": 2, "share": 0.1}, "shadow": {"version": 1, "share": 1}}
LOAD = {"lora_name": "mutant", "lora_path": "mutant", "load_inplace": True, "kind": "student", "guidance": 5}

answers = collections.Counter()
counts = collections.Counter()
taken = []
"""Ids of the generations that the gateway accepted."""
session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ.get('FUZZER_KEY', 'none')}"


def written(value):
    return json.dumps(value).encode()


def exchange(*request, **parts):
    try:
        return session.request(*request, **parts)
    except requests.ConnectionError:  # the gateway may have closed the connection after the previous request
        counts["requests sent again on a new connection"] += 1
        session.close()
        return session.request(*request, **parts)


def send(method, path, body=None, media_type=JSON, headers=()):
    """Sends a request and checks the response. A body of bytes is sent unchanged, any other body as JSON."""
    body = body if body is None or isinstance(body, bytes) else written(body)
    all_headers = {"Content-Type": media_type, **dict(headers)}
    all_headers = {name: value.encode("utf-8") for name, value in all_headers.items()}
    answer = exchange(method, URL + path, data=body, headers=all_headers, timeout=20)
    status = answer.status_code
    answers[re.sub("/v1/generations/[^/]+", "/v1/generations/ID", urlsplit(path).path), status] += 1
    counts["requests"] += 1
    if status in (503, 507) and "Retry-After" in answer.headers:
        counts["busy: 503 or 507 with Retry-After"] += 1
    else:
        assert status < 500, f"{status}: {answer.text[:500]}"
    return answer


def order(**fields):
    """@return the generation's id, or None if the gateway refused the request"""
    answer = send("POST", "/v1/generations", {**SMALL, **fields})
    if answer.status_code == 202:
        taken.append(answer.json()["id"])
        return taken[-1]
    return None


def finished(generation, within=ENDS_WITHIN):
    """@return the final status of the generation"""
    end = time.monotonic() + within
    while True:
        status = send("GET", f"/v1/generations/{generation}").json().get("status")
        if status not in ("queued", "running"):
            return status
        assert time.monotonic() < end, f"generation {generation} is still {status} after {within} s"
        time.sleep(0.1)


def check(strategies, attempt, share=1.0):
    """Calls attempt(*values) with EXAMPLES values from the strategies, or with a share of EXAMPLES."""
    began = time.monotonic()

    @seed(42)
    @settings(max_examples=max(10, int(EXAMPLES * share)), deadline=None, database=None,
              suppress_health_check=list(HealthCheck))
    @given(st.tuples(*strategies))
    def holds(values):
        attempt(*values)

    holds()
    print(f"{time.monotonic() - began:5.0f} s  {attempt.__name__}", file=sys.stderr)


# --- Errors anywhere in a body: the gateway refuses most of these early

def body_of_bytes(body, target):
    method, path, media_type = target
    send(method, path, body, media_type)


def bodies():
    for originals, *targets in [
            ([ORDER, SMALL], ("POST", "/v1/generations", JSON)),
            ([OPENAI, SMALL], ("POST", "/v1/images/generations", JSON)),
            ([LOAD], ("POST", "/v1/load_lora_adapter", JSON), ("POST", "/v1/unload_lora_adapter", JSON))]:
        check([mutants.octets(list(map(written, originals))), st.sampled_from(targets)], body_of_bytes)


# --- Inputs that reach the decoders and the workers

def init_image(image, as_url):
    text = base64.b64encode(image).decode()
    if order(initImage=("data:image/png;base64," if as_url else "") + text, strength=0.5):
        counts["init images decoded"] += 1


def adapter_file(file, kind, style_or_student):
    name = "mutant-" + style_or_student
    answer = send("PUT", f"/v1/adapters/{name}{kind}", file, OCTETS)
    if answer.status_code in (200, 201):
        counts["adapters accepted"] += 1
        if answer.status_code == 201 and counts["adapters accepted"] % 3 == 0:  # a worker must load it or report why not
            counts["requests with adapters"] += order(adapter=name) is not None


def adapters():
    check([mutants.adapters(), st.sampled_from(mutants.KINDS), st.sampled_from("ab")], adapter_file)
    states = collections.Counter(finished(generation) for generation in taken)
    counts.update({f"generations {state}": count for state, count in states.items()})
    taken.clear()


# --- Inputs that hold resources

def event_stream(octets_read, reset, accept):
    generation = order(steps=10)
    if not generation:
        time.sleep(0.2)
        return
    with socket.create_connection(("127.0.0.1", PORT), timeout=20) as stream:
        if reset:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        stream.sendall(f"GET /v1/generations/{generation}/events HTTP/1.1\r\nHost: localhost:{PORT}\r\nAccept: {accept}\r\n"
                       f"Authorization: {session.headers['Authorization']}\r\nConnection: close\r\n\r\n".encode())
        got = b""
        while len(got) < octets_read:
            more = stream.recv(octets_read - len(got))
            if not more:
                break
            got += more
    counts["event streams"] += b" 200 " in got[:20]
    assert b" 500 " not in got[:20], got


def webhook(url):
    if order(webhook=url, steps=1):
        counts["requests with webhooks"] += 1


class Forbidden:
    """A host at a private address that is not trusted: the gateway must not connect to it."""

    def __init__(self, host, port):
        self.calls = 0
        self.server = socket.create_server((host, port))
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self):
        while True:
            self.server.accept()[0].close()
            self.calls += 1


def webhooks():
    receivers = [Receiver("127.0.0.2", PORT + 3), Receiver("127.0.0.3", PORT + 4, status=302)]
    forbidden = Forbidden("127.0.0.5", PORT + 5)
    trusted = [f"http://127.0.0.{2 + k}:{PORT + 3 + k}/finished" for k in range(2)]
    check([mutants.webhook_urls(trusted, f"127.0.0.5:{PORT + 5}")], webhook, share=0.3)
    for generation in taken:
        finished(generation)
    expected = order(webhook=trusted[0], steps=1)
    finished(expected)
    end = time.monotonic() + 60
    while expected not in receivers[0].told and time.monotonic() < end:
        time.sleep(0.1)
    counts["webhooks received"] = sum(len(receiver.told) for receiver in receivers)
    assert expected in receivers[0].told, "the last webhook did not arrive within 60 s"
    assert not forbidden.calls, f"the gateway connected {forbidden.calls} times to an address that is not trusted"
    taken.clear()


# --- Inputs that need an existing generation or adapter

def students_generation():
    """Creates two versions of a student and a generation with this student. @return the generation's id"""
    for rank in (4, 2):
        send("PUT", "/v1/adapters/student?kind=student&guidance=5", mutants.files.adapter(rank), OCTETS)
    generation = order(adapter="student", guidanceScale=None, steps=1)
    assert generation and finished(generation) == "succeeded", "the generation with the student did not succeed"
    return generation


def feedback_and_routes():
    generation = students_generation()
    whole = [written(value) for value in (FEEDBACK, {"rating": 0.5}, {"asTeacher": True})]
    routes = [written(value) for value in (ROUTE, {"stable": 2})]

    def feedback(body, key):
        answer = send("POST", f"/v1/generations/{generation}/feedback", body, headers=[("Idempotency-Key", key)])
        counts["feedback accepted"] += answer.status_code == 202

    def route(body, then):
        answer = send("PUT", "/v1/adapters/student/route", body)
        counts["routes set"] += answer.status_code == 200
        send(*then)

    check([st.one_of(st.sampled_from(whole), mutants.octets(whole)), st.text("abc", min_size=1, max_size=3)], feedback, 0.3)
    after = [("POST", "/v1/adapters/student/rollback"), ("DELETE", "/v1/adapters/student/route"),
             ("GET", "/v1/adapters/student"), ("DELETE", "/v1/adapters/student/versions/9")]
    check([st.one_of(st.sampled_from(routes), mutants.octets(routes)), st.sampled_from(after)], route, 0.3)

    paths = ["/v1/generations?limit=3", f"/v1/generations/{generation}", f"/v1/generations/{generation}/images/0?format=webp",
             f"/v1/generations/{generation}/images/0", "/v1/adapters", "/v1/models", "/q/openapi", "/"]

    def headers(headers, path, posts):
        if posts:
            send("POST", "/v1/generations", {**SMALL, "steps": 1}, headers=headers)
        else:
            send("GET", path, headers=headers)

    check([mutants.headers(), st.sampled_from(paths), st.booleans()], headers)


def main():
    send("PUT", "/v1/adapters/mutant?kind=style", mutants.ADAPTERS[0], OCTETS)
    bodies()
    check([mutants.images(), st.booleans()], init_image)
    adapters()
    check([st.integers(1, 4000), st.booleans(), st.sampled_from(["text/event-stream", "*/*"])], event_stream, share=0.15)
    webhooks()
    feedback_and_routes()


if __name__ == "__main__":
    try:
        main()
    finally:
        for (path, status), count in sorted(answers.items()):
            print(f"{count:6d}  {status}  {path}")
        for name, count in counts.items():
            print(f"{count:6d}  {name}")
