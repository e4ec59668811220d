"""Mean IoU against torchmetrics and brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from training.metrics.miou import confusion, score

CLASSES = 4
TRUTH = arrays(np.uint8, (6, 7), elements=st.sampled_from([0, 1, 2, 3, 255]))
PREDICTED = arrays(np.uint8, (6, 7), elements=st.integers(0, CLASSES - 1))


def brute_force(truth, predicted):
    """IoU by class from its definition, pixel by pixel."""
    iou = []
    for name in range(CLASSES):
        both = either = 0
        for true, found in zip(truth.flat, predicted.flat, strict=True):
            if true == 255:
                continue
            both += true == name and found == name
            either += true == name or found == name
        iou.append(both / either if either else np.nan)
    return np.array(iou)


@settings(max_examples=60, deadline=None)
@given(TRUTH, PREDICTED)
def test_it_is_the_definition(truth, predicted):
    found = score(confusion(truth, predicted, CLASSES))
    wanted = brute_force(truth, predicted)
    np.testing.assert_allclose(found.iou, wanted)
    if np.isnan(wanted).all():
        assert np.isnan(found.miou) and np.isnan(found.accuracy)
    else:
        assert found.miou == pytest.approx(np.nanmean(wanted))
        known = truth != 255
        assert found.accuracy == pytest.approx((truth == predicted)[known].mean())
    assert found.pixels.sum() == (truth != 255).sum()


def test_it_is_torchmetrics():
    torch = pytest.importorskip("torch")
    torchmetrics = pytest.importorskip("torchmetrics")
    rng = np.random.default_rng(0)
    truth, predicted = (rng.integers(0, 19, (3, 20, 30), dtype=np.uint8) for _ in range(2))
    truth[:, :4] = 255
    theirs = torchmetrics.JaccardIndex("multiclass", num_classes=19, ignore_index=255)
    wanted = theirs(torch.tensor(predicted.astype(int)), torch.tensor(truth.astype(int)))
    counts = sum(confusion(*pair, 19) for pair in zip(truth, predicted, strict=True))
    assert score(counts).miou == pytest.approx(float(wanted), abs=1e-6)


def test_pictures_are_summed_before_they_are_divided():
    easy = confusion(np.zeros((10, 10), np.uint8), np.zeros((10, 10), np.uint8), 2)
    wrong = confusion(np.zeros((1, 1), np.uint8), np.ones((1, 1), np.uint8), 2)
    found = score(easy + wrong)
    assert found.iou.tolist() == [100 / 101, 0.0]


def test_classes_that_are_neither_there_nor_predicted_do_not_count():
    found = score(confusion(np.array([[0, 1]], np.uint8), np.array([[0, 1]], np.uint8), 19))
    assert found.miou == 1.0 and np.isnan(found.iou[2:]).all()
