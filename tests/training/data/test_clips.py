"""Clips: cut from videos, packed into batches, drawn alike, and gone on with from any point."""

import json
import os
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from written import annotation, write_coco, write_kitti

from conf.errors import UserError
from training.data.chance import Draw
from training.data.clips import ClipBatches, cut, packed
from training.data.coco import read_coco
from training.data.dataset import DetectionDataset
from training.data.kitti import read_kitti_object, read_kitti_tracking
from training.data.settings import NO_AUGMENTATION, Augmentation
from training.data.truth import UNTRACKED, LabelledImage, Row, Truth

REAL = os.environ.get("KITTI_ROOT")


def frames(count: int, name: str = "0003", start: int = 0) -> list[LabelledImage]:
    """A video's frames; there are no pictures."""
    return [
        LabelledImage(f"{name}/{number:06d}", Path("none.png"), 100, 60, name, Truth.of(), number)
        for number in range(start, start + count)
    ]


def stills(count: int) -> list[LabelledImage]:
    """Pictures of one drive without numbers of frames."""
    return [LabelledImage(f"{n:06d}", Path("none.png"), 100, 60, "drive", Truth.of()) for n in range(count)]


def test_a_cut_is_another_video_or_a_missing_frame() -> None:
    video = [*frames(5), *frames(2, start=6), *frames(3, "0004", start=8)]
    assert cut(video, 8) == [[0, 1, 2, 3, 4], [5, 6], [7, 8, 9]]
    assert cut(video, 2) == [[0, 1], [2, 3], [4], [5, 6], [7, 8], [9]]
    assert cut(stills(3), 8) == [[0], [1], [2]]


def test_the_same_scene_in_other_weather_is_another_video() -> None:
    one, two = (LabelledImage(name, Path("a"), 9, 9, "Scene01", Truth.of(), frame)
                for name, frame in (("Scene01/clone/00003", 3), ("Scene01/fog/00004", 4)))  # fmt: skip
    assert not two.follows(one)


@given(st.lists(st.integers(1, 8), max_size=40))
def test_packing_keeps_clips_whole_and_batches_nearly_full(lengths: list[int]) -> None:
    places = iter(range(sum(lengths)))
    clips = [[next(places) for _ in range(length)] for length in lengths]
    parcels = packed(clips, 8)
    assert sorted(chain.from_iterable(parcels)) == clips
    sizes = [sum(map(len, parcel)) for parcel in parcels]
    assert all(size <= 8 for size in sizes)
    assert sum(size <= 4 for size in sizes) <= 1 + sum(length > 4 for length in lengths)


def test_stills_of_a_parcel_come_from_all_over_the_list() -> None:
    parcels = packed(cut(stills(64), 8), 8)
    assert len(parcels) == 8
    assert all(len(parcel) == 8 and parcel[-1][0] - parcel[0][0] >= 50 for parcel in parcels)


def batches(seed: int = 3) -> ClipBatches:
    """From a video of 20 frames and one of 5, and 16 stills."""
    return ClipBatches([[*frames(20), *frames(5, "0004")], stills(16)], 16, 8, shares=[0.5, 0.5], seed=seed)


def test_batches_hold_clips_in_a_row() -> None:
    images = [*frames(20), *frames(5, "0004"), *stills(16)]
    for batch in batches():
        assert len(batch) <= 16
        for one, two in pairwise(batch):
            assert (two.clip == two.place) != (two.clip == one.clip)
            if two.clip == one.clip:
                assert images[two.place].follows(images[one.place]) and one.turn == two.turn


def test_every_picture_once_and_the_same_from_any_point() -> None:
    plain = ClipBatches([frames(20), stills(9)], 16, 8, shares=[0.5, 0.5])
    assert sorted(draw.place for batch in plain for draw in batch)[:20] == list(range(20))
    one = batches()
    whole = [list(one), list(one)]
    for epoch, start in ((0, 1), (1, 0), (1, 1)):
        resumed = batches()
        resumed.seek(epoch, start)
        assert list(resumed) == whole[epoch][start:]
    assert list(batches(seed=4)) != whole[0] != whole[1]


def test_processes_together_draw_what_one_would() -> None:
    def sampler(batch: int) -> ClipBatches:
        return ClipBatches([frames(64)], batch, 8, shares=[1.0])

    ranks = [sampler(16), sampler(16)]
    for rank, each in enumerate(ranks):
        each.deal(rank, 2)
    for one, *two in zip(sampler(32), *ranks, strict=True):
        assert one == list(chain.from_iterable(two))


