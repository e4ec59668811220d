"""Made-up streets with pictures on disk, for what a report shows."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

sys.path.append(str(Path(__file__).parents[1] / "metrics"))  # made_up, which the metrics' tests share

from made_up import RECIPES, made_up

from training.data.detections import Detections
from training.data.truth import LabelledImage

Set = tuple[list[LabelledImage], dict[str, Detections]]


def with_picture(image: LabelledImage, folder: Path) -> LabelledImage:
    """The image with a file of its size."""
    path = folder / f"{image.id}.jpg"
    Image.linear_gradient("L").resize((image.width, image.height)).save(path)
    return replace(image, path=path)


@pytest.fixture(scope="session")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Set:
    """40 pictures of 5 drives with detections that make every kind of mistake."""
    images, detections = made_up(RECIPES["duplicates"])
    folder = tmp_path_factory.mktemp("streets")
    images = [with_picture(image, folder) for image in images[:40]]
    return images, {image.id: detections[image.id] for image in images}
