"""What a glTF file says of its own source and licence."""

import json
import struct
from pathlib import Path
from typing import NamedTuple

_GLB_HEADER = struct.Struct("<4sIIII")  # magic, version, length; length and type of the first chunk, the JSON


class Credits(NamedTuple):
    """Empty where the file does not say."""

    source: str = ""
    licence: str = ""


def credits_of(file: Path) -> Credits:
    """From `asset.extras` (as Sketchfab writes it) and `asset.copyright`. Raises OSError."""
    try:
        asset = json.loads(_document(file))["asset"]
        extras = asset.get("extras", {})
        source = ", by ".join(str(extras[key]) for key in ("source", "author") if extras.get(key))
        return Credits(source, str(extras.get("license") or asset.get("copyright") or ""))
    except (ValueError, KeyError, TypeError, AttributeError, struct.error):
        return Credits()  # not a glTF, or a broken one: Blender will say


def _document(file: Path) -> bytes:
    match file.suffix.lower():
        case ".gltf":
            return file.read_bytes()
        case ".glb":
            with file.open("rb") as stream:
                *_, length, _ = _GLB_HEADER.unpack(stream.read(_GLB_HEADER.size))
                return stream.read(length)
    return b"{}"
