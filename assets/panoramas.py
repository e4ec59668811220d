"""Panoramas: the .hdr and .exr skies of a folder."""

import warnings
from hashlib import sha256
from pathlib import Path

from assets.folder import files_below, read_inside
from assets.library import Split, in_split

SUFFIXES = (".hdr", ".exr")
MAX_BYTES = 512 * 2**20  # an uncompressed 8k × 4k panorama of half floats has 200 MB

_MAGIC = {".hdr": (b"#?RADIANCE", b"#?RGBE"), ".exr": (b"\x76\x2f\x31\x01",)}


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
            if in_split(_examined(folder, path), split, held_out):
                chosen.append(path)
        except ValueError as error:
            warnings.warn(f"panorama left out: {error}", stacklevel=2)
    if not chosen:
        part = "" if split == "all" else f" of the split {split!r}"
        raise ValueError(f"no readable panorama ({', '.join(SUFFIXES)}){part} in the folder {folder}")
    return tuple(chosen)


def _examined(folder: Path, path: str) -> str:
    """The SHA-256 of a file that looks like a panorama. Raises ValueError for any other."""
    file = folder / path
    try:
        size = file.stat().st_size
    except OSError as error:
        raise ValueError(f"cannot read {file}: {error.strerror or error}") from error
    if size > MAX_BYTES:
        raise ValueError(f"{file} has {size / 2**20:.0f} MiB: more than the {MAX_BYTES // 2**20} MiB allowed")
    data = read_inside(folder, path)
    if not data.startswith(_MAGIC[file.suffix.lower()]):
        raise ValueError(f"{file} is no {file.suffix.lower()[1:].upper()} picture")
    return sha256(data).hexdigest()
