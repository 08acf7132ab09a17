"""Creates images and adapters byte by byte: valid files, and bombs. Sizes are in pixels or bytes."""

import json
import os
import struct
import zlib

# --- PNG

GRAY, RGB, PALETTE, GRAY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGB_ALPHA: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(width, height, colour=RGB, bits=8, interlaced=False, chunks=(), noise=None, level=6):
    """A valid image: a ramp, or with noise=bytes, the repeated bytes. chunks: (type, data) pairs to insert before the pixels."""
    pixels = _rows(width, height, colour, bits, interlaced, noise)
    if colour == PALETTE:
        chunks = [(b"PLTE", bytes(range(48))), *chunks]
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced))
    return png_of([(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(pixels, level)), (b"IEND", b"")])


def png_of(chunks):
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)


def _rows(width, height, colour, bits, interlaced, noise):
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    parts = []
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns <= 0 or rows <= 0:
            continue
        length = -(-columns * CHANNELS[colour] * bits // 8)
        if noise:
            line = (noise * (length // len(noise) + 1))[:length]
        else:
            line = bytes(x * 7 & (0x0F if colour == PALETTE else 0xFF) for x in range(length))
        parts.append((b"\0" + line) * rows)
    return b"".join(parts)


def whole_pngs(size=32):
    """One valid image of each colour type, depth and interlacing."""
    kinds = [(GRAY, 1), (GRAY, 4), (GRAY, 8), (GRAY, 16), (RGB, 8), (RGB, 16), (PALETTE, 4), (PALETTE, 8),
             (GRAY_ALPHA, 8), (RGB_ALPHA, 8), (RGB_ALPHA, 16)]
    return [png(size, size, colour, bits, interlaced) for colour, bits in kinds for interlaced in (False, True)]


def png_of_claimed_size(width, height):
    """Claims a size, but contains almost no pixel data."""
    head = struct.pack(">IIBBBBB", width, height, 8, RGB, 0, 0, 0)
    return png_of([(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")])


def png_with_inflating_text(size=64, inflated=200 << 20, texts=8, empty_chunks=50_000):
    """A small image whose zTXt and iCCP chunks inflate a thousandfold, with many empty chunks."""
    bomb = zlib.compress(bytes(inflated), 9)
    chunks = [(b"iCCP", b"profile\0\0" + bomb)] + [(b"zTXt", b"note\0\0" + bomb)] * texts
    return png(size, size, chunks=chunks + [(b"tEXt", b"k\0")] * empty_chunks)


# --- JPEG

def jpeg_of_scans(size, scans):
    """A gray progressive image in which each scan of 18 bytes processes all blocks again. size: a multiple of 8"""
    def segment(marker, data):
        return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data

    def table(kind, symbol):  # a Huffman table with one symbol, whose code is 0
        return segment(0xC4, bytes([kind, 1]) + bytes(15) + bytes([symbol]))

    def scan(first, last, bits):
        bits += "1" * (-len(bits) % 8)
        body = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
        return segment(0xDA, bytes([1, 1, 0x00, first, last, 0])) + body

    blocks = (size // 8) ** 2
    runs, rest = divmod(blocks, 1 << 14)
    assert rest == 0, f"{size}x{size} pixels: the number of blocks must be a multiple of 16384"
    flat = scan(0, 0, "0" * blocks)  # each block equals the previous block
    nothing = scan(1, 63, "0" * 15 * runs)  # runs of 2^14 blocks without coefficients
    frame = segment(0xC2, struct.pack(">BHHBBBB", 8, size, size, 1, 1, 0x11, 0))
    return (b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64) + frame + table(0x00, 0) + table(0x10, 0xE0)
            + flat + nothing * scans + b"\xff\xd9")


def jpeg_of_claimed_size(seed, width, height):
    """A valid JPEG, except that its frame header claims another size."""
    for marker in (b"\xff\xc0", b"\xff\xc2"):
        at = seed.find(marker)
        if at >= 0:
            return seed[:at + 5] + struct.pack(">HH", height, width) + seed[at + 9:]
    raise ValueError("the seed is not a JPEG with a frame header")


# --- safetensors

MIDDLE = "unet.mid_block.attentions.0.transformer_blocks.0."
"""Layers of the demo model, with their input and output sizes."""
LAYERS = {MIDDLE + "attn1.to_q": (192, 192), MIDDLE + "attn2.to_k": (128, 192),
          "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q": (64, 64),
          "unet.up_blocks.2.attentions.1.transformer_blocks.0.attn2.to_v": (128, 64)}


def safetensors(tensors, data=None, metadata=None):
    """tensors: name -> shape; every tensor is F32. data: the tensor data, zeros by default"""
    header, end = {}, 0
    if metadata:
        header["__metadata__"] = metadata
    for name, shape in tensors.items():
        start, size = end, 4
        for side in shape:
            size *= side
        end += size
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [start, end]}
    return with_header(json.dumps(header).encode(), data if data is not None else bytes(end))


def with_header(header, data=b"", length=None):
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def adapter(rank=4, layers=None, kohya=False, metadata=None, noise=False):
    """A LoRA that fits the demo model."""
    tensors = {}
    for layer, (inner, outer) in (layers or LAYERS).items():
        if kohya:
            layer = "lora_unet_" + layer.removeprefix("unet.").replace(".", "_")
            tensors[layer + ".lora_down.weight"], tensors[layer + ".lora_up.weight"] = (rank, inner), (outer, rank)
            tensors[layer + ".alpha"] = ()
        else:
            tensors[layer + ".lora_A.weight"], tensors[layer + ".lora_B.weight"] = (rank, inner), (outer, rank)
    size = sum(4 * (shape[0] * shape[1] if shape else 1) for shape in tensors.values())
    # Fully random bits would include huge numbers and NaN, so the exponents are small.
    data = b"".join(os.urandom(3) + b"\x3a" for _ in range(size // 4)) if noise and size < 1 << 20 else None
    if noise and data is None:
        data = os.urandom(1 << 16) * (size // (1 << 16)) + bytes(size % (1 << 16))
    return safetensors(tensors, data, metadata)
