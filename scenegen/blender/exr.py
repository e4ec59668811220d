"""A reader of the multilayer EXR files that Blender writes for us: uncompressed scanlines, nothing else.

The OpenEXR wheel does this too, but inside a Blender that is linked against its own OpenEXR (Debian's) the
two libraries' symbols collide and the process dies. The layout is described in "OpenEXR File Layout"
(openexr.com).
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_MAGIC = 20000630
_TILED, _DEEP, _MULTIPART = 0x200, 0x800, 0x1000
_PIXEL_TYPES = {0: np.dtype("<u4"), 1: np.dtype("<f2"), 2: np.dtype("<f4")}


@dataclass(frozen=True)
class _Part:
    """One part's header: what its scanlines hold."""

    channels: tuple[tuple[str, np.dtype], ...]  # in file order
    width: int
    height: int
    top: int


def read_exr(path: Path) -> dict[str, NDArray[np.float32]]:
    """Every channel of every part by name, each (height, width) float32, row 0 at the top.

    Raises ValueError naming the file where it is truncated or is not an uncompressed scanline EXR.
    """
    try:
        return _Reader(path.read_bytes()).channels()
    except (struct.error, IndexError, KeyError, ValueError) as error:
        raise ValueError(f"{path} is not a complete uncompressed scanline EXR: {error}") from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0
        magic, version = self._unpack("<II")
        if magic != _MAGIC or version & (_TILED | _DEEP):
            raise ValueError("wrong magic number, or tiles or deep data inside")
        self._multipart = bool(version & _MULTIPART)

    def channels(self) -> dict[str, NDArray[np.float32]]:
        parts = self._parts()
        offsets = [self._unpack(f"<{part.height}Q") for part in parts]
        images: dict[str, NDArray[np.float32]] = {}
        for part, starts in zip(parts, offsets, strict=True):
            images |= self._scanlines(part, starts)
        return images

    def _parts(self) -> list[_Part]:
        parts = [self._header()]
        while self._multipart and self._data[self._at] != 0:
            parts.append(self._header())
        self._at += self._multipart  # an empty header ends the list
        return parts

    def _header(self) -> _Part:
        attributes: dict[str, bytes] = {}
        while name := self._text():
            self._text()  # the type: each attribute we read has but one
            (size,) = self._unpack("<i")
            attributes[name] = self._data[self._at : self._at + size]
            self._at += size
        if attributes["compression"] != b"\0":
            raise ValueError("its pixels are compressed")
        left, top, right, bottom = struct.unpack("<4i", attributes["dataWindow"])
        channels = _channel_list(attributes["channels"])
        return _Part(channels, right - left + 1, bottom - top + 1, top)

    def _scanlines(self, part: _Part, starts: tuple[int, ...]) -> dict[str, NDArray[np.float32]]:
        images = {name: np.empty((part.height, part.width), np.float32) for name, _ in part.channels}
        for start in starts:
            at = start + 4 * self._multipart  # the part's number
            row = struct.unpack_from("<i", self._data, at)[0] - part.top
            at += 8  # the row's y and its size in bytes
            for name, dtype in part.channels:
                images[name][row] = np.frombuffer(self._data, dtype, part.width, at)
                at += part.width * dtype.itemsize
        return images

    def _unpack(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _text(self) -> str:
        end = self._data.index(b"\0", self._at)
        text = self._data[self._at : end].decode()
        self._at = end + 1
        return text


def _channel_list(data: bytes) -> tuple[tuple[str, np.dtype], ...]:
    """Names and types: each entry is a name, its pixel type, and twelve bytes that say nothing new here."""
    channels = []
    at = 0
    while data[at] != 0:
        end = data.index(b"\0", at)
        (kind,) = struct.unpack_from("<i", data, end + 1)
        channels.append((data[at:end].decode(), _PIXEL_TYPES[kind]))
        at = end + 1 + 16
    return tuple(channels)
