"""Labels of pixels: what readers find, what values mean, and that pictures and labels move together."""

import numpy as np
import pytest
import torch
from labelled_pixels import SIZE, picture, save, street, write_ade20k, write_carousel, write_cityscapes
from PIL import Image

from conf.errors import UserError
from training.data.labelmaps import part, read_segmented
from training.data.segmentation import SegmentationDataset, WholePictures, read_labels
from training.data.semantics import CITYSCAPES, IGNORED, TRAIN_ID, classes_of
from training.data.settings import Augmentation

OFF = dict.fromkeys(("brightness", "contrast", "noise", "flip", "resize", "box_jitter", "crop"), 0)


def test_values_of_carousel_become_cityscapes_classes():
    named = [None if n == IGNORED else CITYSCAPES.names[n] for n in TRAIN_ID["carousel"][:17]]
    assert named == [
        "sky", "road", "sidewalk", "terrain", "building", "vegetation", "pole", "fence", "car", "truck",
        "bus", "rider", "rider", "person", "traffic sign", None, None,
    ]  # fmt: skip
    assert TRAIN_ID["carousel_without_sky"][0] == IGNORED
    assert (TRAIN_ID["carousel_without_sky"][1:] == TRAIN_ID["carousel"][1:]).all()


def test_label_ids_of_cityscapes_become_train_ids():
    table = TRAIN_ID["cityscapes"]
    assert [int(table[label]) for label in (7, 8, 11, 24, 26, 33)] == [0, 1, 2, 11, 13, 18]
    assert (table[[0, 1, 4, 9, 14, 29, 30, 255]] == IGNORED).all()
    assert sorted(table[table != IGNORED]) == list(range(19))


def test_ade20ks_zero_is_ignored():
    assert TRAIN_ID["ade20k"][0] == IGNORED and TRAIN_ID["ade20k"][[1, 150]].tolist() == [0, 149]


def test_carousels_folder_is_split_by_clip(tmp_path):
    images, classes = read_segmented(write_carousel(tmp_path, clips=12))
    assert classes is CITYSCAPES and len(images) == 24
    train, held = (part(images, side, 0.3, 0) for side in ("train", "val"))
    assert train and held and not {image.group for image in train} & {image.group for image in held}
    assert (images[0].width, images[0].height) == SIZE[::-1]


def test_the_papers_recipe_has_no_sky(tmp_path):
    image = read_segmented(write_carousel(tmp_path, recipe="paper")).images[0]
    assert (read_labels(image)[street() == 0] == IGNORED).all()


@pytest.mark.parametrize("ids", ["labelIds", "labelTrainIds"])
def test_cityscapes_folder_has_its_own_sides(tmp_path, ids):
    images, classes = read_segmented(write_cityscapes(tmp_path, ids))
    assert classes is CITYSCAPES
    assert [image.group for image in part(images, "train", 0.5, 0)] == ["aachen"]
    (held,) = part(images, "val", 0.5, 0)
    assert held.group == "lindau"
    assert np.unique(read_labels(held)).tolist() == [0, 13, IGNORED]


def test_ade20ks_classes_are_named_by_its_own_list(tmp_path):
    root = write_ade20k(tmp_path)
    assert read_segmented(root).classes.names[:2] == ("class 1", "class 2")
    rows = ["Idx\tRatio\tTrain\tVal\tName", *(f"{n}\t0.1\t1\t1\tthing {n}, other" for n in range(1, 151))]
    (root / "objectInfo150.txt").write_text("\n".join(rows))
    images, classes = read_segmented(root)
    assert len(classes) == 150 and classes.names[149] == "thing 150"
    assert np.unique(read_labels(images[0])).tolist() == [0, 149, IGNORED]
    (root / "objectInfo150.txt").write_text("\n".join(rows[:9]))
    with pytest.raises(UserError, match=r"objectInfo150.txt: 8 classes"):
        read_segmented(root)


@pytest.mark.parametrize("name", ["../../secret.jpg", "/etc/secret.jpg", "000/..\\\\..\\\\secret.jpg"])
def test_no_picture_is_read_from_outside_the_folder(tmp_path, name):
    path = write_carousel(tmp_path) / "annotations" / "instances.json"
    path.write_text(path.read_text().replace("000/000000001.jpg", name))
    with pytest.raises(UserError, match=r"image 1: file_name .* leaves the dataset's folder"):
        read_segmented(tmp_path)


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(UserError, match="no labels of pixels in it"):
        read_segmented(tmp_path)
    (tmp_path / "semantic").mkdir()
    with pytest.raises(UserError, match=r"instances.json: there is no such file"):
        read_segmented(tmp_path)


