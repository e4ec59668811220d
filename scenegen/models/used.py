"""Which car models stand in a dataset, and how often: what dataset.json lists."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from assets.library import CarModel
from scenegen.dataset.store import FrameStore


def used_models(store: FrameStore, frames: Iterable[int], models: Sequence[CarModel]) -> list[dict[str, Any]]:
    """For each model that at least one annotated car was made of: its name, its origin, and how many cars.

    Cars without a visible pixel, which are not in the COCO file, do not count.
    """
    if not models:
        return []
    cars = Counter(
        annotation.model_id
        for frame in frames
        for annotation in store.read(frame).annotations
        if annotation.segmentation is not None
    )
    return [
        {"name": name, **msgspec.to_builtins(model.origin), "cars": cars[name]}
        for model in models
        if cars[name := model.shape.name]
    ]
