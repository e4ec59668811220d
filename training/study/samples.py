"""The same frames of every rendered dataset, to see what an arm changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from conf.reading import NOT_JSON
from training.report import thumbnails
from training.report.overlay import Mark, Role
from training.report.shots import Shot
from training.study.view import View
from training.study.words import number

FRAMES = 4
SIZE = (480, 270)  # pixels, at most
CAR = 1  # category in Carousel's datasets (docs/labels.md)


class Annotation(msgspec.Struct):
    category_id: int
    bbox: tuple[float, float, float, float] | None
    iscrowd: int = 0


class Frame(msgspec.Struct):
    """What is needed of frames/NNN/NNNNNNNNN.json; see docs/labels.md."""

    file_name: str
    annotations: tuple[Annotation, ...]

    @property
    def cars(self) -> list[tuple[float, float, float, float]]:
        """Left, top, right, bottom of those to be found."""
        boxes = [each.bbox for each in self.annotations if each.category_id == CAR and not each.iscrowd]
        return [(x, y, x + w, y + h) for x, y, w, h in filter(None, boxes)]


@dataclass(frozen=True)
class Samples:
    """A picture of each of the frames from each dataset."""

    frames: Sequence[int]
    rows: Sequence[tuple[Sequence[str], Sequence[Shot]]]  # labels of a dataset's arms, and its pictures


def samples(view: View) -> Samples:
    """Of the arms with a dataset that Carousel rendered; those that share one are shown together."""
    arms: dict[Path, list[str]] = {}
    for name, arm in view.results.arms.items():
        if arm.dataset is not None and (arm.dataset / "frames").is_dir():
            arms.setdefault(arm.dataset.resolve(), []).append(name)
    if not arms:
        return Samples([], [])
    first = next((root for root, names in arms.items() if view.results.baseline in names), next(iter(arms)))
    frames = _choose(first, list(arms))
    return Samples(
        [int(frame.stem) for frame in frames],
        [
            ([view.label(name) for name in names], [_shot(root, frame) for frame in frames])
            for root, names in arms.items()
        ]
        if frames
        else [],
    )


def _choose(first: Path, roots: Sequence[Path]) -> list[Path]:
    """Paths below frames/ that all datasets have and that show cars in the first, spread evenly.

    A dataset may hold 100,000 frames: the first folder of a thousand is looked at alone.
    """
    folders = sorted(path.name for path in (first / "frames").iterdir() if path.is_dir())
    if not folders:
        return []
    common = set.intersection(
        *({path.name for path in (root / "frames" / folders[0]).glob("*.json")} for root in roots)
    )
    names = sorted(common)
    step = max(1, len(names) // FRAMES)
    spread = [name for start in range(step) for name in names[start::step]]
    chosen: list[Path] = []
    for name in spread:
        frame = Path(folders[0]) / name
        record = _read(first, frame)
        if record is not None and record.cars:
            chosen.append(frame)
        if len(chosen) == FRAMES:
            break
    return sorted(chosen)


def _read(root: Path, frame: Path) -> Frame | None:
    """None where it is damaged or gone: a report shall not fail for that."""
    try:
        return msgspec.json.decode((root / "frames" / frame).read_bytes(), type=Frame)
    except (OSError, *NOT_JSON):
        return None


def _shot(root: Path, frame: Path) -> Shot:
    title, found = f"frame {int(frame.stem)}", _read(root, frame)
    if found is None:
        return Shot(None, title, "")
    marks = [Mark(box, Role.LABELLED) for box in found.cars]
    source = thumbnails.whole((root / "images" / frame).with_suffix(".jpg"), marks, SIZE)
    return Shot(source, title, number(len(marks), "car"))
