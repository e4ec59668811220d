"""How well anchors cover KITTI's cars: the share of boxes with which some anchor has an IoU of at least 0.5.

    python benchmarks/anchor_recall.py kitti.root=FOLDER [min_height=25] [fit=kmeans count=9]
    python benchmarks/anchor_recall.py kitti.root=FOLDER fit=quantiles heights=5 aspects=2

FOLDER holds label_2 or training/label_2; archives label_*.tar.gz beside it are read too. Counted are boxes of
type Car at least min_height px high. With `fit` the anchors are fitted to these boxes first, and printed for
conf/model; without, they are the default's.
"""

import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from conf.errors import UserError
from training.data.kitti import parse_label
from training.models.anchors import AnchorGenerator, anchor_boxes, best_overlaps, place
from training.models.build import MAP_STRIDES
from training.models.settings import AnchorConfig
from training.models.shapes import kmeans_shapes, quantile_shapes

WIDTH, HEIGHT = 1242, 375  # of KITTI's images, to a few pixels
INPUTS = ((192, 640), (288, 960), (300, 300), (600, 600))
HEADS = ("ssdlite", "faster_rcnn_c4", "faster_rcnn_fpn")
IOU = 0.5
DEFAULTS = {
    "kitti.root": ".",
    "min_height": "25",
    "fit": "none",
    "count": "9",
    "heights": "5",
    "aspects": "2",
}


def main(args: list[str]) -> None:
    """Print the recall of one set of shapes, for heads and input sizes."""
    options = DEFAULTS | dict(arg.split("=", 1) for arg in args if "=" in arg)
    if unknown := [arg for arg in args if arg.partition("=")[0] not in DEFAULTS or "=" not in arg]:
        raise UserError(f"{unknown[0]}: no such option; there are {', '.join(DEFAULTS)}, each as KEY=VALUE")
    boxes = car_boxes(Path(options["kitti.root"]).expanduser(), float(options["min_height"]))
    config = AnchorConfig(shapes=_shapes(boxes, options))
    print(f"{len(boxes):,} boxes of cars at least {options['min_height']} px high\n")
    print("| head | input | maps | anchors per cell | anchors | recall | mean best IoU |")
    print("|---|---|---|---|---:|---:|---:|")
    for head in HEADS:
        for size in INPUTS:
            print(_row(head, size, config, boxes))


def car_boxes(root: Path, min_height: float) -> np.ndarray:
    """Boxes (N, 4) of type Car, x1, y1, x2, y2 in pixels, of all labels below `root`, small ones left out."""
    lines = [
        parse_label(text.split(), where) for where, text in _label_lines(root) if text.startswith("Car ")
    ]
    if not lines:
        raise UserError(f"{root}: no labels of cars in label_2, training/label_2 or label_*.tar.gz")
    boxes = np.array([line.box for line in lines])
    return boxes[boxes[:, 3] - boxes[:, 1] >= min_height]


def _label_lines(root: Path) -> Iterator[tuple[str, str]]:
    """Place and text of each line of each label file, sorted."""
    for folder in (root / "label_2", root / "training" / "label_2"):
        for path in sorted(folder.glob("*.txt")):
            yield from _numbered(str(path), path.read_text())
    for archive in sorted(root.glob("label_*.tar.gz")):
        with tarfile.open(archive) as files:
            for member in files:
                if member.isfile():
                    yield from _numbered(
                        f"{archive}:{member.name}", files.extractfile(member).read().decode()
                    )


def _numbered(where: str, text: str) -> Iterator[tuple[str, str]]:
    return ((f"{where}:{number}", line) for number, line in enumerate(text.splitlines(), start=1))


def _shapes(boxes: np.ndarray, options: dict[str, str]) -> str | tuple[tuple[float, float], ...]:
    """The default's, or shapes fitted to boxes, as fractions of the image."""
    if options["fit"] == "none":
        return "kitti_cars"
    sizes = (boxes[:, 2:] - boxes[:, :2]) / (WIDTH, HEIGHT)
    if options["fit"] == "kmeans":
        fitted = kmeans_shapes(sizes, int(options["count"]))
    else:
        fitted = quantile_shapes(sizes, int(options["heights"]), int(options["aspects"]))
    shapes = tuple(map(tuple, fitted.round(4).tolist()))
    print(f"shapes: {[list(shape) for shape in shapes]}\n")
    return shapes


def _row(head: str, size: tuple[int, int], config: AnchorConfig, boxes: np.ndarray) -> str:
    height, width = size
    strides = MAP_STRIDES[head]
    generator = AnchorGenerator(place(config, size, strides))
    anchors = anchor_boxes(generator, size, strides)
    scale = np.array([width / WIDTH, height / HEIGHT] * 2)
    best = best_overlaps(torch.from_numpy(boxes * scale).float(), anchors)
    maps = ", ".join(f"1/{strides[level]}" for level in generator.levels)
    per_cell = ", ".join(map(str, generator.num_anchors_per_location()))
    return (
        f"| {head} | {width} x {height} | {maps} | {per_cell} | {len(anchors):,} "
        f"| {(best >= IOU).float().mean():.4f} | {best.mean():.3f} |"
    )


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"error: {error}")
