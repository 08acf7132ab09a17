"""Attacks on a gateway by one caller, with or without a key. Each attack has a limited duration and sends a limited amount of
data.

An attack is a function that receives a Wire. ATTACKS contains the attacks with their descriptions, in the order in which they
run."""

import asyncio
import base64
import gzip
import itertools
import json
import os
import time

import files

ATTACKS = {}
"""name -> (function, description of what it sends, minimum duration in seconds, whether it fills the disk)"""


def attack(name, sends, seconds=0, fills_disk=False):
    def register(function):
        ATTACKS[name] = (function, sends, seconds, fills_disk)
        return function
    return register


def order_of(image, **fields):
    return json.dumps({"prompt": "", "steps": 1, "guidanceScale": 1, "width": 64, "height": 64, "strength": 1,
                       "initImage": base64.b64encode(image).decode(), **fields}).encode()


async def order_again_and_again(wire, at_once, body, **options):
    taken = []

    async def order(_):
        answer = await wire.request("POST", "/v1/generations", body, **options)
        if answer and answer.status == 202:
            taken.append(answer.headers["location"].rsplit("/", 1)[1])
    await wire.until_end(at_once, order)
    await wire.cancel(taken)


# --- Images

@attack("jpeg-scans", "250 concurrent requests: a progressive 2048x2048 JPEG with 1000 scans of 18 bytes each (26 KB)")
async def jpeg_scans(wire):
    await order_again_and_again(wire, 250, order_of(files.jpeg_of_scans(2048, 1000)), timeout=60)


@attack("png-size", "10 concurrent requests: 300-byte PNGs that claim to have 100000x100000 or 4194304x1 pixels")
async def png_size(wire):
    bodies = itertools.cycle(order_of(files.png_of_claimed_size(*size)) for size in [(100_000, 100_000), (1 << 22, 1)])
    await wire.until_end(10, lambda _: wire.request("POST", "/v1/generations", next(bodies)))


@attack("png-deep", "30 concurrent requests: interlaced 2048x2048 PNGs with 16-bit RGBA (136 KB, 32 MiB decoded)")
async def png_deep(wire):
    image = files.png(2048, 2048, files.RGB_ALPHA, 16, interlaced=True, level=9)
    await order_again_and_again(wire, 30, order_of(image))


@attack("png-chunks", "10 concurrent requests: a PNG with an iCCP and 8 zTXt chunks that inflate to 200 MiB each, and 50000 empty "
                      "chunks (2.4 MB)")
async def png_chunks(wire):
    await order_again_and_again(wire, 10, order_of(files.png_with_inflating_text()))


@attack("images-large", "20 concurrent requests: valid PNGs of 7.7 MB")
async def images_large(wire):
    image = files.png(1600, 1600, noise=os.urandom(5003), level=0)
    await order_again_and_again(wire, 20, order_of(image))


# --- HTTP

@attack("headers", "10 concurrent requests, no key: a header of 1 MiB, 20000 headers, a URL of 1 MiB, 5000 query parameters")
async def headers(wire):
    heads = itertools.cycle([
        wire.head("GET", "/v1/fleet", ["X-Large: " + "x" * (1 << 20)], key=False),
        wire.head("GET", "/v1/fleet", [f"X-{i}: x" for i in range(20_000)], key=False),
        wire.head("GET", "/" + "x" * (1 << 20), key=False),
        wire.head("GET", "/v1/generations?" + "&".join(f"{i}=" for i in range(5000)), key=False)])
    await wire.until_end(10, lambda _: wire.raw(next(heads)))


@attack("json", "10 concurrent requests: JSON with a nesting depth of 100000, a number of 1 MB, a name of 1 MB, a text of 10 MB, "
                "100000 fields")
