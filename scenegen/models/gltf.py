"""What stands in a glTF file's JSON: its own source and licence, and the other files it is made of."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

_GLB_HEADER = struct.Struct("<4sIIII")  # magic, version, length; length and type of the first chunk, the JSON


class Credits(NamedTuple):
    """Empty where the file does not say."""

    source: str = ""
    licence: str = ""


def credits_of(file: Path) -> Credits:
    """From `asset.extras` (as Sketchfab writes it) and `asset.copyright`. Raises OSError."""
    try:
        asset = _document(file)["asset"]
        extras = asset.get("extras", {})
        source = ", by ".join(str(extras[key]) for key in ("source", "author") if extras.get(key))
        return Credits(source, str(extras.get("license") or asset.get("copyright") or ""))
    except (KeyError, TypeError, AttributeError):
        return Credits()


def references(file: Path) -> Iterator[str]:
    """Names of the buffers and pictures beside the file, relative to it. Raises OSError."""
    try:
        document = _document(file)
        items = [*document.get("buffers", ()), *document.get("images", ())]
        uris = [item.get("uri", "") for item in items]
    except (AttributeError, TypeError):
        return
    yield from (unquote(uri) for uri in uris if isinstance(uri, str) and uri and not uri.startswith("data:"))


def _document(file: Path) -> Any:
    """The JSON of a .gltf or .glb; empty for other files and broken ones: Blender will say what is wrong."""
    try:
        match file.suffix.lower():
            case ".gltf":
                return json.loads(file.read_bytes())
            case ".glb":
                with file.open("rb") as stream:
                    *_, length, _ = _GLB_HEADER.unpack(stream.read(_GLB_HEADER.size))
                    return json.loads(stream.read(length))
    except (ValueError, RecursionError, struct.error):  # of JSON, of its encoding, of the header
        pass
    return {}
