"""Pictures of a page with what is to be said of each."""

from dataclasses import dataclass

from training.data.truth import LabelledImage
from training.report import examples, thumbnails
from training.report.examples import Verdicts


@dataclass(frozen=True)
class Shot:
    """A picture with its caption."""

    source: str | None  # data URI; None: it can't be read
    title: str
    text: str


def whole(judged: Verdicts, image: LabelledImage, index: int) -> Shot:
    """The whole picture, number `index` of the pool's, with all boxes and how many are right."""
    found, missed, false = (int(counts[index]) for counts in judged.counts)
    source = thumbnails.whole(image.path, examples.marks(judged, index))
    return Shot(source, image.id, f"{found} found, {missed} missed, {false} false")
