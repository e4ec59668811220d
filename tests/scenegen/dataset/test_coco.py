"""write_coco: read back by pycocotools, pixel for pixel, and written in constant memory."""

import json
import tracemalloc

import numpy as np
import pytest
from frames import HEIGHT, POSE, WIDTH, K, annotation, decode, record, rectangle
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from conf.errors import RunError
from scenegen.dataset.coco import coco_path, write_coco
from scenegen.dataset.records import CATEGORIES
from scenegen.dataset.store import FrameStore

INFO = {"description": "Cars", "config_sha256": "ab"}
LICENSES = [{"id": 1, "name": "ours", "url": ""}]


def two_parts_and_a_hole():
    mask = rectangle(10, 20, 60, 30) | rectangle(80, 25, 3, 3)
    mask[30:35, 30:34] = False
    mask[40:45, 50] = False
    return mask


CARS = (
    annotation(two_parts_and_a_hole(), track_id=0),
    annotation(track_id=2),  # hidden
    annotation(rectangle(100, 50, 8, 4), track_id=3, iscrowd=1, ignore_reason="height"),
    annotation(rectangle(200, 40, 70, 40), track_id=5),
)
BUS = annotation(rectangle(20, 30, 90, 60), track_id=101, category_id=3, style="bus")


@pytest.fixture
def store(tmp_path):
    store = FrameStore(tmp_path)
    for frame in (0, 7, 1200):
        store.commit(record(frame, *CARS), {})
    store.commit(record(8), {})
    return store


def merged(store, segmentation="rle"):
    counts = write_coco(store, store.committed(), INFO, LICENSES, segmentation)
    return counts, COCO(str(coco_path(store.root)))


def test_pycocotools_reads_it(store):
    counts, coco = merged(store)
    assert coco.getImgIds() == [0, 7, 8, 1200]
    assert coco.loadCats([1]) == [{"id": 1, "name": "car", "supercategory": "vehicle"}]
    names = ["car", "truck", "bus", "motorcyclist", "cyclist", "pedestrian"]
    assert [category["name"] for category in coco.loadCats(coco.getCatIds())] == names
    assert {c["name"] for c in coco.loadCats(coco.getCatIds(supNms=["person"]))} == set(names[3:])
    assert (counts.images, counts.annotations, counts.ignored, counts.hidden) == (4, 9, 3, 3)
    assert coco.dataset["info"] == INFO
    assert coco.dataset["licenses"] == LICENSES
    assert coco.getAnnIds(imgIds=[8]) == []
    assert len(coco.getAnnIds(imgIds=[7], iscrowd=False)) == 2


def test_annotations_are_counted_by_category(tmp_path):
    store = FrameStore(tmp_path)
    store.commit(record(0, *CARS, BUS), {})
    counts, coco = merged(store)
    assert counts.categories == dict.fromkeys(CATEGORIES.values(), 0) | {"car": 3, "bus": 1}
    (entry,) = coco.loadAnns(coco.getAnnIds(catIds=[3]))
    assert (entry["track_id"], entry["style"]) == (101, "bus")


def test_images_carry_camera_and_origin(store):
    _, coco = merged(store)
    (image,) = coco.loadImgs([1200])
    assert image["file_name"] == "001/000001200.jpg"
    assert (image["width"], image["height"]) == (WIDTH, HEIGHT)
    assert np.array_equal(image["K"], K)
    assert np.array_equal(image["camera_pose"], POSE)
    assert image["spec"] == "specs/001.jsonl.zst"
    assert (image["frame"], image["video_id"], image["frame_in_video"]) == (1200, 1200, 0)
    assert (image["seed"], image["recipe"]) == (0, "structured")


@pytest.mark.parametrize("segmentation", ["rle", "polygon"])
def test_masks_decode_to_the_same_pixels(store, segmentation):
    _, coco = merged(store, segmentation)
    for entry in coco.loadAnns(coco.getAnnIds(imgIds=[7])):
        car = next(car for car in CARS if car.track_id == entry["track_id"])
        assert (coco.annToMask(entry).astype(bool) == decode(car.segmentation)).all()
        assert entry["area"] == car.area
        assert tuple(entry["bbox"]) == car.bbox
        polygons = segmentation == "polygon" and not entry["iscrowd"]  # crowds are run lengths by convention
        assert isinstance(entry["segmentation"], list) == polygons


