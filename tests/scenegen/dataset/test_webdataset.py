"""export_webdataset: what stands in the dataset, in tar files that are the same whoever writes them."""

import json
import os
import tarfile
from hashlib import sha256

import pytest
from frames import annotation, record, rectangle

from conf.errors import RunError
from scenegen.dataset.coco import coco_path, write_coco
from scenegen.dataset.store import FrameStore, image_file
from scenegen.dataset.webdataset import export_webdataset

FOLDERS = ("images", "semantic", "depth")


def commit(store: FrameStore, frame: int, text: str = "") -> None:
    files = {folder: f"{folder} of {frame} {text}".encode() for folder in FOLDERS}
    hashes = {folder: sha256(content).hexdigest() for folder, content in files.items()}
    cars = annotation(rectangle(20, 30, 40, 20)), annotation(track_id=2)
    made = record(frame, *cars, sha256=hashes)
    store.commit(made, {image_file(folder, frame): content for folder, content in files.items()})


@pytest.fixture
def store(tmp_path) -> FrameStore:
    store = FrameStore(tmp_path / "data")
    for frame in (0, 7, 1200):
        commit(store, frame)
    return store


def export(store: FrameStore) -> dict:
    export_webdataset(store, store.committed(), "rle")
    return json.loads((store.root / "shards" / "dataset.json").read_text())


def contents(store: FrameStore, name: str) -> dict[str, bytes]:
    with tarfile.open(store.root / "shards" / name) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def test_a_sample_is_a_frames_pictures_and_its_entries_in_the_coco_file(store):
    index = export(store)
    write_coco(store, store.committed(), {}, [], "rle")
    coco = json.loads(coco_path(store.root).read_text())
    assert index["categories"] == coco["categories"]
    assert {shard["name"]: shard["samples"] for shard in index["shards"]} == {"000.tar": 2, "001.tar": 1}
    members = contents(store, "000.tar")
    assert list(members) == [
        f"{key}.{kind}"
        for key in ("000000000", "000000007")
        for kind in ("jpg", "json", "depth.png", "semantic.png")
    ]
    assert members["000000007.semantic.png"] == (store.root / image_file("semantic", 7)).read_bytes()
    for name in ("000000000", "000000007"):
        told = json.loads(members[f"{name}.json"])
        assert told["image"] == next(each for each in coco["images"] if each["id"] == int(name))
        assert told["annotations"] == [each for each in coco["annotations"] if each["image_id"] == int(name)]
        assert len(told["annotations"]) == 1  # of two: one is hidden


def test_the_index_tells_size_and_hash(store):
    for shard in export(store)["shards"]:
        content = (store.root / "shards" / shard["name"]).read_bytes()
        assert (shard["bytes"], shard["sha256"]) == (len(content), sha256(content).hexdigest())


def test_the_same_frames_give_the_same_bytes(store, tmp_path):
    other = FrameStore(tmp_path / "other")
    for frame in (1200, 7, 0):
        commit(other, frame)
        os.utime(other.root / image_file("images", frame), (1, 1))
    assert export(store) == export(other)
    assert contents(store, "000.tar") == contents(other, "000.tar")
    with tarfile.open(store.root / "shards" / "000.tar") as tar:
        assert {(member.mtime, member.uid, member.uname) for member in tar} == {(0, 0, "")}


def test_only_what_changed_is_written_again(store):
    export(store)
    paths = [store.root / "shards" / name for name in ("000.tar", "001.tar")]
    before = [path.stat().st_ino for path in paths]  # another file in its place has another
    export(store)
    assert [path.stat().st_ino for path in paths] == before
    commit(store, 1201)
    export(store)
    commit(store, 7, "rendered otherwise")
    after = [path.stat().st_ino for path in paths]
    assert (after[0] == before[0], after[1] == before[1]) == (True, False)
    export(store)
    assert paths[0].stat().st_ino != before[0]
    assert b"otherwise" in contents(store, "000.tar")["000000007.jpg"]


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"short")])
def test_a_file_that_is_gone_or_cut_short_is_written_again(store, harm):
    export(store)
    path = store.root / "shards" / "000.tar"
    whole = path.read_bytes()
    harm(path)
    export(store)
    assert path.read_bytes() == whole


def test_a_picture_that_is_not_the_committed_one_is_named_and_nothing_is_written(store):
    path = store.root / image_file("depth", 7)
    path.write_bytes(b"another")
    with pytest.raises(RunError, match=r"depth/000/000000007.png is not the picture .*frames/000/000000007"):
        export(store)
    path.unlink()
    with pytest.raises(RunError, match="cannot read"):
        export(store)
    assert not list((store.root / "shards").iterdir())


def test_the_webdataset_library_reads_it(store):
    webdataset = pytest.importorskip("webdataset")
    export(store)
    shards = str(store.root / "shards" / "{000..001}.tar")
    samples = list(webdataset.WebDataset(shards, shardshuffle=False))
    assert [sample["__key__"] for sample in samples] == ["000000000", "000000007", "000001200"]
    assert samples[1]["semantic.png"] == (store.root / image_file("semantic", 7)).read_bytes()
    assert json.loads(samples[2]["json"])["image"]["id"] == 1200
