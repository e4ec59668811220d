"""Ranges of sizes for trident branches that hold the same shares of KITTI's cars as the paper's hold of COCO.

    python benchmarks/trident_ranges.py kitti.root=FOLDER

The paper (arXiv 1901.01892, section 4.2) gives its branches √area of up to 90, 30 to 160 and from 90 px. Of
COCO's objects 41 % are smaller than 32² px and 24 % larger than 96² (cocodataset.org/#detection-eval). The
log-normal distribution through these two says which share lies below 30, 90 and 160 px, and KITTI's sizes at
the same shares are the new bounds. FOLDER and boxes are anchor_recall.py's: cars at least 25 px high.
"""

import sys
from pathlib import Path

import numpy as np
from anchor_recall import HEIGHT, WIDTH, car_boxes
from scipy.stats import norm

from conf.errors import UserError

COCO = {32: 0.41, 96: 1 - 0.24}  # √area in px: share of objects below
PAPER = (30, 90, 160)  # px
MIN_HEIGHT = 25.0


def main(args: list[str]) -> None:
    """Print the shares, and KITTI's sizes at them."""
    options = dict(arg.partition("=")[::2] for arg in args)
    if set(options) != {"kitti.root"}:
        raise UserError("give kitti.root=FOLDER, and nothing else")
    boxes = car_boxes(Path(options["kitti.root"]).expanduser(), MIN_HEIGHT)
    sizes = np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) / (WIDTH * HEIGHT))
    print(f"{len(boxes):,} boxes of cars at least {MIN_HEIGHT:g} px high\n")
    print("| the paper's bound | share of COCO below | KITTI's √(box area) / √(image area) there |")
    print("|---:|---:|---:|")
    for pixels, share in zip(PAPER, _shares(), strict=True):
        print(f"| {pixels} px | {share:.3f} | {np.quantile(sizes, share):.3f} |")


def _shares() -> np.ndarray:
    """Of COCO's objects that are smaller than each of the paper's bounds."""
    (low, high), quantiles = np.log(list(COCO)), norm.ppf(list(COCO.values()))
    deviation = (high - low) / (quantiles[1] - quantiles[0])
    return norm.cdf(quantiles[0] + (np.log(PAPER) - low) / deviation)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"error: {error}")
