"""specs/: what is written reads back, a thousand to a file, and a partial rewrite loses nothing."""

import tracemalloc

import msgspec
import pytest
import zstandard

from conf.errors import RunError
from randomizers.recipe import sample_scene
from randomizers.spec import to_json
from scenegen.compose import compose
from scenegen.dataset.specs import read_specs, shard_path, spec_sha256, write_specs


@pytest.fixture(scope="module")
def spec():
    return sample_scene(compose(["n=1"]).randomizer, 0, 0, 1, 320, 107)


def numbered(spec, *frames, seed=0):
    return [msgspec.structs.replace(spec, frame=frame, seed=seed) for frame in frames]


def test_specs_read_back(tmp_path, spec):
    specs = numbered(spec, 0, 1, 999, 1000, 2345)
    write_specs(tmp_path, iter(specs))
    assert list(read_specs(tmp_path)) == specs
    assert sorted(path.name for path in (tmp_path / "specs").iterdir()) == [
        "000.jsonl.zst",
        "001.jsonl.zst",
        "002.jsonl.zst",
    ]


def test_a_line_is_the_specs_json(tmp_path, spec):
    write_specs(tmp_path, numbered(spec, 3))
    data = zstandard.ZstdDecompressor().stream_reader(shard_path(tmp_path, 3).open("rb")).read()
    assert data == to_json(numbered(spec, 3)[0]) + b"\n"


def test_files_come_in_the_order_of_frames(tmp_path, spec):
    specs = numbered(spec, 5, 999_999, 1_000_000)
    write_specs(tmp_path, specs)
    assert [s.frame for s in read_specs(tmp_path)] == [5, 999_999, 1_000_000]


def test_writing_some_frames_keeps_the_others(tmp_path, spec):
    write_specs(tmp_path, numbered(spec, 1, 2, 3, 1500))
    write_specs(tmp_path, numbered(spec, 0, 2, 9, seed=8))
    assert [(s.frame, s.seed) for s in read_specs(tmp_path)] == [
        (0, 8), (1, 0), (2, 8), (3, 0), (9, 8), (1500, 0),
    ]  # fmt: skip


def test_an_error_on_the_way_leaves_the_old_file(tmp_path, spec):
    write_specs(tmp_path, numbered(spec, 1))

    def broken():
        yield from numbered(spec, 2)
        raise RunError("no")

    with pytest.raises(RunError):
        write_specs(tmp_path, broken())
    assert [s.frame for s in read_specs(tmp_path)] == [1]
    assert [path.name for path in (tmp_path / "specs").iterdir()] == ["000.jsonl.zst"]


def test_a_damaged_file_is_named(tmp_path, spec):
    write_specs(tmp_path, numbered(spec, 1))
    shard_path(tmp_path, 1).write_bytes(b"not zstandard")
    with pytest.raises(RunError, match=r"specs/000.jsonl.zst is damaged"):
        list(read_specs(tmp_path))
    with pytest.raises(RunError, match=r"specs/000.jsonl.zst is damaged"):
        write_specs(tmp_path, numbered(spec, 2))


def test_a_bad_line_is_named(tmp_path, spec):
    write_specs(tmp_path, numbered(spec, 1))
    shard_path(tmp_path, 1).write_bytes(zstandard.compress(to_json(spec) + b'\n{"frame": "x"}\n'))
    with pytest.raises(RunError, match=r"000.jsonl.zst, line 2"):
        list(read_specs(tmp_path))


def test_the_hash_tells_specs_apart(spec):
    a, b = numbered(spec, 1, 2)
    assert spec_sha256(a) == spec_sha256(numbered(spec, 1)[0])
    assert spec_sha256(a) != spec_sha256(b)
    assert len(spec_sha256(a)) == 64


def packed(tmp_path, pieces):
    path = shard_path(tmp_path, 0)
    path.parent.mkdir()
    with path.open("wb") as file, zstandard.ZstdCompressor().stream_writer(file) as out:
        for piece in pieces:
            out.write(piece)
    return path


@pytest.mark.parametrize("name", ["a line without end", "lines without end"])
def test_a_small_file_that_grows_without_end_is_named_and_not_unpacked(tmp_path, spec, name):
    line = to_json(spec) + b"\n"
    pieces = [bytes(2**20)] * 2000 if name == "a line without end" else [line] * 1001
    path = packed(tmp_path, pieces)
    assert path.stat().st_size < 100_000
    tracemalloc.start()
    for read in (lambda: list(read_specs(tmp_path)), lambda: write_specs(tmp_path, [spec])):
        with pytest.raises(RunError, match=r"000\.jsonl\.zst, line \d+: no.* specs? .*Delete it"):
            read()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100 * 2**20


@pytest.mark.parametrize("line", [b"[" * 5000, b'{"frame": 0, "x": ' + b"[" * 5000, b'{"recipe": "\xff"}'])
def test_a_line_that_is_no_json_is_named(tmp_path, spec, line):
    packed(tmp_path, [line])
    for read in (lambda: list(read_specs(tmp_path)), lambda: write_specs(tmp_path, [spec])):
        with pytest.raises(RunError, match=r"000\.jsonl\.zst, line 1: not a SceneSpec"):
            read()
