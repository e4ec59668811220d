"""AP as the domain randomization paper measures it on KITTI (Tremblay et al. 2018, section 4): at IoU 0.5."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.data.detections import Detections
from training.data.truth import LabelledImage
from training.metrics.curves import Records, average_precision
from training.metrics.matching import Assignment, assign, match_records
from training.metrics.pool import Bools, Pool, pool

IOU = 0.5  # an overlap must be at least this
HEIGHT_PX = 40  # cars must be higher
TRUNCATION = 0.15  # and less truncated


@dataclass(frozen=True, eq=False)
class Score:
    """The result, with what intervals, curves and pictures of mistakes are made from."""

    ap: float  # 0..1; NaN without a car to find
    positives: int
    records: Records
    pool: Pool
    assignment: Assignment


def evaluate(
    images: Sequence[LabelledImage],
    detections: Mapping[str, Detections],
    recall_points: int | None = None,
) -> Score:
    """AP at IoU 0.5 of the cars higher than 40 px and less than 0.15 truncated, occluded or not.

    Other cars, vans, DontCare regions and instances labelled as not to be asked for are neutral: detections
    on them are neither right nor wrong. The paper does not say how it takes the area under the curve. Here
    it is the whole area (VOC 2010 and later), or with `recall_points=40` the mean of the precision at 40
    recalls, a figure that lies close by.
    """
    everything = pool(images, detections)
    positive = counted(everything)
    assignment = assign(everything, positive, IOU)
    found = match_records(everything, assignment)
    ap = average_precision(found, recall_points=recall_points)
    return Score(ap, int(positive.sum()), found, everything, assignment)


def counted(everything: Pool) -> Bools:
    """(G,) the cars that the protocol asks for."""
    truth = everything.truth
    return truth.cars & (everything.heights > HEIGHT_PX) & (truth.truncation < TRUNCATION)