async def json_bodies(wire):
    bodies = itertools.cycle([
        b'{"prompt":' + b"[" * 100_000, b'{"prompt":' * 100_000,
        b'{"prompt":"","seed":' + b"1" * 1_000_000 + b"}", b'{"prompt":"","strength":1e' + b"9" * 1_000_000 + b"}",
        b'{"' + b"a" * 1_000_000 + b'":1}', b'{"prompt":"' + b"a" * 10_000_000 + b'"}',
        b"{" + b",".join(b'"%d":0' % i for i in range(100_000)) + b"}"])
    paths = itertools.cycle(["/v1/generations", "/v1/images/generations", "/v1/load_lora_adapter"])
    await wire.until_end(10, lambda _: wire.request("POST", next(paths), next(bodies)))


@attack("gzip", "10 concurrent requests: bodies with Content-Encoding: gzip, 1 MB that would inflate to 1 GiB of JSON")
async def gzip_bodies(wire):
    bomb = gzip.compress(b'{"prompt":"' + b" " * (1 << 30), 1)
    await wire.until_end(10, lambda _: wire.request(
        "POST", "/v1/generations", bomb, headers=["Content-Encoding: gzip"]))


@attack("chunked", "20 concurrent requests: endless chunked bodies, with chunks of 64 KiB, or of 1 byte with an extension of 1 KB")
async def chunked(wire):
    pieces = itertools.cycle([b"10000\r\n" + b" " * 65536 + b"\r\n", (b"1;" + b"x" * 1000 + b"\r\n \r\n") * 64])
    targets = itertools.cycle([("POST", "/v1/generations", "application/json"),
                               ("PUT", "/v1/adapters/endless?kind=style", "application/octet-stream")])

    async def stream(_):
        connection = await wire.connect()
        if not connection:
            return
        reader, writer = connection
        piece, (method, path, media) = next(pieces), next(targets)
        answer = asyncio.ensure_future(reader.read(64))
        try:
            writer.write(wire.head(method, path, [f"Content-Type: {media}", "Transfer-Encoding: chunked"]))
            while wire.left() and not answer.done():
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        await asyncio.wait([answer], timeout=min(1, wire.left()))
        first = answer.result() if answer.done() and not answer.exception() else b""
        wire.seen[int(first.split()[1]) if first else "closed" if wire.left() else "read to the end"] += 1
        answer.cancel()
        writer.close()
    await wire.until_end(20, stream)


@attack("slow-bodies", "300 connections: a generation request of 5000 bytes, one byte per second", seconds=45)
async def slow_bodies(wire):
    head = wire.head("POST", "/v1/generations", ["Content-Type: application/json"], length=5000)
    await wire.until_end(300, lambda _: wire.hold(head, drip=b" " * 5000))


@attack("slow-uploads", "300 connections: an adapter of 100 MB, one byte per second", seconds=45)
async def slow_uploads(wire):
    head = wire.head("PUT", "/v1/adapters/slow?kind=style", ["Content-Type: application/octet-stream"], length=10**8)
    await wire.until_end(300, lambda _: wire.hold(head, drip=files.adapter()))


@attack("slow-headers", "300 connections, no key: a request line, then one byte of headers per second", seconds=30)
async def slow_headers(wire):
    await wire.until_end(300, lambda _: wire.hold(b"GET /v1/fleet HTTP/1.1\r\nX: ", drip=b"x" * 5000))


@attack("idle", "6000 connections, no key: half of them send nothing, half are idle after one request")
async def idle(wire):
    requests = [b"", wire.head("GET", "/q/health/live", key=False)]
    await wire.until_end(6000, lambda k: wire.hold(requests[k % 2]))


# --- Generations

@attack("orders", "40 concurrent requests: one-step generations, as many as the gateway accepts, half of them batch")
async def orders(wire):
    taken = []

    async def order(k):
        taken.append(await wire.order(priority="batch" if k % 2 else "interactive"))
    await wire.until_end(40, order)
    await wire.cancel(filter(None, taken))


@attack("orders-long", "20 concurrent requests: 8 images with 200 steps, as many as the gateway accepts")
async def orders_long(wire):
    taken = []

    async def order(_):
        taken.append(await wire.order(count=8, steps=200, guidanceScale=5))
        if not taken[-1]:
            await asyncio.sleep(0.2)
    await wire.until_end(20, order)
    await wire.cancel(filter(None, taken))


