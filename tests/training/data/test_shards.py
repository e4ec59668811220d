"""Shards: the pictures and labels of the folder they were made from; copied once, and trusted in nothing."""

import json
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import fsspec
import numpy as np
import pytest
from sharded import samples_of, tar_of, write_index, write_shards
from written import CATEGORIES, annotation, write_coco

from conf.errors import RunError, UserError
from training.data import fetch
from training.data.coco import read_coco
from training.data.dataset import decode
from training.data.shards import are_shards, read_shards
from training.data.splits import divide
from training.data.truth import LabelledImage

REMOTE = "memory://bucket/data/shards"
NAMED = [{"id": place, "name": name} for place, name in enumerate(CATEGORIES, start=1)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven pictures of four clips."""
    cars = [annotation(number, number % 7, bbox=[10.0, 5.0, 40.0 + number, 48.0]) for number in range(12)]
    return write_coco(tmp_path_factory.mktemp("folder"), cars, images=7)


@pytest.fixture
def shards(folder: Path, tmp_path: Path) -> Path:
    return write_shards(tmp_path / "shards", folder)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(fetch, "WAITS_S", (0.0, 0.0))
    return tmp_path / "cache" / "carousel" / "shards"


@pytest.fixture
def bucket(shards: Path):
    """The shards in an object store; its files by name."""
    store = fsspec.filesystem("memory")
    store.put(str(shards), REMOTE, recursive=True)
    yield store
    store.rm("/bucket", recursive=True)


def assert_same(found: list[LabelledImage], wanted: list[LabelledImage]) -> None:
    for a, b in zip(found, wanted, strict=True):
        assert (a.id, a.group, a.frame, a.width, a.height) == (b.id, b.group, b.frame, b.width, b.height)
        for name in ("kind", "boxes", "truncation", "occlusion", "distance_m", "ignored", "track"):
            np.testing.assert_array_equal(getattr(a.truth, name), getattr(b.truth, name))
        assert decode(a.path).equal(decode(b.path))


def test_a_folder_of_shards_is_the_folder_they_were_made_from(folder, shards, cache):
    assert are_shards(str(shards)) and not are_shards(str(folder))
    found, wanted = read_shards(str(shards)), read_coco(folder)
    assert_same(found, wanted)
    for one, other in zip(divide(found, 0.4), divide(wanted, 0.4), strict=True):
        assert [image.id for image in one] == [image.id for image in other]
    assert not cache.exists()  # they are read where they lie


def test_shards_in_an_object_store_are_copied_once(folder, bucket, cache):
    assert_same(read_shards(REMOTE), read_coco(folder))
    copies = {path: path.stat().st_mtime_ns for path in cache.iterdir() if not path.suffix}
    assert len(copies) == 3
    for name in ("000.tar", "001.tar", "002.tar"):
        bucket.rm(f"/bucket/data/shards/{name}")
    assert_same(read_shards(f"{REMOTE}/"), read_coco(folder))
    assert copies == {path: path.stat().st_mtime_ns for path in copies}


def test_shards_are_read_from_a_web_server(folder, shards):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_): ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=shards.parent)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        assert_same(read_shards(f"{url}/shards"), read_coco(folder))
        with pytest.raises(UserError, match=rf"{url}/none/dataset.json: there is no such file"):
            read_shards(f"{url}/none")
        server.shutdown()


def test_a_transfer_that_breaks_is_tried_again(folder, bucket, monkeypatch):
    whole, calls = type(bucket).get_file, []

    def broken(self, remote, local, **options):
        calls.append(remote)
        if len(calls) in (1, 2, 4):
            Path(local).write_bytes(b"half")
            raise ConnectionResetError("reset by peer")
        return whole(self, remote, local, **options)

    monkeypatch.setattr(type(bucket), "get_file", broken)
    assert_same(read_shards(REMOTE), read_coco(folder))
    assert len(calls) > 4


def test_a_transfer_that_always_breaks_says_so(bucket, cache, monkeypatch):
    def broken(*_, **__):
        raise TimeoutError

    monkeypatch.setattr(type(bucket), "get_file", broken)
    with pytest.raises(RunError, match=r"shards/dataset.json: 3 tries failed, the last with: TimeoutError"):
        read_shards(REMOTE)
    assert not cache.exists()


def test_what_is_not_as_the_index_says_is_refused(shards, bucket, cache):
    whole = bucket.cat(f"{REMOTE}/001.tar")
    bucket.pipe(f"{REMOTE}/001.tar", whole[:-1] + b"x")
    with pytest.raises(UserError, match=r"001.tar: not the file that the index tells of \(SHA-256\)"):
        read_shards(REMOTE)
    bucket.pipe(f"{REMOTE}/001.tar", whole + whole)
    with pytest.raises(UserError, match=rf"001.tar: it has more than {len(whole)} bytes"):
        read_shards(REMOTE)
    assert len([path for path in cache.iterdir() if not path.suffix]) == 1  # of 000.tar
    (shards / "001.tar").write_bytes(whole[:-1])
    with pytest.raises(UserError, match=rf"001.tar: not the file of {len(whole)} bytes"):
        read_shards(str(shards))


def test_a_protocol_without_its_library_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(UserError, match=r"s3://bucket/shards/dataset.json: .*s3fs"):
        read_shards("s3://bucket/shards")
    with pytest.raises(UserError, match=r"nonsense://bucket/dataset.json: .*nonsense"):
        read_shards("nonsense://bucket")


@pytest.mark.parametrize("name", ["../000.tar", "/etc/000.tar", "a/000.tar", "000.tar\n", "000.zip"])
def test_a_shards_name_is_no_path(shards, name):
    index = json.loads((shards / "dataset.json").read_text())
    index["shards"][0]["name"] = name
    (shards / "dataset.json").write_text(json.dumps(index))
    with pytest.raises(UserError, match=r"dataset.json: .*shards\[0\].name"):
        read_shards(str(shards))


def one_shard(folder: Path, files: dict[str, bytes], samples: int = 1) -> str:
    folder.mkdir()
    (folder / "000.tar").write_bytes(tar_of(files))
    write_index(folder, {"000.tar": samples}, NAMED)
    return str(folder)


def test_other_members_are_not_looked_at(folder, tmp_path):
    key, files = next(iter(samples_of(folder).items()))
    own = {f"{key}.{kind}": content for kind, content in files.items()}
    odd = {"../../evil.jpg": b"x", "/abs.json": b"x", "notes.txt": b"x", f"{key}/../x.json": b"x"}
    before = set(tmp_path.rglob("*"))
    root = one_shard(tmp_path / "odd", odd | own)
    assert [image.id for image in read_shards(root)] == [key]
    assert set(tmp_path.rglob("*")) - before == {
        tmp_path / "odd" / name for name in ("", "000.tar", "dataset.json")
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"json": None}, r"000.tar: 000000000 has no labels or no picture"),
        ({"jpg": None}, r"000.tar: 000000000 has no labels or no picture"),
        ({"json": b"{}"}, r"000.tar/000000000.json: .*image"),
        ({"json": b"[" * 100_000}, r"000.tar/000000000.json: "),
        ({"jpg": b""}, r"000.tar/000000000.jpg: the picture is damaged"),
        ({"jpg": b"\xff\xd8 no more"}, r"000.tar/000000000.jpg: the picture is damaged"),
    ],
)
def test_a_bad_sample_is_named(folder, tmp_path, change, told):
    files = next(iter(samples_of(folder).values())) | change
    own = {f"000000000.{kind}": content for kind, content in files.items() if content is not None}
    with pytest.raises(UserError, match=told):
        read_shards(one_shard(tmp_path / "bad", own))


def test_a_tar_file_that_is_none_or_lacks_samples_is_named(folder, tmp_path):
    files = next(iter(samples_of(folder).values()))
    own = {f"000000000.{kind}": content for kind, content in files.items()}
    with pytest.raises(UserError, match=r"000.tar: 1 samples, where dataset.json has 2"):
        read_shards(one_shard(tmp_path / "few", own, samples=2))
    root = tmp_path / "none"
    root.mkdir()
    (root / "000.tar").write_bytes(b"no tar file" * 100)
    write_index(root, {"000.tar": 1}, NAMED)
    with pytest.raises(UserError, match=r"000.tar: not a tar file that can be read"):
        read_shards(str(root))


def test_an_export_that_was_stopped_has_no_index(shards):
    (shards / "dataset.json").unlink()
    with pytest.raises(UserError, match=r"dataset.json: No such file"):
        read_shards(str(shards))
