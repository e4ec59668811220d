"""What losses are divided by: as many as torchvision's sampler takes."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.models.detection._utils import BalancedPositiveNegativeSampler

from training.models.faster_rcnn import sampled
from training.models.share import per_process

labels = st.lists(st.sampled_from([-1, 0, 1]), max_size=30).map(lambda values: torch.tensor(values))


@given(st.lists(labels, min_size=1, max_size=3), st.integers(1, 20), st.sampled_from([0.25, 0.5]))
def test_as_many_are_counted_as_are_sampled(images, most, positives):
    taken = BalancedPositiveNegativeSampler(most, positives)(images)
    assert sampled(images, most, positives) == sum(int(mask.sum()) for masks in taken for mask in masks)


def test_alone_a_process_divides_by_its_own_count():
    assert [per_process(torch.tensor(count)).item() for count in (0, 1, 7)] == [1, 1, 7]
