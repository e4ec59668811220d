"""What the commands tell of pictures and detections; without torch, whose import takes seconds."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from training.data.detections import Detections
from training.data.truth import LabelledImage
from training.report.figures import measure, table, write_figures
from training.report.page import write_report

Images = Sequence[LabelledImage]


def print_pictures(sets: Mapping[str, Images]) -> None:
    """A line for each set that holds any."""
    for name, images in sets.items():
        if images:
            print(f"{name}: {len(images)} pictures{_contents(images)}")


def _contents(images: Images) -> str:
    """Of labelled pictures."""
    if not all(image.labelled for image in images):
        return ""
    cars = sum(int(image.truth.cars.sum()) for image in images)
    return f" of {len({image.group or image.id for image in images})} drives or clips, {cars} cars"


def tell(
    images: Images,
    found: Mapping[str, Detections],
    name: str,
    facts: Mapping[str, str],
    out: Path | None,
    seed: int,
) -> int:
    """Measure detections on the set `name`, print the figures and write them and a report into `out`."""
    figures = measure(images, found, seed)
    print(table(figures))
    if out:
        out.mkdir(parents=True, exist_ok=True)
        write_report(out / "report.html", str(out), {name: (images, found, figures)}, facts=facts)
        write_figures(out / "figures.json", figures, facts)
        print(f"\nfigures: {out / 'figures.json'}\nreport: {out / 'report.html'}")
    return 0
