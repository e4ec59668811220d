"""Boxes of masks."""

import numpy as np
from numpy.typing import NDArray

from scenegen.dataset.records import Box


def box_of_mask(mask: NDArray[np.bool_]) -> Box | None:
    """x, y, w, h of the set pixels of an (H, W) mask, pixel i covering [i, i + 1); None if there are none."""
    rows = np.flatnonzero(mask.any(axis=1))
    if len(rows) == 0:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    return float(left), float(top), float(right - left), float(bottom - top)
