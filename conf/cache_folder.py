"""cache_folder: where files made once are kept between jobs."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """$XDG_CACHE_HOME/carousel, by default ~/.cache/carousel: textures, imported car models, shards."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "carousel"
