"""Files of a few kilobytes that claim, or grow to, more than any machine holds."""

import struct
import zlib

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n%%EOF\n"  # a program


def png(width: int, height: int) -> bytes:
    """A PNG whose header claims this size, in three colours of 8 bits; its data end after 64 rows."""
    rows = zlib.compress(bytes(1 + 3 * width) * 64, 9)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def tiff(width: int, height: int) -> bytes:
    """A TIFF of one channel of 16 bits that claims this size and holds one byte of it."""
    tags = {256: width, 257: height, 258: 16, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: 1}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)


BOMBS = {"png": png(60_000, 60_000), "between": png(12_000, 12_000), "tiff": tiff(60_000, 60_000)}