def test_labels_that_do_not_fit_are_named_or_left_out(tmp_path):
    root = write_carousel(tmp_path)
    wrong = root / "semantic" / "000" / "000000003.png"
    save(wrong, np.zeros((10, 10), np.uint8))
    with pytest.raises(UserError, match=r"000000003.png is 10 × 10, but .*000000003.jpg is 128 × 64"):
        read_segmented(root)
    with pytest.warns(UserWarning, match=r"left out: .*000000003.png"):
        assert len(read_segmented(root, on_error="skip").images) == 7
    wrong.unlink()
    with pytest.raises(UserError, match=r"000000003.png: there is no such"):
        read_segmented(root)


def test_colours_are_no_labels(tmp_path):
    root = write_carousel(tmp_path)
    save(root / "semantic" / "000" / "000000000.png", picture(street()))
    image = read_segmented(root).images[0]
    with pytest.raises(UserError, match="these are colours"):
        read_labels(image)


def test_flips_and_windows_move_labels_with_the_picture(tmp_path):
    images = read_segmented(write_carousel(tmp_path)).images
    settings = Augmentation(**OFF | {"flip": 0.5, "resize": 0.5, "crop": 0.4})
    dataset = SegmentationDataset(images, SIZE, settings, seed=3)
    shades = {0: 0, 1: 13, 8: 104}  # picture()'s grey of each value
    classes = {int(TRAIN_ID["carousel"][value]): shade for value, shade in shades.items()}
    for item in map(dataset.__getitem__, range(len(images))):
        grey = item["image"].float().mean(dim=0)
        for name, shade in classes.items():
            seen = grey[item["labels"] == name]
            assert len(seen) and (seen.median() - shade - 3.5).abs() < 6
    again = SegmentationDataset(images, SIZE, settings, seed=3)[4]
    assert torch.equal(again["labels"], dataset[4]["labels"])


def test_what_lies_outside_a_piece_is_ignored(tmp_path):
    images = read_segmented(write_carousel(tmp_path)).images
    dataset = SegmentationDataset(images, (64, 128), Augmentation(**OFF), short_side=32)
    item = dataset[0]
    assert item["image"].shape == (3, 64, 128) and item["labels"].shape == (64, 128)
    outside = (item["image"] == 114).all(dim=0)
    assert outside.sum() >= 64 * 128 * 0.7
    assert (item["labels"][outside] == IGNORED).float().mean() > 0.99


def test_pieces_are_drawn_until_no_class_fills_them(tmp_path):
    images = read_segmented(write_carousel(tmp_path)).images
    shares = []
    for limit in (1.0, 0.75):
        dataset = SegmentationDataset(
            images, (32, 32), Augmentation(**OFF | {"class_share": limit}), short_side=64
        )
        for item in map(dataset.__getitem__, range(8)):
            counts = torch.bincount(item["labels"].flatten(), minlength=256)[:IGNORED]
            shares.append(float(counts.max() / counts.sum()))
    too_full = [share > 0.75 for share in shares]
    assert sum(too_full[8:]) < sum(too_full[:8])


def test_whole_pictures_keep_their_labels_own_size(tmp_path):
    images = read_segmented(write_carousel(tmp_path)).images
    stretched = WholePictures(images, (32, 48), None)[0]
    assert stretched["image"].shape == (3, 32, 48) and stretched["labels"].shape == SIZE
    scaled = WholePictures(images, (32, 48), 128)[0]
    assert scaled["image"].shape == (3, 128, 256) and scaled["labels"].shape == SIZE


def test_a_damaged_picture_is_ignored_where_that_is_asked_for(tmp_path):
    root = write_carousel(tmp_path)
    images = read_segmented(root).images
    images[0].path.write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"000000000.jpg"):
        SegmentationDataset(images, SIZE)[0]
    with pytest.warns(UserWarning, match="left out"):
        item = SegmentationDataset(images, SIZE, on_error="skip")[0]
    assert (item["labels"] == IGNORED).all()


def test_classes_have_colours_that_differ():
    assert classes_of(19) is CITYSCAPES
    for classes in (CITYSCAPES, classes_of(150)):
        assert len(set(classes.colours)) == len(classes)
    painted = CITYSCAPES.painted(np.array([[0, IGNORED]], np.uint8))
    assert painted.tolist() == [[[128, 64, 128], [0, 0, 0]]]
    assert Image.fromarray(painted).size == (2, 1)
