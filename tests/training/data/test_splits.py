"""Splits by drive and nested subsets: what they promise for any collection of pictures."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import labelled, write_text

from conf.errors import UserError
from training.data.drives import drive_of_object_image, drive_of_sequence, object_drives
from training.data.kitti import read_kitti_object, read_kitti_tracking
from training.data.splits import divide, split, subset
from training.data.truth import LabelledImage

drives = st.lists(st.integers(1, 12), min_size=8, max_size=40)  # pictures of each


def collection(sizes: list[int]) -> list[LabelledImage]:
    """Pictures of drives of these sizes; those of the first have no drive."""
    return [
        labelled(f"{drive:03d}{place:03d}", f"drive {drive}" if drive else "")
        for drive, size in enumerate(sizes)
        for place in range(size)
    ]


def parts(images: list[LabelledImage], seed: int) -> dict[str, set[str]]:
    """Ids in train and val; a part without pictures is empty here."""
    found = {}
    for which in ("train", "val"):
        try:
            found[which] = {image.id for image in split(images, which, seed=seed)}
        except UserError:
            found[which] = set()
    return found


@given(drives, st.integers(0, 5))
def test_train_and_val_part_the_drives(sizes: list[int], seed: int) -> None:
    images = collection(sizes)
    found = parts(images, seed)
    assert found["train"] | found["val"] == {image.id for image in images}
    assert not found["train"] & found["val"]
    drive = {image.id: image.group for image in images if image.group}
    shared = {drive.get(name) for name in found["train"]} & {drive.get(name) for name in found["val"]}
    assert shared <= {None}


@given(drives, drives, st.integers(0, 5))
def test_pictures_added_later_move_no_other(sizes: list[int], more: list[int], seed: int) -> None:
    before, after = collection(sizes), collection(sizes + more)
    for which, names in parts(before, seed).items():
        assert names <= parts(after, seed)[which]


def test_what_a_split_leaves_can_be_divided_again() -> None:
    """By the same numbers, no drive of train would be among the lowest."""
    train = split(collection([2] * 60), "train")
    rest, chosen = divide(train, 0.2, purpose="selection ")
    assert 4 <= len(chosen) <= 40
    assert len(rest) + len(chosen) == len(train)


def test_splits_are_sorted_and_the_seed_matters() -> None:
    images = collection([3] * 40)
    val = split(images[::-1], "val")
    assert [image.id for image in val] == sorted(image.id for image in val)
    assert {image.id for image in val} != {image.id for image in split(images, "val", seed=1)}
    assert [image.id for image in split(images[::-1], "all")] == [image.id for image in images]


def test_a_part_without_pictures_is_an_error() -> None:
    with pytest.raises(UserError, match="split=val has no pictures"):
        split(collection([2, 2]), "val", val_share=0.0)


def test_a_file_lists_ids_or_drives(tmp_path: Path) -> None:
    images = collection([2, 2, 2])
    path = write_text(tmp_path / "mine.txt", "# mine", "", "000001", "drive 2  # all of it")
    assert [image.id for image in split(images, str(path))] == ["000001", "002000", "002001"]
    write_text(path, "000001", "drive 9")
    with pytest.raises(UserError, match=r"mine\.txt:2: no picture and no drive here is called 'drive 9'"):
        split(images, str(path))
    with pytest.warns(UserWarning, match="drive 9"):
        assert len(split(images, str(path), on_error="skip")) == 1
    with pytest.raises(UserError, match="split=vla: neither train, val or all"):
        split(images, "vla")


@given(drives, st.integers(0, 5), st.data())
def test_subsets_are_nested_and_give_each_drive_its_share(
    sizes: list[int], seed: int, data: st.DataObject
) -> None:
    images = collection(sizes)
    few = data.draw(st.integers(1, len(images)))
    many = data.draw(st.integers(few, len(images)))
    small, large = (subset(images, count, seed=seed) for count in (few, many))
    assert (len(small), len(large)) == (few, many)
    assert {image.id for image in small} <= {image.id for image in large}
    taken = Counter(image.group for image in small if image.group)
    for drive, size in enumerate(sizes[1:], start=1):
        # One of a drive's pictures lies in each of `size` equal stretches of the order.
        share = few / len(images) * size
        assert abs(taken[f"drive {drive}"] - share) <= 1 + size * len(sizes) / len(images)


def test_many_small_drives_do_not_crowd_out_a_large_one() -> None:
    small = subset(collection([100, 900] + [1] * 99), 110)
    assert 80 <= sum(image.group == "drive 1" for image in small) <= 100


def test_a_subset_of_more_than_there_are() -> None:
    with pytest.raises(UserError, match="5 pictures were asked for; there are 4"):
        subset(collection([4]), 5)


def test_the_table_of_drives_is_kittis() -> None:
    table = object_drives()
    assert len(table) == 7481
    assert len(set(table)) == 141
    assert Counter(table)["2011_09_26_drive_0101_sync"] == 577
    assert drive_of_object_image("000000") == "2011_09_28_drive_0106_sync"
    assert drive_of_object_image("007481") == drive_of_object_image("000000042") == ""
    assert drive_of_sequence("0003") in table


def test_the_default_split_of_the_object_set() -> None:
    images = [labelled(f"{place:06d}", drive) for place, drive in enumerate(object_drives())]
    val = split(images, "val")
    assert (len(val), len({image.group for image in val})) == (2216, 32)  # for ever
    assert len({image.group for image in subset(images, 25)}) == 25


def test_the_real_folders_own_splits(kitti: Path) -> None:
    objects = read_kitti_object(kitti)
    for which, count in (("train", 43), ("val", 27)):
        ids = split(objects, str(kitti / "splits" / f"{which}.txt"))
        by_drive = split(objects, str(kitti / "splits" / f"drives_{which}.txt"))
        assert len(ids) == count
        assert [image.id for image in ids] == [image.id for image in by_drive]
    sequences = split(read_kitti_tracking(kitti), str(kitti / "splits" / "drives_val.txt"))
    assert {image.id[:4] for image in sequences} == {"0000"}


def test_the_real_drives_are_those_of_the_table(kitti: Path) -> None:
    lines = (kitti / "id_to_drive.txt").read_text().splitlines()
    assert [line.split()[1] for line in lines] == list(object_drives())
