"""The gallery's data as script files, which a page opened from file:// may load where fetch() may not.

Every block is `receive("name", "…")` with gzipped JSON in base64: small, and unable to end its script or to
hold anything that runs. The page inflates it with DecompressionStream.
"""

import base64
import gzip
from collections.abc import Iterable
from pathlib import Path

import msgspec

from scenegen.dataset.records import CATEGORIES, FrameRecord
from scenegen.dataset.store import FRAMES_PER_FOLDER

# A filter can scatter one page of frames over the whole dataset, one chunk each: small chunks load faster.
FRAMES_PER_CHUNK = 100


def block(name: str, payload: bytes) -> bytes:
    """One line of JavaScript that hands `payload`, a JSON document, to the page."""
    packed = base64.b64encode(gzip.compress(payload, compresslevel=6, mtime=0)).decode()
    return f'receive("{name}", "{packed}");\n'.encode()


def chunk_name(frame: int) -> str:
    """The chunk that holds a frame: thousands folder and hundreds digit, `000/1` for frame 123."""
    return f"{frame // FRAMES_PER_FOLDER:03d}/{frame % FRAMES_PER_FOLDER // FRAMES_PER_CHUNK}"


def write_chunk(folder: Path, kind: str, name: str, documents: Iterable[bytes]) -> None:
    """Write FOLDER/KIND/NAME.js, which hands the page a list of JSON documents."""
    path = folder / kind / f"{name}.js"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(block(f"{kind}/{name}", b"[" + b",".join(documents) + b"]"))


def facets(records: list[FrameRecord]) -> bytes:
    """What the filters need of some frames: columns with a row per frame, then with one per road user."""
    cars = [car for record in records for car in record.annotations]
    return msgspec.json.encode(
        {
            "frame": [record.frame for record in records],
            "recipe": [record.recipe for record in records],
            "cars": [len(record.annotations) for record in records],
            "category": [CATEGORIES[car.category_id] for car in cars],
            "style": [car.style for car in cars],
            "occlusion": [car.occlusion_level for car in cars],
            "truncation": [round(car.truncation, 3) for car in cars],
            "height": [round(car.bbox[3], 1) if car.bbox else 0 for car in cars],
            "asked": [1 - car.iscrowd for car in cars],
        }
    )
