"""HTTP/1.1 over plain sockets, for requests that client libraries cannot send."""

import asyncio
import collections
import contextlib
import json
import socket
import ssl
import time

Answer = collections.namedtuple("Answer", "status headers body")


def http2_over_tls():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the certificate is self-signed
    context.set_alpn_protocols(["h2"])
    return context


class Wire:
    """An attacker's connections to the gateway, with counts of the results.

    seen counts responses by status, and "closed" (closed without a response), "silent" (no response in time) and "refused" (no
    connection)."""

    def __init__(self, host, port, key, seconds, hooks, begun=lambda: None):
        self.host, self.port, self.key, self.hooks = host, port, key, hooks
        self.seconds, self.begun, self.end = seconds, begun, None
        self.seen = collections.Counter()

    def left(self):
        """@return the remaining seconds of the attack. The first call starts the attack, so preparation does not count."""
        if self.end is None:
            self.end = time.monotonic() + self.seconds
            self.begun()
        return max(0.0, self.end - time.monotonic())

    async def until_end(self, count, attempt):
        """Calls attempt(k) repeatedly in `count` tasks, and cancels the tasks that still run soon after the end of the attack."""
        async def repeat(k):
            while self.left():
                await attempt(k)
        tasks = [asyncio.create_task(repeat(k)) for k in range(count)]
        _, pending = await asyncio.wait(tasks, timeout=self.left() + 1)
        for task in pending:
            task.cancel()
            self.seen["cut off at the end"] += 1
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result

    async def connect(self, receive_buffer=None, tls_port=None):
        """@return a reader and a writer, or None if the gateway refuses the connection. With tls_port: HTTP/2 over TLS at this
        port"""
        sock = socket.socket()
        sock.setblocking(False)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            await asyncio.wait_for(asyncio.get_running_loop().sock_connect(sock, (self.host, tls_port or self.port)), 10)
            tls = {"ssl": http2_over_tls(), "server_hostname": "localhost"} if tls_port else {}
            return await asyncio.open_connection(sock=sock, limit=4096 if receive_buffer else 1 << 16, **tls)
        except (OSError, asyncio.TimeoutError):
            sock.close()
            self.seen["refused"] += 1
            return None

    def head(self, method, path, headers=(), key=True, length=None):
        lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}", *headers]
        if key:
            lines.append(f"Authorization: Bearer {self.key}")
        if length is not None:
            lines.append(f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def request(self, method, path, body=b"", media="application/json", headers=(), key=True, timeout=30, count=True):
        """Sends one request on a new connection. @return the response, or None"""
        head = self.head(method, path, ["Connection: close", f"Content-Type: {media}", *headers], key, len(body))
        return await self.raw(head + body, timeout, count)

    async def raw(self, octets, timeout=30, count=True):
        connection = await self.connect()
        if not connection:
            return None
        reader, writer = connection
        try:
            answer = await asyncio.wait_for(self._exchange(reader, writer, octets), timeout)
        except asyncio.TimeoutError:
            answer = "silent"
        finally:
            writer.close()
        if count:
            self.seen[answer if isinstance(answer, str) else answer.status] += 1
        return None if isinstance(answer, str) else answer

    @staticmethod
    async def _exchange(reader, writer, octets):
        with contextlib.suppress(OSError):  # a client that is refused early cannot send the rest, but still gets a response
            writer.write(octets)
            await writer.drain()
        try:
            received = await reader.read(-1)
        except OSError:
            received = bytes(getattr(reader, "_buffer", b""))
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        if not lines[0].startswith("HTTP/"):
            return "closed"
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        return Answer(int(lines[0].split()[1]), headers, body)

    async def order(self, count=True, timeout=30, **fields):
        """@return the generation's id, or None if the gateway refused the request"""
        body = json.dumps({"prompt": "a red star", "steps": 1, "guidanceScale": 1, "width": 64, "height": 64, **fields})
        answer = await self.request("POST", "/v1/generations", body.encode(), count=count, timeout=timeout)
        return answer.headers["location"].rsplit("/", 1)[1] if answer and answer.status == 202 else None

    async def cancel(self, ids, at_once=20):
        """Cancels the remaining generations, so that the next attack starts with an empty backlog."""
        ids = list(ids)
        async def take():
            while ids:
                await self.request("DELETE", f"/v1/generations/{ids.pop()}", count=False)
        await asyncio.gather(*(take() for _ in range(at_once)))

    async def hold(self, octets, drip=None, receive_buffer=None):
        """Sends octets and keeps the connection open to the end, unless the gateway closes it. drip: bytes to send, one per
        second"""
        connection = await self.connect(receive_buffer)
        if not connection:
            await asyncio.sleep(min(1, self.left()))
            return
        reader, writer = connection
        try:
            writer.write(octets)
            await writer.drain()
            reading = asyncio.ensure_future(reader.read(64))
            for byte in drip or b"":
                await asyncio.wait([reading], timeout=min(1, self.left()))
                if reading.done() or not self.left():
                    break
                writer.write(bytes([byte]))
                await writer.drain()
            await asyncio.wait([reading], timeout=self.left())
            await self._held(reading)
        except OSError:
            self.seen["closed"] += 1
        finally:
            writer.close()

    async def _held(self, reading):
        if not reading.done():
            reading.cancel()
            self.seen["held to the end"] += 1
            return
        first = reading.result()
        if not first:
            self.seen["closed"] += 1
            return
        self.seen[int(first.split()[1])] += 1
        await asyncio.sleep(self.left())
