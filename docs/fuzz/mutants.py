"""The inputs of the fuzzer: valid inputs, and inputs with errors. Hypothesis' seed determines all of them."""

import json
import struct
import zlib
from pathlib import Path

from hypothesis import strategies as st

import files


@st.composite
def octets(draw, originals, most=8):
    """One of the originals, with bytes changed, removed, inserted or copied."""
    body = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, most))):
        at = draw(st.integers(0, max(0, len(body) - 1)))
        kind = draw(st.sampled_from(["change", "flip", "cut", "insert", "copy"]))
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
    return bytes(body)


# --- Images

PNGS = files.whole_pngs(size=24)
JPEGS = [file.read_bytes() for file in sorted((Path(__file__).parent / "seeds").glob("*.jpg"))]


@st.composite
def png_with_right_sums(draw):
    """A PNG with errors inside its chunks, or with chunks missing, duplicated or moved. The lengths and checksums are correct,
    so that a decoder reads the contents of the chunks."""
    chunks, whole = [], draw(st.sampled_from(PNGS))
    at = 8
    while at < len(whole):
        length, kind = struct.unpack(">I4s", whole[at:at + 8])
        chunks.append((kind, whole[at + 8:at + 8 + length]))
        at += length + 12
    kind = draw(st.sampled_from(["inside", "pixels", "drop", "twice", "move", "extra"]))
    k = draw(st.integers(0, len(chunks) - 1))
    if kind == "inside":
        chunks[k] = (chunks[k][0], draw(octets([chunks[k][1]], most=2)))
    elif kind == "pixels":
        k = next(i for i, (name, _) in enumerate(chunks) if name == b"IDAT")
        chunks[k] = (b"IDAT", zlib.compress(draw(octets([zlib.decompress(chunks[k][1])], most=3))))
    elif kind == "drop":
        del chunks[k]
    elif kind == "twice":
        chunks.insert(k, chunks[k])
    elif kind == "move":
        chunks.insert(draw(st.integers(0, len(chunks) - 1)), chunks.pop(k))
    elif kind == "extra":
        names = [b"tRNS", b"gAMA", b"cHRM", b"sBIT", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"tIME", b"iTXt", b"eXIf", b"acTL"]
        chunks.insert(k, (draw(st.sampled_from(names)), draw(st.binary(max_size=40))))
    return files.png_of(chunks)


def images():
    return st.one_of(
        st.sampled_from(PNGS + JPEGS), png_with_right_sums(), octets(JPEGS, most=3), octets(PNGS, most=3),
        st.builds(files.jpeg_of_claimed_size, st.sampled_from(JPEGS),
                  st.integers(0, 65535), st.integers(0, 65535)))


# --- Adapters

ADAPTERS = [files.adapter(), files.adapter(rank=1), files.adapter(rank=16, noise=True), files.adapter(kohya=True),
            files.adapter(metadata={"note": "seed"}), files.adapter(rank=2, layers=dict(list(files.LAYERS.items())[:1]))]


