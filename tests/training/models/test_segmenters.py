"""Segmenters: every head on every backbone, what they learn, and their costs against the papers'."""

import pytest
import torch

from training.data.semantics import IGNORED
from training.models.dilation import dilate
from training.models.pretrained import pretrained
from training.models.segmentation import costs
from training.models.segmentation.build import WITH_AUXILIARY, build_segmenter
from training.models.segmentation.costs import PUBLISHED, published_cost, segmenter_cost
from training.models.segmentation.layers import PooledNorm
from training.models.segmentation.raspp import WindowPool
from training.models.settings import SEGMENTATION_HEADS, ModelConfig

BACKBONES = ("mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small")
SIZE = (64, 96)


def small(head, backbone="mobilenet_v2", **options):
    """A narrow segmenter of five classes with weights at random."""
    options = {"width_mult": 0.25, "filters": 16, "classes": 5, "input": SIZE, "weights": "none"} | options
    return build_segmenter(ModelConfig(head=head, backbone=backbone, **options))


def stripes(count=4):
    """Pictures whose brightness tells the class, and their labels: three stripes each."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.zeros(count, *SIZE, dtype=torch.int64)
    for picture in labels:
        order = torch.randperm(5, generator=generator)
        for stripe in range(3):
            picture[:, 32 * stripe : 32 * (stripe + 1)] = order[stripe]
    images = labels[:, None] / 5 + 0.05 * torch.rand(count, 3, *SIZE, generator=generator)
    return images, labels


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("head", SEGMENTATION_HEADS)
def test_each_head_trains_on_each_backbone_and_names_every_pixel(head, backbone):
    stride = {"mobilenet_v2": 8, "mobilenet_v3_large": 16, "mobilenet_v3_small": 32}[backbone]
    segmenter = small(head, backbone, output_stride=stride)
    images, labels = stripes(2)
    losses = segmenter(images, labels)
    assert set(losses) == {"segmentation"} | ({"auxiliary"} if head in WITH_AUXILIARY else set())
    sum(losses.values()).backward()
    without = [name for name, weight in segmenter.named_parameters() if weight.grad is None]
    assert without == []
    assert segmenter.eval()(images).shape == (2, 5, *SIZE)
    assert segmenter(torch.rand(1, 3, 50, 70)).shape == (1, 5, 50, 70)


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("stride", [8, 16, 32])
def test_the_last_map_has_the_stride_that_was_asked_for(backbone, stride):
    segmenter = small("lraspp", backbone, output_stride=stride)
    low, high = segmenter.eval().backbone(torch.rand(1, 3, 128, 256))
    assert low.shape[-2:] == (16, 32)
    assert high.shape[-2:] == (128 // stride, 256 // stride)


@pytest.mark.parametrize("padding", ["pytorch", "tensorflow"])
def test_a_dilated_backbone_gives_the_plain_ones_values_and_those_between(padding):
    config = ModelConfig(
        head="raspp", backbone="mobilenet_v2", width_mult=0.25, weights="none", padding=padding
    )
    torch.manual_seed(0)
    plain = pretrained(config).features.eval()
    torch.manual_seed(0)
    dense = pretrained(config).features.eval()
    dilate(dense, 1, 8)
    images = torch.rand(1, 3, 128, 192)
    with torch.no_grad():
        coarse, fine = plain(images), dense(images)
    # TensorFlow's padding of an even map begins a stride at its second cell, the later ones likewise.
    start = 0 if padding == "pytorch" else 3
    assert torch.allclose(fine[..., start::4, start::4], coarse, atol=1e-5)


@pytest.mark.parametrize("head", SEGMENTATION_HEADS)
def test_it_learns_four_images_by_heart(head):
    torch.manual_seed(0)
    segmenter = small(head, output_stride=16, bn_momentum=0.3)
    images, labels = stripes()
    optimizer = torch.optim.Adam(segmenter.parameters(), lr=0.01)
    for _ in range(30):
        optimizer.zero_grad()
        sum(segmenter(images, labels).values()).backward()
        optimizer.step()
    with torch.no_grad():
        right = segmenter.eval()(images).argmax(dim=1) == labels
    assert right.float().mean() > 0.9


def test_ignored_pixels_teach_nothing():
    segmenter = small("lraspp")
    images, labels = stripes(2)
    labels[:, :32] = IGNORED
    torch.manual_seed(0)
    loss = segmenter(images, labels)["segmentation"]
    logits = segmenter(images, labels.clone())["segmentation"]
    assert torch.equal(loss, logits)
    labels[:] = IGNORED
    loss = segmenter(images, labels)["segmentation"]
    loss.backward()
    assert loss == 0
    assert all((weight.grad == 0).all() for weight in segmenter.parameters())


def test_the_loss_is_the_mean_over_labelled_pixels():
    segmenter = small("fcn").eval()
    images, labels = stripes(1)
    labels[:, ::2] = IGNORED
    logits = segmenter(images)
    segmenter.training = True  # the head's dropout and BatchNorm stay as they are
    wanted = torch.nn.functional.cross_entropy(logits[:, :, 1::2], labels[:, 1::2])
    assert segmenter(images, labels)["segmentation"].item() == pytest.approx(wanted.item(), rel=1e-5)


def test_labels_of_another_size_are_refused():
    with pytest.raises(ValueError, match="labels of the images' size"):
        small("lraspp")(torch.rand(2, 3, *SIZE), torch.zeros(2, 32, 48, dtype=torch.int64))


@pytest.mark.parametrize("head", ["raspp", "pspnet", "deeplabv3", "deeplabv3plus"])
def test_a_batch_of_one_picture_trains(head):
    images, labels = stripes(1)
    assert small(head)(images, labels)["segmentation"].isfinite()


def test_pooled_values_of_one_picture_are_normalised_by_running_statistics():
    norm = PooledNorm(3)
    norm(torch.rand(8, 3, 1, 1))
    one = torch.rand(1, 3, 1, 1)
    trained = norm(one)
    assert torch.equal(trained, norm.eval()(one))


def test_pooling_is_the_papers_windows_where_they_fit():
    pool = WindowPool()
    assert pool(torch.rand(1, 2, 65, 129)).shape == (1, 2, 2, 5)
    maps = torch.rand(1, 2, 12, 40)
    assert torch.allclose(pool(maps), maps.mean(dim=(2, 3), keepdim=True))


def test_freezing_the_backbone_leaves_the_head_to_train():
    segmenter = small("raspp", freeze="backbone")
    assert not any(weight.requires_grad for weight in segmenter.backbone.parameters())
    assert all(weight.requires_grad for weight in segmenter.head.parameters())
    assert not any(layer.training for layer in segmenter.backbone.modules() if hasattr(layer, "running_mean"))


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row.network)
def test_costs_are_the_papers_within_three_per_cent(row):
    cost = row.cost()
    for count, printed in ((cost.parameters, row.parameters), (cost.madds, row.madds)):
        number, unit = printed.split()
        near = count / {"M": 1e6, "B": 1e9}[unit] / float(number)
        assert near == pytest.approx(1, abs=0.03) or (row.note and unit == "M"), (row.network, count, printed)


def test_what_the_paper_counts_besides_layers_is_little():
    config = ModelConfig(head="lraspp", backbone="mobilenet_v3_large", input=costs.MEASURED_AT, classes=19)
    layers, paper = segmenter_cost(config), published_cost(config)
    assert 1 < paper.madds / layers.madds < 1.04
    assert 1 < paper.parameters / layers.parameters < 1.02