def test_annotations_keep_every_field_of_the_record(store):
    _, coco = merged(store)
    entry = coco.loadAnns(coco.getAnnIds(imgIds=[0]))[0]
    fields = set(CARS[0].__struct_fields__) | {"id", "image_id"}
    assert set(entry) == fields
    assert entry["cuboid"]["rotation_y"] == CARS[0].cuboid.rotation_y
    assert entry["ignore_reason"] is None


def test_ids_are_unique_positive_and_stable(store):
    _, before = merged(store)
    store.commit(record(3, *CARS), {})
    _, after = merged(store)
    ids = after.getAnnIds()
    assert len(set(ids)) == len(ids)
    assert min(ids) >= 1
    assert all(after.anns[id]["track_id"] == before.anns[id]["track_id"] for id in before.getAnnIds())
    assert before.getAnnIds() == [id for id in ids if after.anns[id]["image_id"] != 3]


@pytest.mark.parametrize("kind", ["bbox", "segm"])
@pytest.mark.parametrize("segmentation", ["rle", "polygon"])
def test_a_detector_that_returns_the_truth_scores_one(store, tmp_path, kind, segmentation):
    """Ids of 0 or a crowd taken for a positive would cost some."""
    _, truth = merged(store, segmentation)
    results = [
        {
            "image_id": a["image_id"],
            "category_id": 1,
            "score": 0.9,
            "bbox": a["bbox"],
            "segmentation": a["segmentation"],
        }
        for a in merged(store)[1].dataset["annotations"]
        if not a["iscrowd"]
    ]
    if kind == "bbox":
        results = [{k: v for k, v in r.items() if k != "segmentation"} for r in results]
    evaluation = COCOeval(truth, truth.loadRes(results), kind)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == pytest.approx(1)


def test_clips_are_listed_as_videos(tmp_path):
    store = FrameStore(tmp_path)
    for frame in range(6):
        store.commit(record(frame, *CARS, video_id=frame // 3, frame_in_video=frame % 3), {})
    _, coco = merged(store)
    assert [video["id"] for video in coco.dataset["videos"]] == [0, 1]
    assert coco.dataset["videos"][1] == {"id": 1, "name": "000000001", "width": WIDTH, "height": HEIGHT}
    assert [image["video_id"] for image in coco.dataset["images"]] == [0, 0, 0, 1, 1, 1]


def test_single_frames_are_not_videos(store):
    _, coco = merged(store)
    assert "videos" not in coco.dataset


def test_a_dataset_without_frames_is_still_coco(tmp_path):
    counts, coco = merged(FrameStore(tmp_path))
    assert counts.images == 0
    assert coco.dataset["images"] == coco.dataset["annotations"] == []


def test_merging_again_gives_the_same_bytes(store):
    merged(store)
    first = coco_path(store.root).read_bytes()
    merged(store)
    assert coco_path(store.root).read_bytes() == first


def test_a_corrupt_frame_leaves_the_old_file(store):
    merged(store)
    before = coco_path(store.root).read_bytes()
    store.record_path(7).write_bytes(b"{")
    with pytest.raises(RunError, match=r"000000007\.json"):
        merged(store)
    assert coco_path(store.root).read_bytes() == before
    assert [path.name for path in coco_path(store.root).parent.iterdir()] == ["instances.json"]


def test_memory_does_not_grow_with_the_number_of_frames(tmp_path):
    class Synthetic(FrameStore):
        def read(self, frame):
            return record(frame, *CARS)

    def peak(n):
        store = Synthetic(tmp_path / str(n))
        tracemalloc.start()
        write_coco(store, range(n), INFO, LICENSES, "rle")
        size = coco_path(store.root).stat().st_size
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top, size

    (few, small), (many, large) = peak(100), peak(2000)
    assert large > 15 * small
    assert many < few + 50_000  # bytes; the file itself has millions
    assert len(json.loads(coco_path(tmp_path / "2000").read_bytes())["images"]) == 2000
