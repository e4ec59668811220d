"""cache_folder: where files made once are kept between jobs."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """$XDG_CACHE_HOME/carousel, by default ~/.cache/carousel: generated textures and imported car models."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "carousel"
