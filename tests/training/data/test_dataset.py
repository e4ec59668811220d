"""Items of the dataset: boxes lie on what they framed, whatever the augmentation; chance is repeatable."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader
from written import labelled, write_picture

from conf.errors import UserError
from training.data.chance import Draw
from training.data.dataset import DetectionDataset, Item, collate
from training.data.kitti import read_kitti_tracking
from training.data.mixing import MixedBatches
from training.data.settings import NO_AUGMENTATION, Augmentation
from training.data.truth import LabelledImage, Row, Truth

SIZE = (96, 320)
RED, BLUE = (230, 20, 20), (20, 20, 230)
CAR_BOX, VAN_BOX = (250.0, 80.0, 340.0, 150.0), (400.0, 60.0, 470.0, 130.0)


def painted(folder: Path, *, width: int = 620, height: int = 188) -> LabelledImage:
    """A grey picture with a red car and a blue van, which are plain rectangles."""
    pixels = np.full((height, width, 3), 128, np.uint8)
    for (x1, y1, x2, y2), colour in ((CAR_BOX, RED), (VAN_BOX, BLUE)):
        pixels[int(y1) : int(y2), int(x1) : int(x2)] = colour
    path = folder / "painted.png"
    Image.fromarray(pixels).save(path)
    rows = [Row("Car", CAR_BOX), Row("Van", VAN_BOX)]
    return LabelledImage("painted", path, width, height, "", Truth.of(rows))


def seen(item: Item, channel: int) -> torch.Tensor:
    """The box around the pixels in which `channel` stands out from the other two, half as much as it can."""
    pixels = item["image"].float()
    excess = pixels[channel] - torch.stack([pixels[c] for c in range(3) if c != channel]).amax(0)
    rows, columns = torch.nonzero(excess > excess.max() / 2, as_tuple=True)
    return torch.stack([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]).float()


def test_without_augmentation_boxes_are_stretched(tmp_path: Path) -> None:
    item = DetectionDataset([painted(tmp_path)], SIZE)[0]
    assert (item["image"].shape, item["image"].dtype) == ((3, *SIZE), torch.uint8)
    sx, sy = item["scale"]
    back = item["boxes"] * torch.tensor([sx, sy, sx, sy])
    torch.testing.assert_close(back, torch.tensor([CAR_BOX]), rtol=0, atol=1e-3)
    assert (item["labels"].tolist(), item["id"]) == ([1], "painted")
    assert (item["boxes"][0] - seen(item, 0)).abs().max() <= 1
    assert (item["neutral"][0] - seen(item, 2)).abs().max() <= 1


GEOMETRY = {
    "flip": {"flip": 1.0},
    "resize": {"resize": 0.5},
    "crop": {"crop": 0.3},
    "zoom_out": {"zoom_out": 1.0},
    "iou_crop": {"iou_crop": 1.0},
    "paper": {"flip": 0.5, "resize": 0.25, "crop": 0.3},
    "all": {"flip": 0.5, "resize": 0.25, "crop": 0.2, "zoom_out": 0.5, "iou_crop": 0.5},
    "light": {"brightness": 0.2, "contrast": 0.2, "saturation": 0.2, "light": True},
    "hue": {"hue": 0.02},
    "blur": {"blur": 1.0},
    "jpeg": {"jpeg": 1.0},
    "noise": {"noise": 0.03},
}
OFF = dict.fromkeys(("brightness", "contrast", "noise", "flip", "resize", "box_jitter", "crop"), 0.0)


@pytest.mark.parametrize("name", GEOMETRY)
def test_boxes_stay_on_what_they_frame(tmp_path: Path, name: str) -> None:
    data = DetectionDataset([painted(tmp_path)], SIZE, Augmentation(**(OFF | GEOMETRY[name])))
    checked = 0
    for turn in range(25):
        item = data[Draw(0, turn)]
        for boxes, channel in ((item["boxes"], 0), (item["neutral"], 2)):
            # A car mostly cut off goes over to the neutral; one cut out entirely is in neither.
            if len(item["boxes"]) == 1 and len(item["neutral"]) == 1:
                assert (boxes[0] - seen(item, channel)).abs().max() <= 1.5
                checked += 1
    assert checked >= 20


def test_mosaic_shows_four_pictures_with_their_boxes(tmp_path: Path) -> None:
    data = DetectionDataset([painted(tmp_path)], SIZE, Augmentation(**(OFF | {"mosaic": 1.0})))
    counts = set()
    for turn in range(20):
        item = data[Draw(0, turn)]
        counts.add(len(item["boxes"]))
        red = item["image"][0].float() - item["image"][1].float() > 50
        inside = torch.zeros(SIZE, dtype=torch.bool)
        for x1, y1, x2, y2 in torch.cat([item["boxes"], item["neutral"]]).round().int().tolist():
            inside[max(y1 - 1, 0) : y2 + 1, max(x1 - 1, 0) : x2 + 1] = True
        assert not (red & ~inside).any()
        for x1, y1, x2, y2 in item["boxes"].round().int().tolist():
            assert red[y1 + 1 : y2 - 1, x1 + 1 : x2 - 1].all()
    assert {3, 4} & counts


def test_each_augmentation_changes_something_and_off_changes_nothing(tmp_path: Path) -> None:
    image = painted(tmp_path)
    plain = DetectionDataset([image], SIZE)[0]
    off = DetectionDataset([image], SIZE, Augmentation(**OFF))[0]
    assert torch.equal(plain["image"], off["image"]) and torch.equal(plain["boxes"], off["boxes"])
    amounts = ("brightness", "contrast", "saturation", "noise", "resize", "crop")
    single = {name: {name: 0.3} for name in amounts}
    single |= {name: {name: 1.0} for name in ("flip", "zoom_out", "iou_crop", "blur", "jpeg", "mosaic")}
    for name, amount in (single | {"hue": {"hue": 0.3}, "box_jitter": {"box_jitter": 0.1}}).items():
        data = DetectionDataset([image], SIZE, Augmentation(**(OFF | amount)))
        items = [data[Draw(0, turn)] for turn in range(8)]
        changed = any(not torch.equal(item["image"], plain["image"]) for item in items)
        moved = any(not torch.equal(item["boxes"], plain["boxes"]) for item in items)
        assert moved if name == "box_jitter" else changed, name


def test_switching_one_augmentation_off_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    """So that an ablation compares the same crops of the same pictures."""
    image = painted(tmp_path)
    for turn in range(10):
        full = DetectionDataset([image], SIZE, Augmentation(box_jitter=0, noise=0))[Draw(0, turn)]
        dark = DetectionDataset([image], SIZE, Augmentation(box_jitter=0, light=False))[Draw(0, turn)]
        assert torch.equal(full["boxes"], dark["boxes"]) and torch.equal(full["neutral"], dark["neutral"])


def test_light_switches_brightness_contrast_and_saturation_together(tmp_path: Path) -> None:
    image = painted(tmp_path)
    amounts = {"brightness": 0.5, "contrast": 0.5, "saturation": 0.5, "light": False}
    item = DetectionDataset([image], SIZE, Augmentation(**(OFF | amounts)))[0]
    assert torch.equal(item["image"], DetectionDataset([image], SIZE)[0]["image"])


def test_brightness_and_noise_have_the_amounts_they_say(tmp_path: Path) -> None:
    image = labelled("grey", path=tmp_path / "grey.png")
    Image.fromarray(np.full((60, 100, 3), 100, np.uint8)).save(image.path)

    def pixels(**amount: float) -> torch.Tensor:
        data = DetectionDataset([image], SIZE, Augmentation(**(OFF | amount)))
        return torch.stack([data[Draw(0, turn)]["image"].float() for turn in range(60)])

    means = pixels(brightness=0.3).mean((1, 2, 3))
    assert 69 < means.min() < 76 and 124 < means.max() < 131
    noisy = pixels(noise=0.1)
    deviations = noisy.std((1, 2, 3))
    assert deviations.min() < 3 and 22 < deviations.max() < 26.5
    assert abs(float(noisy.mean()) - 100) < 0.5
    assert (pixels(contrast=0.5) - 100).abs().max() <= 1  # about the mean, which all pixels have


def test_noise_on_an_input_larger_than_its_table(tmp_path: Path) -> None:
    image = labelled("a", path=write_picture(tmp_path / "a.png"))
    item = DetectionDataset([image], (900, 900), Augmentation(**(OFF | {"noise": 0.1})))[0]
    assert item["image"].shape == (3, 900, 900)


def test_small_and_cut_off_cars_become_neutral(tmp_path: Path) -> None:
    path = write_picture(tmp_path / "a.png")
    rows = (
        Row("Car", (10, 10, 50, 40)),
        Row("Car", (60, 10, 62, 30)),
        Row("Car", (70, 10, 90, 40), ignored=True),
        Row("Truck", (0, 0, 9, 9)),
    )
    image = labelled("a", path=path, rows=rows)
    item = DetectionDataset([image], (60, 100), min_size_px=4)[0]
    assert item["boxes"].tolist() == [[10, 10, 50, 40]]
    assert sorted(item["neutral"].tolist()) == [[60, 10, 62, 30], [70, 10, 90, 40]]
    crops = DetectionDataset([image], (60, 100), Augmentation(**(OFF | {"crop": 0.9})), min_kept=0.5)
    for turn in range(60):
        for kind in ("boxes", "neutral"):
            boxes = crops[Draw(0, turn)][kind]
            assert (boxes[:, 2:] > boxes[:, :2]).all()
            assert (boxes >= 0).all() and (boxes <= torch.tensor([100, 60, 100, 60])).all()


def test_a_car_of_which_a_crop_leaves_too_little_is_neutral(tmp_path: Path) -> None:
    image, crop = painted(tmp_path), Augmentation(**(OFF | {"crop": 0.6}))
    lenient, strict = (DetectionDataset([image], SIZE, crop, min_kept=kept) for kept in (0.0, 0.999))
    moved = 0
    for turn in range(40):
        few, many = strict[Draw(0, turn)], lenient[Draw(0, turn)]
        cut = [0 in box or SIZE[1] in box[::2] or SIZE[0] in box[1::2] for box in many["boxes"].tolist()]
        assert len(few["boxes"]) == cut.count(False)
        assert len(few["neutral"]) == len(many["neutral"]) + cut.count(True)
        moved += cut.count(True)
    assert moved >= 5


def test_a_picture_without_cars_is_an_item(tmp_path: Path) -> None:
    path = write_picture(tmp_path / "a.jpg")
    item = DetectionDataset([labelled("a", path=path)], SIZE, Augmentation(iou_crop=1.0, mosaic=0.5))[0]
    assert (item["boxes"].shape, item["neutral"].shape, item["labels"].shape) == ((0, 4), (0, 4), (0,))


def test_grey_pictures_have_three_channels(tmp_path: Path) -> None:
    Image.fromarray(np.full((60, 100), 90, np.uint8)).save(tmp_path / "a.png")
    item = DetectionDataset([labelled("a", path=tmp_path / "a.png")], SIZE)[0]
    assert item["image"].shape == (3, *SIZE)


def test_a_damaged_picture_is_named_or_neutral_as_a_whole(tmp_path: Path) -> None:
    path = write_picture(tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes()[:400])
    image = labelled("a", path=path, rows=(Row("Car", (10, 10, 50, 40)),))
    with pytest.raises(UserError, match=r"a\.jpg: the picture is missing or damaged"):
        DetectionDataset([image], SIZE)[0]
    with pytest.warns(UserWarning, match=r"left out: .*a\.jpg"):
        item = DetectionDataset([image], SIZE, on_error="skip")[0]
    assert len(item["boxes"]) == 0
    assert item["neutral"].tolist() == [[0, 0, SIZE[1], SIZE[0]]]


def pictures(folder: Path, count: int) -> list[LabelledImage]:
    rows = (Row("Car", (10, 10, 50, 40)), Row("DontCare", (60, 10, 90, 30)))
    paths = [write_picture(folder / f"{place}.jpg", level=40 + 15 * place) for place in range(count)]
    return [labelled(f"{place}", path=path, rows=rows) for place, path in enumerate(paths)]


def run(images: list[LabelledImage], workers: int, start: tuple[int, int] = (0, 0)) -> list[object]:
    """All batches of the rest of three epochs, as plain lists."""
    torch.manual_seed(workers)  # the training's own generator is none of the data's business
    sampler = MixedBatches([len(images)], 4, seed=7)
    data = DetectionDataset(images, (48, 80), Augmentation(mosaic=0.3, iou_crop=0.3), seed=7)
    loader = DataLoader(
        data, batch_sampler=sampler, num_workers=workers, collate_fn=collate, persistent_workers=workers > 0
    )
    sampler.seek(*start)
    batches = []
    for _ in range(start[0], 3):
        for images_, targets in loader:
            rest = [[target[k].tolist() for k in ("boxes", "neutral")] + [target["id"]] for target in targets]
            batches.append((images_.sum((1, 2, 3)).tolist(), images_[..., ::9, ::9].tolist(), rest))
    return batches


def test_batches_are_the_same_with_any_number_of_workers_and_after_resuming(tmp_path: Path) -> None:
    images = pictures(tmp_path, 10)
    whole = run(images, 0)
    assert len(whole) == 9
    assert whole[:3] != whole[3:6]
    assert run(images, 2) == whole
    assert run(images, 1, start=(1, 2)) == whole[5:]


def test_the_trainings_generator_is_left_alone(tmp_path: Path) -> None:
    data = DetectionDataset(pictures(tmp_path, 1), SIZE, Augmentation())
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    data[0]
    assert torch.equal(torch.rand(3), expected)


def test_collate(tmp_path: Path) -> None:
    data = DetectionDataset(pictures(tmp_path, 2), SIZE)
    images, targets = collate([data[0], data[1]])
    assert (images.shape, images.dtype) == ((2, 3, *SIZE), torch.uint8)
    wanted = ["boxes", "first", "id", "labelled", "labels", "neutral", "scale"]
    assert [sorted(target) for target in targets] == [wanted] * 2


@pytest.mark.parametrize("wrong", [{"flip": 1.5}, {"brightness": -0.1}, {"hue": 0.7}, {"crop": 0.95}])
def test_amounts_out_of_range_are_named(wrong: dict[str, float]) -> None:
    with pytest.raises(UserError, match=rf"augmentation\.{next(iter(wrong))}="):
        Augmentation(**wrong)


def test_no_augmentation_has_no_steps() -> None:
    assert not DetectionDataset([], SIZE, NO_AUGMENTATION)._steps


def test_real_frames(kitti: Path) -> None:
    images = read_kitti_tracking(kitti)[::60]
    data = DetectionDataset(images, (192, 640), Augmentation())
    plain = DetectionDataset(images, (192, 640))
    for place, image in enumerate(images):
        assert data[place]["image"].shape == (3, 192, 640)
        item = plain[place]
        found = len(item["boxes"]) + len(item["neutral"])
        assert found == int(image.truth.cars.sum() + image.truth.neutral.sum())