@attack("streams", "3000 event streams of one 200-step generation, opened but not read")
async def streams(wire):
    generation = await wire.order(count=2, steps=200, guidanceScale=5)
    head = wire.head("GET", f"/v1/generations/{generation}/events", ["Accept: text/event-stream"])
    await wire.until_end(3000, lambda _: wire.hold(head, receive_buffer=4096))
    await wire.cancel([generation] if generation else [])


@attack("lists", "50 concurrent requests: GET /v1/generations?limit=200, by a caller with 400 generations")
async def lists(wire):
    await asyncio.gather(*(wire.order(count=False) for _ in range(400)))
    await wire.until_end(50, lambda _: wire.request("GET", "/v1/generations?limit=200"))


@attack("slow-readers", "400 connections: downloads of weights (29 MB) and of lists; the client reads only 64 bytes")
async def slow_readers(wire):
    weights = files.adapter(rank=4096, noise=True)
    await wire.request("PUT", "/v1/adapters/heavy?kind=style", weights, "application/octet-stream", count=False)
    heads = [wire.head("GET", "/v1/adapters/heavy/versions/1/weights"), wire.head("GET", "/v1/generations?limit=200")]
    await wire.until_end(400, lambda k: wire.hold(heads[k % 2], receive_buffer=4096))
    await wire.request("DELETE", "/v1/adapters/heavy", count=False)


@attack("webhooks", "90 generation requests with webhook receivers that respond endlessly with one byte per second, respond "
                    "endlessly at full speed, or never respond", seconds=30)
