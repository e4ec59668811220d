"""From the raw outputs of an exported SSD to boxes, in NumPy alone.

This file and the .onnx file that training/export.py writes are all that an app needs; one in another language
ports this file. To use them:

    import numpy as np
    from PIL import Image
    from training.decode import OnnxDetector

    detector = OnnxDetector("best.onnx")
    picture = Image.open("street.jpg").convert("RGB")
    found = detector(np.asarray(picture))
    for (x1, y1, x2, y2), score, label in zip(found.boxes, found.scores, found.labels):
        if score >= 0.5:
            print(detector.decoder.class_names[label - 1], score, x1, y1, x2, y2)
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

METADATA = "carousel_decoder"  # the key of the decoder's JSON among the ONNX file's metadata
STATE, NEXT_STATE = "state", "next_state"  # input and output of a network that remembers the last frame

Floats = NDArray[np.floating[Any]]


class Found(NamedTuple):
    """What is in one picture, the surest first."""

    boxes: Floats
    """(M, 4) x1, y1, x2, y2 in pixels"""
    scores: Floats
    """(M,) 0 to 1, descending"""
    labels: NDArray[np.int64]
    """(M,) from 1: the place in `class_names`, counted so"""


@dataclass(frozen=True, eq=False)
class Decoder:
    """The half of an SSD (arXiv 1512.02325) that is no network. Travels in the ONNX file as JSON."""

    input: tuple[int, int]
    """height and width of the network's input, pixels"""
    anchors: Floats
    """(A, 4) x1, y1, x2, y2 in pixels of the input, in the order of the network's outputs"""
    coder_weights: tuple[float, float, float, float]
    """what the coded x, y, width and height were multiplied with (section 2.2; "variances" inverted)"""
    max_log_scale: float
    """a box is at most exp(this) as wide or high as its anchor"""
    score_threshold: float
    """a score must be above this"""
    candidates: int
    """so many of the best scores are decoded"""
    smallest_side: float
    """pixels of the input; a box that has less left of it inside the picture is dropped"""
    nms_threshold: float
    """IoU above which the less sure of two boxes of a class is dropped"""
    detections_per_image: int
    class_names: tuple[str, ...]
    """without background"""

    def to_json(self) -> str:
        """As text; anchors with just the digits that give the same float32 again."""
        anchors = [[float(str(value)) for value in row] for row in self.anchors.astype(np.float32)]
        return json.dumps(asdict(self) | {"anchors": anchors})

    @classmethod
    def from_json(cls, text: str) -> "Decoder":
        """The decoder that `to_json` wrote."""
        fields: dict[str, Any] = json.loads(text)
        fields["anchors"] = np.array(fields["anchors"], np.float32)
        for name in ("input", "coder_weights", "class_names"):
            fields[name] = tuple(fields[name])
        return cls(**fields)

    def __call__(self, cls_logits: Floats, bbox_regression: Floats) -> Found:
        """Boxes in pixels of the input, from the outputs for one picture.

        cls_logits: (A, 1 + classes), background first. bbox_regression: (A, 4), coded.
        """
        scores = softmax(cls_logits)[:, 1:]
        best = np.argsort(-scores, axis=None, kind="stable")[: self.candidates]
        best = best[scores.ravel()[best] > self.score_threshold]
        anchor, column = np.divmod(best, scores.shape[1])
        boxes = self._clipped(self._boxes(bbox_regression[anchor], self.anchors[anchor]))
        inside = (boxes[:, 2:] - boxes[:, :2] >= self.smallest_side).all(axis=1)
        found = Found(boxes[inside], scores[anchor, column][inside], column[inside] + 1)
        kept = suppress(found.boxes, found.labels, self.nms_threshold)[: self.detections_per_image]
        return Found(*(values[kept] for values in found))

    def _boxes(self, coded: Floats, anchors: Floats) -> Floats:
        """Corners (N, 4). Centres move by parts of the anchor's sides; sides grow by a power of e."""
        coded = coded / np.array(self.coder_weights, np.float32)
        sides = anchors[:, 2:] - anchors[:, :2]
        centres = anchors[:, :2] + sides / 2 + coded[:, :2] * sides
        half = np.exp(np.minimum(coded[:, 2:], np.float32(self.max_log_scale))) * sides / 2
        return np.concatenate((centres - half, centres + half), axis=1)

    def _clipped(self, boxes: Floats) -> Floats:
        height, width = self.input
        return np.clip(boxes, 0, np.array([width, height, width, height], boxes.dtype))


class OnnxDetector:
    """An exported file, ready to look at pictures; needs onnxruntime and Pillow.

    One that remembers takes them for the frames of a video, in order: `reset` says that another begins.
    """

    def __init__(self, path: str | Path) -> None:
        """Raises ValueError where the file was not written by training/export.py."""
        import onnxruntime  # here: the decoder alone needs no more than NumPy

        self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        metadata = self.session.get_modelmeta().custom_metadata_map
        if METADATA not in metadata:
            raise ValueError(f"{path}: no {METADATA!r} in its metadata; training/export.py puts it there")
        self.decoder = Decoder.from_json(metadata[METADATA])
        self.reset()

    def reset(self) -> None:
        """Forget the frames that were shown: at a cut, and before a still. Without a memory, nothing."""
        self._state = {
            each.name: np.zeros(each.shape, np.float32)
            for each in self.session.get_inputs()
            if each.name == STATE
        }

    def __call__(self, picture: NDArray[np.uint8]) -> Found:
        """What is in a picture (h, w, 3), RGB, of any size: boxes in its own pixels.

        It is stretched to the input's size, as in training.
        """
        from PIL import Image

        height, width = self.decoder.input
        resized = Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR)
        images = np.asarray(resized, np.float32).transpose(2, 0, 1)[None] / 255
        names = ["cls_logits", "bbox_regression", *([NEXT_STATE] if self._state else [])]
        logits, coded, *after = self.session.run(names, {"images": images} | self._state)
        self._state = dict(zip(self._state, after, strict=True))
        found = self.decoder(logits[0], coded[0])
        scale = (picture.shape[1] / width, picture.shape[0] / height)
        return found._replace(boxes=found.boxes * np.array(scale * 2))


def softmax(logits: Floats) -> Floats:
    """Along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def suppress(boxes: Floats, labels: NDArray[np.int64], threshold: float) -> NDArray[np.int64]:
    """Greedy non-maximum suppression: the places of those of `boxes` (N, 4), the surest first, that stay.

    A box goes where its IoU with a surer one of its class that stays is above `threshold`.
    """
    kept = []
    left = np.arange(len(boxes))
    while len(left):
        first, left = left[0], left[1:]
        kept.append(first)
        doubles = (overlaps(boxes[first], boxes[left]) > threshold) & (labels[left] == labels[first])
        left = left[~doubles]
    return np.array(kept, np.int64)


def overlaps(box: Floats, boxes: Floats) -> Floats:
    """IoU (N,) of a box (4,) with others (N, 4), all of which have an area."""
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    common = np.maximum(sides, 0).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return common / ((box[2:] - box[:2]).prod() + areas - common)