def test_clips_longer_than_a_batch_are_refused() -> None:
    with pytest.raises(UserError, match=r"trainer.clip_length=8 .* trainer.batch_size=4"):
        ClipBatches([frames(20)], 4, 8, shares=[1.0])


@pytest.fixture
def clip(tmp_path: Path) -> list[LabelledImage]:
    """Four frames that show the same."""
    pixels = np.random.default_rng(0).integers(0, 256, (60, 100, 3), dtype=np.uint8)
    made = []
    for image in frames(4):
        path = tmp_path / f"{image.frame}.png"
        Image.fromarray(pixels).save(path)
        truth = Truth.of([Row("Car", (20.0, 10.0, 80.0, 50.0))])
        made.append(LabelledImage(image.id, path, 100, 60, image.group, truth, image.frame))
    return made


def test_a_clips_frames_are_turned_cut_and_lit_alike(clip: list[LabelledImage]) -> None:
    settings = Augmentation(noise=0, box_jitter=0, saturation=0.3, blur=0.5, jpeg=0.5, zoom_out=0.5)
    dataset = DetectionDataset(clip, (60, 100), settings, seed=1, clips=True)
    for turn in range(6):
        items = [dataset[Draw(place, turn, 0)] for place in range(4)]
        assert all(torch.equal(item["image"], items[0]["image"]) for item in items)
        assert all(torch.equal(item["boxes"], items[0]["boxes"]) for item in items)
        assert [bool(item["first"]) for item in items] == [True, False, False, False]
    alone = [dataset[Draw(place, 0)]["image"] for place in range(4)]
    assert not torch.equal(alone[0], alone[1])


def test_noise_and_annotators_differ_from_frame_to_frame(clip: list[LabelledImage]) -> None:
    for amount in ({"noise": 0.2}, {"box_jitter": 0.1}):
        settings = Augmentation(
            **{name: getattr(NO_AUGMENTATION, name) for name in NO_AUGMENTATION.__struct_fields__} | amount
        )
        dataset = DetectionDataset(clip, (60, 100), settings, clips=True)
        one, two = (dataset[Draw(place, 0, 0)] for place in (0, 1))
        assert torch.equal(one["image"], two["image"]) != ("noise" in amount)
        assert torch.equal(one["boxes"], two["boxes"]) != ("box_jitter" in amount)


def test_in_order_the_dataset_says_where_videos_begin(clip: list[LabelledImage]) -> None:
    dataset = DetectionDataset([clip[0], clip[1], clip[3]], (60, 100))
    assert [bool(dataset[place]["first"]) for place in range(3)] == [True, False, True]


def test_our_datasets_have_tracks_and_frames(tmp_path: Path) -> None:
    root = write_coco(
        tmp_path, [annotation(1, 0, track_id=7), annotation(2, 0), annotation(3, 1, track_id="a")]
    )
    first, second = read_coco(root)
    assert first.truth.track.tolist() == [7, UNTRACKED] and second.truth.track.tolist() == [UNTRACKED]
    assert not second.follows(first)
    file = root / "annotations" / "instances.json"
    content = json.loads(file.read_text())
    for number, image in enumerate(content["images"]):
        image["frame_in_video"] = number
    file.write_text(json.dumps(content))
    first, second = read_coco(root)
    assert second.follows(first)


def test_kittis_object_set_is_of_stills(tmp_path: Path) -> None:
    one, two = read_kitti_object(write_kitti(tmp_path, {"000000": [], "000001": []}))
    assert one.frame is None and not two.follows(one)


@pytest.mark.skipif(not REAL, reason="needs KITTI's tracking set, in $KITTI_ROOT")
def test_kittis_tracks_go_on_from_frame_to_frame() -> None:
    images = [image for image in read_kitti_tracking(Path(str(REAL))) if image.id.startswith("0003/")]
    assert cut(images, 1000) == [list(range(144))]
    cars = [set(image.truth.track[image.truth.cars].tolist()) for image in images]
    assert all(track >= 0 for here in cars for track in here)
    stayed = sum(len(a & b) for a, b in pairwise(cars)) / sum(map(len, cars[:-1]))
    assert stayed > 0.9
    regions = [image.truth.track[image.truth.kind == "DontCare"] for image in images]
    assert (np.concatenate(regions) == UNTRACKED).all()