async def webhooks(wire):
    async def swallow(reader):
        await reader.readuntil(b"\r\n\r\n")
        wire.seen["receiver: called"] += 1

    async def drip(reader, writer):
        await swallow(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while wire.left():
            writer.write(b"1\r\nx\r\n")
            await writer.drain()
            await asyncio.sleep(1)

    async def gush(reader, writer):
        await swallow(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while wire.left():  # at most 20 MB per second, so that the machine itself is not overloaded
            writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0.003)

    async def mute(reader, _):
        await swallow(reader)
        await reader.read()

    def quietly(receiver):
        async def receive(reader, writer):
            began = time.monotonic()
            try:
                await receiver(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                wire.seen["receiver: closed by the gateway"] += 1
            except asyncio.CancelledError:
                pass
            if time.monotonic() - began > 20:
                wire.seen["BROKEN: the gateway waited for a receiver for longer than 20 s"] += 1
            writer.close()
        return receive

    hooks = []
    for receiver, (host, port) in zip([drip, gush, mute], wire.hooks):
        await asyncio.start_server(quietly(receiver), host, port)
        hooks.append(f"http://{host}:{port}/finished")
    wire.left()  # starts the time of the attack
    for k in range(90):
        await wire.order(webhook=hooks[k % 3])
    await asyncio.sleep(wire.left() + 1)


# --- Adapters

@attack("safetensors", "3 concurrent uploads: headers with 59 MB of tiny entries, with 10 MB of nesting, and with claimed lengths of "
                       "2^63 and 2^32")
async def safetensors(wire):
    entries = b"{" + b",".join(b'"%x":{}' % i for i in range(5_000_000)) + b"}"
    bodies = itertools.cycle([
        files.with_header(entries), files.with_header(b'{"a":' * 2_000_000), files.with_header(entries),
        files.with_header(b"[" * 10_000_000), files.with_header(b"{}", bytes(1000), 1 << 63),
        files.with_header(b"{}", bytes(1000), 1 << 32)])
    await wire.until_end(3, lambda _: wire.request(
        "PUT", "/v1/adapters/bomb?kind=style", next(bodies), "application/octet-stream", timeout=60))


# --- HTTP/2, without a library

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADERS, RST_STREAM, SETTINGS, GOAWAY, CONTINUATION = 1, 3, 4, 7, 9
GET_ROOT = b"\x82\x87\x84\x01\x09localhost"
"""In HPACK: GET, https, /, and the authority."""


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


async def http2(wire, write_frames):
    """Opens a connection over TLS, writes frames, and counts the gateway's responses."""
    connection = await wire.connect(tls_port=int(os.environ["TLS_PORT"]))
    if not connection:
        return
    reader, writer = connection

    async def listen():
        while True:
            head = await reader.readexactly(9)
            payload = await reader.readexactly(int.from_bytes(head[:3], "big"))
            if head[3] == SETTINGS and not head[4]:
                wire.seen["HTTP/2 connections"] += 1
            elif head[3] == HEADERS:
                wire.seen["responses"] += 1
            elif head[3] == RST_STREAM:
                wire.seen["streams reset by the gateway"] += 1
            elif head[3] == GOAWAY:
                wire.seen[f"GOAWAY, code {int.from_bytes(payload[4:8], 'big')}"] += 1

    listening = asyncio.ensure_future(listen())
    try:
        writer.write(PREFACE + frame(SETTINGS, 0, 0))
        for frames in write_frames():
            if not wire.left() or listening.done():
                break
            writer.write(frames)
            wire.seen["MB sent"] += len(frames) / 1e6
            await writer.drain()
    except OSError:
        pass
    await asyncio.wait([listening], timeout=2)  # reads the frames that the gateway sent before it closed the connection
    wire.seen["closed" if listening.done() else "left open"] += 1
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    writer.close()


@attack("h2-continuation", "10 connections, no key: HTTP/2 HEADERS, then endless CONTINUATION frames")
async def h2_continuation(wire):
    def frames():
        yield frame(HEADERS, 1, 1, GET_ROOT)
        filler = b"".join(b"\0\x05x-%03d\x01y" % (i % 1000) for i in range(1600))
        while True:
            yield frame(CONTINUATION, 0, 1, filler[:16384])
    await wire.until_end(10, lambda _: http2(wire, frames))


@attack("h2-empty", "10 connections, no key: HTTP/2 HEADERS, then endless empty CONTINUATION frames")
async def h2_empty(wire):
    def frames():
        yield frame(HEADERS, 1, 1, GET_ROOT)
        while True:
            yield frame(CONTINUATION, 0, 1) * 1000
    await wire.until_end(10, lambda _: http2(wire, frames))


@attack("h2-reset", "10 connections, no key: HTTP/2 requests that the client resets immediately")
async def h2_reset(wire):
    def frames():
        for first in range(1, 1 << 30, 200):
            yield b"".join(frame(HEADERS, 5, stream, GET_ROOT) + frame(RST_STREAM, 0, stream, b"\0\0\0\x08")
                           for stream in range(first, first + 200, 2))
    await wire.until_end(10, lambda _: http2(wire, frames))


# --- Disk

@attack("disk-images", "4 concurrent requests: each with a new 64x64 init image that has 8 MB of chunks, cancelled immediately", 30, True)
async def disk_images(wire):
    async def order(_):
        image = files.png(64, 64, chunks=[(b"prVt", os.urandom(8_000_000))])
        body = order_of(image, steps=50, priority="batch")
        answer = await wire.request("POST", "/v1/generations", body)
        if answer and answer.status == 202:
            await wire.cancel([answer.headers["location"].rsplit("/", 1)[1]])
        else:
            await asyncio.sleep(0.2)
    await wire.until_end(4, order)


@attack("disk-adapters", "2 concurrent uploads: each a new, valid adapter of 29 MB, retired immediately", 30, True)
async def disk_adapters(wire):
    async def upload(k):
        answer = await wire.request(
            "PUT", f"/v1/adapters/filler{k}?kind=style", files.adapter(rank=4096, noise=True), "application/octet-stream")
        if answer and answer.status < 300:
            await wire.request("DELETE", f"/v1/adapters/filler{k}", count=False)
        else:
            await asyncio.sleep(0.2)
    await wire.until_end(2, upload)
