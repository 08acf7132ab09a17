"""A caller who generates small images, one after the other, and measures the latencies."""

import http.client
import http.server
import json
import threading
import time
from collections import namedtuple

TIMEOUT = 30
"""Seconds within which a response must arrive, and after a generation request the image and the webhook."""
NEXT = 2
"""Seconds after which the next generation request is sent, even if the previous image is not ready."""

Service = namedtuple("Service", "request status image failures late webhooks")
"""request: seconds from each generation request to its 202. status: seconds of each GET of a generation. image: seconds from
each generation request to its image. failures: descriptions. late: generations that were not finished within TIMEOUT.
webhooks: [received, expected]."""


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def await_idle(operator, limit):
    """@return seconds until no generation was queued or running; None if this took longer than the limit"""
    began = time.monotonic()
    while time.monotonic() - began < limit:
        try:
            status, body = operator.ask("GET", "/v1/fleet", timeout=5)
            if status == 200 and b'"queued":0,"running":0' in body:
                return time.monotonic() - began
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.5)
    return None


class Receiver:
    """Receives webhooks and records the ids of their generations."""

    def __init__(self, host, port, status=204):
        told = self.told = set()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                told.add(self.headers.get("webhook-id"))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((host, port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Honest:
    def __init__(self, host, port, key, hook=None, receiver=None):
        self.host, self.port, self.key, self.hook, self.receiver = host, port, key, hook, receiver

    def ask(self, method, path, body=None, timeout=TIMEOUT):
        """Sends a request on a new connection, like a new client. @return status, body"""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            connection.request(method, path, body and json.dumps(body), {
                "Content-Type": "application/json", "Authorization": f"Bearer {self.key}"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def serve(self, seconds, stop=lambda: False):
        """Generates images for some seconds, or until stop(). @return the measured Service"""
        end = time.monotonic() + seconds
        service = Service([], [], [], [], [], [0, 0])
        pending = {}  # id -> time of the request
        finished = {}  # id -> time at which the caller saw the end
        while time.monotonic() < end and not stop():
            self._order(service, pending)
            next_order = time.monotonic() + NEXT
            while pending and time.monotonic() < next_order:
                time.sleep(0.05)
                self._look(service, pending, finished)
            time.sleep(0.1)
        while pending:
            self._look(service, pending, finished)
            time.sleep(0.1)
        self._await_webhooks(service, finished)
        return service

    def _order(self, service, pending):
        order = {"prompt": "a large red star", "steps": 2, "guidanceScale": 1, "width": 64, "height": 64}
        if self.hook:
            order["webhook"] = self.hook
        began = time.monotonic()
        try:
            status, body = self.ask("POST", "/v1/generations", order)
            if status == 202:
                service.request.append(time.monotonic() - began)
                pending[json.loads(body)["id"]] = began
            else:
                service.failures.append(f"request: {status}")
                time.sleep(0.5)
        except (OSError, http.client.HTTPException) as e:
            service.failures.append(f"request: {type(e).__name__}")
            time.sleep(0.5)

    def _look(self, service, pending, finished):
        for generation, ordered in list(pending.items()):
            began = time.monotonic()
            try:
                status, body = self.ask("GET", f"/v1/generations/{generation}")
            except (OSError, http.client.HTTPException) as e:
                service.failures.append(f"status: {type(e).__name__}")
                status, body = None, b"{}"
            now = time.monotonic()
            if status == 200:
                service.status.append(now - began)
            elif status is not None:
                service.failures.append(f"status: {status}")
            state = json.loads(body).get("status") if status == 200 else None
            if state == "succeeded":
                service.image.append(now - ordered)
                finished[generation] = now
                del pending[generation]
            elif state in ("failed", "cancelled", "expired"):
                service.failures.append(f"image: {state}")
                del pending[generation]
            elif now - ordered > TIMEOUT:
                service.late.append(generation)
                del pending[generation]

    def _await_webhooks(self, service, finished):
        if not self.hook:
            return
        end = time.monotonic() + TIMEOUT
        while not finished.keys() <= self.receiver.told and time.monotonic() < end:
            time.sleep(0.1)
        service.webhooks[:] = [len(finished.keys() & self.receiver.told), len(finished)]
