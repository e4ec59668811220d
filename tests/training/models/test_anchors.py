"""Anchors: where they stand, how they cover boxes, and shapes fitted to boxes."""

import msgspec
import numpy as np
import pytest
import torch
from torchvision.models.detection.image_list import ImageList

from training.models.anchors import AnchorGenerator, LevelAnchors, anchor_boxes, best_overlaps, place
from training.models.settings import AnchorConfig
from training.models.shapes import centred_iou, kmeans_shapes, quantile_shapes

SSD_STRIDES = (16, 32, 64, 128, 256, 512)
SIZE = (192, 640)


def street_boxes(count=1500, seed=0):
    """Boxes like a street's cars in SIZE: log-normal heights from 13 to 150 px, aspects about 1.6."""
    rng = np.random.default_rng(seed)
    height = np.clip(np.exp(rng.normal(3.3, 0.6, count)), 13, 150)
    width = height * np.clip(np.exp(rng.normal(0.45, 0.28, count)), 0.9, 3)
    x, y = rng.uniform(0, SIZE[1], count), rng.uniform(60, 150, count)
    return np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)


def covering(config, strides=SSD_STRIDES):
    generator = AnchorGenerator(place(config, SIZE, strides))
    best = best_overlaps(torch.from_numpy(street_boxes()).float(), anchor_boxes(generator, SIZE, strides))
    return (best >= 0.5).float().mean().item()


@pytest.mark.parametrize("strides", [SSD_STRIDES, (16,), (8, 16, 32, 64)])
def test_default_anchors_cover_cars_of_a_street(strides):
    assert covering(AnchorConfig(), strides) >= 0.98


def test_one_anchor_per_cell_and_shape_would_not_cover_them():
    assert covering(AnchorConfig(spacing=1.0)) < 0.9


def test_anchors_stand_in_the_order_of_the_heads_outputs():
    generator = AnchorGenerator([LevelAnchors(0, ((0.25, 0.5, 0.1, 0.2), (0.75, 0.5, 0.5, 0.5)))])
    images = ImageList(torch.zeros(2, 3, 100, 200), [(100, 200)] * 2)
    first, second = generator(images, [torch.zeros(2, 8, 2, 4)])
    assert torch.equal(first, second)
    assert first.shape == (2 * 4 * 2, 4)
    centres, sizes = (first[:, :2] + first[:, 2:]) / 2, first[:, 2:] - first[:, :2]
    assert centres[:3].tolist() == [[12.5, 25], [37.5, 25], [62.5, 25]]  # cell 0 twice, cell 1
    assert centres[8].tolist() == [12.5, 75]  # the second row
    assert torch.allclose(sizes[0], torch.tensor([20.0, 20])) and torch.allclose(
        sizes[1], torch.tensor([100.0, 50])
    )


def test_sizes_go_to_maps_and_small_ones_stand_close():
    shapes = ((16 / 640, 16 / 192), (70 / 640, 70 / 192), (600 / 640, 180 / 192))
    levels = place(AnchorConfig(shapes=shapes, spacing=0.5), SIZE, SSD_STRIDES)
    assert [level.level for level in levels] == [0, 1, 3]
    assert [len(level.boxes) for level in levels] == [4, 1, 2]
    assert {box[:2] for box in levels[0].boxes} == {(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)}


def test_shapes_come_back_from_boxes_made_of_them():
    rng = np.random.default_rng(0)
    wanted = np.array([[20.0, 15.0], [60.0, 40.0], [50.0, 90.0]])
    sizes = np.repeat(wanted, 200, axis=0) * np.exp(rng.normal(0, 0.05, (600, 2)))
    assert np.allclose(kmeans_shapes(sizes, 3), wanted, rtol=0.03)
    assert np.array_equal(kmeans_shapes(sizes, 3), kmeans_shapes(sizes[::-1], 3))


def test_more_shapes_fit_better():
    boxes = street_boxes()
    sizes = boxes[:, 2:] - boxes[:, :2]
    mean = [centred_iou(sizes, kmeans_shapes(sizes, count)).max(axis=1).mean() for count in (1, 3, 9)]
    assert mean[0] < mean[1] < mean[2]
    assert centred_iou(sizes, quantile_shapes(sizes, 5, 2)).max(axis=1).mean() > mean[1]


def test_shapes_larger_than_the_input_are_refused():
    with pytest.raises(msgspec.ValidationError, match=r"shapes"):
        msgspec.convert({"shapes": [[1.5, 0.2]], "spacing": 0.5}, AnchorConfig)
