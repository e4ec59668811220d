"""Texture cache: the image file on disk that a TextureParams stands for, made when it is first asked for."""

import os
import tempfile
from hashlib import blake2b
from io import BytesIO
from pathlib import Path

from PIL import Image

from assets.folder import read_inside
from assets.models.store import models_folder
from assets.textures.params import TextureParams
from assets.textures.photos import decode_photo
from assets.textures.procedural import GENERATOR_VERSION, make_texture

PHOTO_LONGEST_PX = 512
_PHOTO_QUALITY = 95


def texture_file(params: TextureParams, photos_root: Path | None, cache: Path, size: int = 256) -> Path:
    """The file that Blender loads: a generated PNG of size × size, or a JPEG of the photo, ≤ 512 px long.

    Its name hashes all that its pixels depend on, so one cache serves every run. Several processes may ask
    for the same file at once: each writes its own copy and renames it into place, and all copies are equal.

    Raises ValueError if the photo is missing, damaged, too large or outside `photos_root`; OSError if the
    cache cannot be written.
    """
    if params.kind == "model":
        return models_folder() / params.path
    if params.kind == "photo":
        if photos_root is None:
            raise ValueError(f"texture photo {params.path!r} needs a folder of photos, and none is set")
        data = read_inside(photos_root, params.path)
        file = place(cache, b"photo/%d/%d/" % (PHOTO_LONGEST_PX, _PHOTO_QUALITY) + data, ".jpg")
        if not file.exists():
            image = decode_photo(data, photos_root / params.path, PHOTO_LONGEST_PX)
            commit(file, _encoded(image, "JPEG", quality=_PHOTO_QUALITY, subsampling=0))
        return file
    file = place(cache, f"{params.kind}/{params.seed}/{size}/{GENERATOR_VERSION}".encode(), ".png")
    if not file.exists():
        commit(file, _encoded(Image.fromarray(make_texture(params, size)), "PNG", compress_level=1))
    return file


def place(cache: Path, identity: bytes, suffix: str) -> Path:
    """Where the file made from `identity` lies in the cache: below two levels of 256 folders each."""
    name = blake2b(identity, digest_size=16).hexdigest()
    return cache / name[:2] / name[2:4] / f"{name}{suffix}"


def _encoded(image: Image.Image, file_format: str, **options: int) -> bytes:
    buffer = BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def commit(file: Path, data: bytes) -> None:
    """Write the whole file or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
