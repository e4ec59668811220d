"""Panoramas: the .hdr and .exr skies of a folder."""

import re
import struct
import warnings
from hashlib import sha256
from pathlib import Path

from assets.folder import files_below, read_inside
from assets.library import Split, in_split

SUFFIXES = (".hdr", ".exr")
MAX_BYTES = 512 * 2**20  # an uncompressed 8k × 4k panorama of half floats has 200 MB

MOST_PIXELS = 16384 * 8192  # decoded by Blender, 2 GiB; a file of a kilobyte can claim billions

_MAGIC = {".hdr": (b"#?RADIANCE", b"#?RGBE"), ".exr": (b"\x76\x2f\x31\x01",)}
_HDR_SIZE = re.compile(rb"\n[-+][XY] +(\d{1,9}) +[-+][XY] +(\d{1,9})\s")
_HDR_HEADER = 2**16  # bytes: more comments than any program writes
_EXR_WINDOW = re.compile(rb"(?:data|display)Window\0box2i\0\x10\0\0\0(.{16})", re.DOTALL)
_EXR_CHANNELS = re.compile(rb"channels\0chlist\0(.{4})", re.DOTALL)
_EXR_CHANNEL_BYTES = 18  # at least: a name of one letter, its end, and 16 that describe it


def catalogue(folder: Path, split: Split = "all", held_out: float = 0.0) -> tuple[str, ...]:
    """Sorted relative POSIX paths of a folder tree's panoramas that belong to `split`.

    A file that is not what its suffix says, too large, or reached through a link that leads out of the folder
    is left out with a warning that names it.

    Raises ValueError if the folder is missing or nothing usable remains.
    """
    if not folder.is_dir():
        raise ValueError(f"no such folder of panoramas: {folder}")
    chosen = []
    for path in files_below(folder, SUFFIXES):
        try:
            if in_split(sha256(read_panorama(folder, path)).hexdigest(), split, held_out):
                chosen.append(path)
        except ValueError as error:
            warnings.warn(f"panorama left out: {error}", stacklevel=2)
    if not chosen:
        part = "" if split == "all" else f" of the split {split!r}"
        raise ValueError(f"no readable panorama ({', '.join(SUFFIXES)}){part} in the folder {folder}")
    return tuple(chosen)


def read_panorama(folder: Path, path: str) -> bytes:
    """The bytes of a file that says it is a panorama of a size that can be decoded.

    Raises ValueError for any other, and for one outside the folder.
    """
    file = folder / path
    try:
        size = file.stat().st_size
    except OSError as error:
        raise ValueError(f"cannot read {file}: {error.strerror or error}") from error
    if size > MAX_BYTES:
        raise ValueError(f"{file} has {size / 2**20:.0f} MiB: more than the {MAX_BYTES // 2**20} MiB allowed")
    data = read_inside(folder, path)
    kind = file.suffix.lower()
    if not data.startswith(_MAGIC[kind]):
        raise ValueError(f"{file} is no {kind[1:].upper()} picture")
    pixels = _exr_pixels(data) if kind == ".exr" else _hdr_pixels(data)
    if not 0 < pixels <= MOST_PIXELS:
        raise ValueError(f"{file} says that it has {pixels:,} pixels; from 1 to {MOST_PIXELS:,} are allowed")
    return data


def _hdr_pixels(data: bytes) -> int:
    """What a Radiance header says, which ends with a line like "-Y 1024 +X 2048"; 0 without one."""
    size = _HDR_SIZE.search(data, 0, _HDR_HEADER)
    return int(size[1]) * int(size[2]) if size else 0


def _exr_pixels(data: bytes) -> int:
    """The largest of the windows that the headers of an OpenEXR file name; 0 without one.

    More than four channels count as more pixels: Blender decodes them all.
    """
    corners = (struct.unpack("<4i", window[1]) for window in _EXR_WINDOW.finditer(data))
    largest = max((max(0, x2 - x1 + 1) * max(0, y2 - y1 + 1) for x1, y1, x2, y2 in corners), default=0)
    lists = (struct.unpack("<I", size[1])[0] for size in _EXR_CHANNELS.finditer(data))
    channels = max(lists, default=0) // _EXR_CHANNEL_BYTES
    return largest * max(4, channels) // 4
