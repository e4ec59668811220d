"""Running a detector over pictures of which one is damaged."""

import pytest
import torch
from written import write_picture

from conf.errors import UserError
from training.data.truth import LabelledImage, Truth
from training.loop.detect import adapt, detect
from training.models.build import build_detector
from training.models.settings import ModelConfig

CPU = torch.device("cpu")
CONFIG = ModelConfig(backbone="mobilenet_v3_small", width_mult=0.25, input=(64, 128), weights="none")


@pytest.mark.parametrize("use", [detect, adapt])
def test_a_damaged_picture_is_named_or_left_out_as_the_user_asked(tmp_path, use):
    paths = [write_picture(tmp_path / f"{number}.png") for number in range(3)]
    paths[1].write_bytes(paths[1].read_bytes()[:200])
    images = [LabelledImage(path.stem, path, 100, 60, "", Truth.of()) for path in paths]
    detector = build_detector(CONFIG)
    with pytest.raises(UserError) as caught:
        use(detector, images, 2, CPU)
    assert str(caught.value).startswith(str(paths[1]))
    assert "Traceback" not in str(caught.value)
    use(detector, images, 2, CPU, "skip")
