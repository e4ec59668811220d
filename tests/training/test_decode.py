"""The NumPy decoder finds what the detector itself finds."""

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from checkpoints import lively, scene, small_config

from training.decode import Decoder, suppress
from training.models.onnx_file import decoder_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "options",
    [
        {"head": "ssd", "backbone": "mobilenet_v1"},
        {"head": "ssdlite", "backbone": "mobilenet_v2", "input": (97, 130)},
        {"head": "ssdlite", "classes": 3, "nms_threshold": 0.3},
        {"head": "ssdlite", "detections_per_image": 7, "score_threshold": 0.4},
    ],
)
def test_it_equals_the_detectors_own_decoding(options):
    detector = lively(small_config(**options))
    decoder = decoder_of(detector)
    images = torch.stack([scene(detector.config.input, seed) for seed in range(100, 104)])
    with torch.inference_mode():
        wanted, heads = detector(images), detector.heads(images)
    for expected, logits, coded in zip(wanted, heads["cls_logits"], heads["bbox_regression"], strict=True):
        found = decoder(logits.numpy(), coded.numpy())
        assert 5 < len(found.boxes) < len(decoder.anchors)  # some are suppressed
        assert np.ptp(found.scores) > 0.001
        np.testing.assert_array_equal(found.labels, expected["labels"].numpy())
        np.testing.assert_allclose(found.scores, expected["scores"].numpy(), rtol=0, atol=1e-5)
        np.testing.assert_allclose(found.boxes, expected["boxes"].numpy(), rtol=0, atol=1e-3)


def decoder(**settings) -> Decoder:
    """Two anchors of 10 × 10 px in an input of 40 × 20, and two classes."""
    defaults = {
        "input": (20, 40),
        "anchors": np.array([[0, 0, 10, 10], [20, 5, 30, 15]], np.float32),
        "coder_weights": (10.0, 10.0, 5.0, 5.0),
        "max_log_scale": 4.0,
        "score_threshold": 0.1,
        "candidates": 100,
        "smallest_side": 0.01,
        "nms_threshold": 0.5,
        "detections_per_image": 100,
        "class_names": ("car", "van"),
    }
    return Decoder(**defaults | settings)


LOGITS = np.log(np.array([[0.2, 0.7, 0.1], [0.05, 0.35, 0.6]], np.float32))


def test_boxes_are_decoded_by_hand_and_cut_at_the_picture():
    coded = np.array([[-5, 0, 5 * np.log(2), 0], [0, 2.5, 0, 0]], np.float32)
    found = decoder()(LOGITS, coded)
    np.testing.assert_allclose(found.scores, [0.7, 0.6, 0.35], atol=1e-6)  # 0.1 is not above the threshold
    np.testing.assert_array_equal(found.labels, [1, 2, 1])
    second = [20, 7.5, 30, 17.5]
    np.testing.assert_allclose(found.boxes, [[0, 0, 10, 10], second, second], atol=1e-5)


def test_what_lies_outside_the_picture_is_dropped():
    coded = np.array([[-20, 0, 0, 0], [0, 0, 0, 0]], np.float32)
    found = decoder()(LOGITS, coded)
    np.testing.assert_array_equal(found.labels, [2, 1])


def test_nothing_found_is_empty_arrays():
    found = decoder(score_threshold=0.9)(LOGITS, np.zeros((2, 4), np.float32))
    assert found.boxes.shape == (0, 4)
    assert len(found.scores) == len(found.labels) == 0


def test_only_surer_boxes_of_the_same_class_that_overlap_enough_suppress():
    boxes = np.array(
        [[0, 0, 10, 10], [0, 0, 10, 5], [0, 0, 10, 6], [0, 0, 10, 9], [20, 0, 30, 10]], np.float32
    )
    labels = np.array([1, 1, 1, 2, 1])
    assert suppress(boxes, labels, 0.5).tolist() == [0, 1, 3, 4]  # IoU with the first: 0.5, 0.6, 0.9, 0


def test_it_is_the_same_after_its_way_through_json():
    first = decoder(anchors=np.random.default_rng(0).normal(50, 100, (50, 4)).astype(np.float32))
    second = Decoder.from_json(first.to_json())
    np.testing.assert_array_equal(first.anchors, second.anchors)
    assert {**asdict(first), "anchors": 0} == {**asdict(second), "anchors": 0}


def test_it_needs_numpy_alone():
    script = (
        "import sys, training.decode\n"
        "assert not {'torch', 'onnxruntime', 'PIL', 'msgspec', 'conf'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
