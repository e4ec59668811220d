"""KITTI's car statistics as plain numbers: `python -m scenegen.gallery.kitti_reference LABEL_2 [OUT.json]`.

The project ships the numbers that this script made, never KITTI's data (Geiger et al., "Are we ready for
autonomous driving?", CVPR 2012; CC BY-NC-SA 3.0).
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from assets.params import Params
from conf.errors import UserError
from scenegen.gallery.statistics import EDGES, CarFigures, Statistics, Summary

REFERENCE = Path(__file__).with_name("kitti_reference.json")
FIELDS = 15  # of a label line, devkit_object/readme.txt; detections have a 16th, the score


class Reference(Params):
    """kitti_reference.json."""

    source: str
    made_by: str
    definition: str
    edges: dict[str, tuple[float, ...]]  # of the bins counted in `summary`
    summary: Summary


def read_cars(path: Path) -> Iterator[CarFigures]:
    """The objects of class Car in one label_2 file. Raises UserError naming the line that does not parse."""
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        fields = line.split()
        if not fields or fields[0] != "Car":
            continue
        try:
            truncation, occlusion, alpha, left, top, right, bottom = map(float, fields[1:8])
            depth = float(fields[13])
        except (ValueError, IndexError):
            raise UserError(
                f"{path}:{number}: not a KITTI label: {FIELDS} fields expected, "
                "type truncated occluded alpha bbox(4) dimensions(3) location(3) rotation_y"
            ) from None
        yield CarFigures(
            height_px=bottom - top,
            width_px=right - left,
            occlusion=int(occlusion),
            truncation=truncation,
            alpha=alpha,
            depth_m=depth,
        )


def measure_kitti(labels: Path) -> Reference:
    """Statistics of all label files in `labels`. Raises UserError where there are none."""
    files = sorted(labels.glob("*.txt"))
    if not files:
        raise UserError(f"{labels}: no label files here; give KITTI's training/label_2 folder")
    statistics = Statistics()
    for file in files:
        statistics.add_image(read_cars(file))
    return Reference(
        source="KITTI object detection benchmark 2012, training/label_2",
        made_by=f"python -m scenegen.gallery.kitti_reference training/label_2, over {len(files)} label files",
        definition="class Car, all boxes, DontCare left out; height is bottom - top of the label's box; "
        "truncation, occlusion, alpha and depth (z) as labelled",
        edges=dict(EDGES),
        summary=statistics.summary(),
    )


def load_reference() -> Reference:
    """The reference that the project ships."""
    return msgspec.json.decode(REFERENCE.read_bytes(), type=Reference)


def main(argv: list[str] | None = None) -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scenegen.gallery.kitti_reference", description=__doc__)
    parser.add_argument("labels", type=Path, help="KITTI's training/label_2 folder")
    parser.add_argument("out", type=Path, nargs="?", default=REFERENCE, help="default: %(default)s")
    args = parser.parse_args(argv)
    try:
        reference = measure_kitti(args.labels)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    args.out.write_bytes(msgspec.json.format(msgspec.json.encode(reference), indent=1) + b"\n")
    print(f"{args.out}: {reference.summary.cars} cars in {reference.summary.images} images")
    return 0


if __name__ == "__main__":
    sys.exit(main())