@st.composite
def adapter_with_right_length(draw):
    """A safetensors file with an error in the JSON of its header or in its values. The length of the header is correct."""
    whole = draw(st.sampled_from(ADAPTERS))
    length = struct.unpack("<Q", whole[:8])[0]
    header, data = json.loads(whole[8:8 + length]), bytearray(whole[8 + length:])
    name = draw(st.sampled_from(sorted(name for name in header if name != "__metadata__")))
    tensor = header[name]
    kind = draw(st.sampled_from(["dtype", "shape", "offsets", "name", "drop", "numbers", "metadata", "field", "more"]))
    number = st.one_of(st.integers(-2, 300), st.sampled_from([2**31, 2**63, -2**63, 10**30, 0.5, None, "4", [], {}]))
    if kind == "dtype":
        tensor["dtype"] = draw(st.sampled_from(["F16", "BF16", "F64", "I8", "BOOL", "", None, 3, "F32 "]))
    elif kind == "shape":
        tensor["shape"] = draw(st.lists(number, max_size=5))
    elif kind == "offsets":
        tensor["data_offsets"] = draw(st.lists(number, max_size=3))
    elif kind == "name":
        header[draw(st.sampled_from([name.replace("mid", "up"), name[:-7], "", "text_encoder." + name, name + "é"]))] = (
            header.pop(name))
    elif kind == "drop":
        del header[name]
    elif kind == "numbers":
        wrong = struct.pack("<f", draw(st.sampled_from([float("nan"), float("inf"), 3e38, -1e-45])))
        at = draw(st.integers(0, len(data) // 4 - 1)) * 4
        data[at:at + 4] = wrong
    elif kind == "metadata":
        header["__metadata__"] = draw(st.sampled_from([{}, None, 1, {"alpha": "nan"}, {"a": {}}, {"lora_adapter_metadata": "{"}]))
    elif kind == "field":
        tensor[draw(st.sampled_from(["extra", "shape "]))] = 1
    elif kind == "more":
        data += draw(st.binary(min_size=1, max_size=100))
    return files.with_header(json.dumps(header).encode(), bytes(data))


@st.composite
def adapter_of_claimed_length(draw):
    whole = draw(st.sampled_from(ADAPTERS))
    claimed = draw(st.one_of(st.integers(0, 4096), st.integers(0, 2**64 - 1)))
    return struct.pack("<Q", claimed) + whole[8:]


def adapters():
    return st.one_of(st.sampled_from(ADAPTERS), adapter_with_right_length(), adapter_of_claimed_length(), octets(ADAPTERS))


KINDS = ["?kind=style", "?kind=student&guidance=5", "?kind=student&guidance=1.5", "?kind=student", "?kind=x&guidance=nan",
         "?kind=style&guidance=5", "?kind=student&guidance=1e308", "?kind=student&guidance=-1", ""]


# --- Headers and URLs

HEADERS = {
    "Host": ["localhost", "127.0.0.1", "attacker.example", "localhost.attacker.example", "[::1]:80", "", "a b", "[", "é",
             "localhost:99999", "x" * 3000],
    "Origin": ["null", "http://attacker.example", "http://localhost", "https://localhost:1", "http://", "x" * 3000, "é"],
    "Sec-Fetch-Site": ["cross-site", "same-site", "same-origin", "none", "x"],
    "Content-Type": ["text/plain", "application/json;charset=utf-16", "application/json; charset=nonsense", "json", "/", "*/*",
                     "multipart/form-data", "application/x-www-form-urlencoded", "application/xml", "é", ""],
    "Accept": ["image/png", "text/html", "x", "*/*;q=0", "application/json;q=nan", "text/event-stream", ""],
    "Accept-Encoding": ["gzip", "br;q=1, x", "identity;q=0"],
    "Content-Encoding": ["gzip", "br", "deflate", "x"],
    "Authorization": ["Bearer", "Bearer lf_x", "Basic Og==", "Bearer " + "x" * 5000, "Bearer a.b.c", "Digest x", ""],
    "Idempotency-Key": ["a", "x" * 255, "x" * 256, "", "é", "a b"],
    "X-Forwarded-For": ["1.2.3.4"], "X-Forwarded-Host": ["attacker.example"], "Forwarded": ["for=1.2.3.4;host=x"],
    "Range": ["bytes=0-1", "bytes=9-1", "x"], "If-None-Match": ["*", '"x"', "W/"], "Expect": ["100-continue", "x"],
    "X-HTTP-Method-Override": ["DELETE"], "Upgrade": ["websocket", "h2c"], "Cookie": ["a=b", "x" * 3000],
}


def headers():
    one = st.sampled_from(sorted(HEADERS)).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(HEADERS[name])))
    return st.lists(one, min_size=1, max_size=3)


def webhook_urls(trusted, forbidden):
    """trusted: URLs that the gateway may call. forbidden: host:port at a private address, to which it must never connect"""
    host, port = forbidden.split(":")
    decimal = int.from_bytes(bytes(map(int, host.split("."))), "big")
    disguises = [host, str(decimal), hex(decimal), f"[::ffff:{host}]", f"[64:ff9b::{decimal >> 16:x}:{decimal & 0xFFFF:x}]",
                 f"[2002:{decimal >> 16:x}:{decimal & 0xFFFF:x}::]", "127.5", "0177.0.0.5"]
    private = [f"{scheme}://{disguise}:{port}/" for scheme in ("http", "https", "HTTPS") for disguise in disguises]
    odd = ["", "x", "http:", "https://", "https:///", "ftp://example.com/", "file:///etc/passwd", "https://a@example.com/",
           "https://example.invalid/", "https://exämple.invalid/", "https://example.com:99999/", "https://0.0.0.0:%s/" % port,
           "https://[::]:%s/" % port, "https://169.254.169.254/", "https://example.com/" + "x" * 3000, "https://a b/",
           "javascript:alert(1)", trusted[0].replace("://", "://127.0.0.5@"), trusted[0] + "#x", trusted[0] + "?a=%00"]
    return st.one_of(st.sampled_from(trusted), st.sampled_from(private), st.sampled_from(odd),
                     octets([trusted[0].encode()], most=2).map(lambda url: url.decode("latin-1")))
