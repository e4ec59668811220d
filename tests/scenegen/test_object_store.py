"""A job whose dataset is in an object store: the same bytes as in a folder, resumed, held alone, verified."""

import json
import threading
import time
from pathlib import Path

import pytest
from doubles import COMMAND
from msgspec.structs import replace
from s3_server import s3_server
from test_job import composed, digests, job, start, tries, wait_for_tries

from conf.errors import UserError
from scenegen import job as jobs
from scenegen import verify, workplace
from scenegen.compose import compose
from scenegen.dataset.objects import ObjectStore

pytest.importorskip("s3fs")
URL = "s3://bucket/some/data"


@pytest.fixture(scope="module")
def reference(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("reference") / "data"
    assert job(out, "n=6", "gallery=true", "export=[webdataset]").returncode == 0
    return out


@pytest.fixture
def bucket(tmp_path, monkeypatch) -> Path:
    """The dataset's place as the server has it; leases end soon."""
    (tmp_path / "s3" / "bucket").mkdir(parents=True)
    monkeypatch.setattr(workplace, "BEAT_S", 0.2)
    monkeypatch.setattr(workplace, "PATIENCE_S", 1.0)
    monkeypatch.setattr(workplace, "SETTLE_S", 0.1)
    monkeypatch.setenv("NOTES", str(tmp_path))
    with s3_server(tmp_path / "s3") as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield tmp_path / "s3" / "bucket" / "some" / "data"


def render(*overrides: str, url: str = URL) -> int:
    return jobs.run(replace(composed(overrides), out=url), list(COMMAND))


def merged(root: Path) -> dict:
    return json.loads((root / "annotations" / "instances.json").read_text())


def test_the_same_bytes_as_in_a_folder(bucket, reference, capsys):
    assert render("n=2") == 0
    assert render("n=6", "gallery=true", "export=[webdataset]") == 0
    assert sorted(tries(bucket.parents[3])) == list(range(6)), "a resumed job renders what is missing"
    assert digests(bucket) == digests(reference)
    assert merged(bucket) == merged(reference)
    for name in (
        "specs/000.jsonl.zst",
        "shards/000.tar",
        "gallery/contact_sheet.png",
        "gallery/data/facets.js",
    ):
        assert (bucket / name).read_bytes() == (reference / name).read_bytes(), name
    assert not (bucket / workplace.LEASE).exists()
    assert f"gallery: {URL}/gallery/index.html" in capsys.readouterr().out
    assert verify.main([URL]) == 0


def test_a_killed_command_is_given_again(bucket, reference):
    process = start(URL, "n=6", FRAME_S="0.3")
    wait_for_tries(bucket.parents[3], 3)
    process.kill()
    process.communicate(timeout=60)
    assert (bucket / workplace.LEASE).exists(), "it could not let go"
    assert render("n=6") == 0
    assert digests(bucket) == digests(reference)


def test_two_commands(bucket):
    first = start(URL, "n=6", FRAME_S="60")
    wait_for_tries(bucket.parents[3], 1)
    workplace.PATIENCE_S = 2 * 10.0  # the other process beats as users' do
    with pytest.raises(UserError, match=f"out={URL}: another render command is at work there"):
        render("n=6")
    first.kill()
    first.communicate(timeout=60)


def test_of_two_that_come_at_once_one_is_refused(bucket):
    bucket.mkdir(parents=True)
    store, outcomes = ObjectStore(URL), []

    def take() -> None:
        try:
            with workplace._leased(ObjectStore(URL)):
                outcomes.append("held")
                time.sleep(1)
        except UserError:
            outcomes.append("refused")

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["held", "refused"]
    assert not store.has(workplace.LEASE)


def test_another_config_is_refused(bucket):
    assert render("n=1") == 0
    with pytest.raises(UserError, match="holds a dataset of another config: seed"):
        render("n=1", "seed=5")


def test_what_is_wrong_is_mended(bucket, reference, monkeypatch, capsys):
    monkeypatch.setattr("scenegen.launchers.local.worker_command", lambda: list(COMMAND))
    assert render("n=6") == 0
    picture, shard = bucket / "images/000/000000002.jpg", bucket / "specs/000.jsonl.zst"
    picture.write_bytes(picture.read_bytes()[:-5])
    shard.write_bytes(b"junk")
    assert verify.main([URL]) == 1
    assert f"{URL}/images/000/000000002.jpg: " in capsys.readouterr().out
    assert verify.main([URL, "repair=true"]) == 0
    assert digests(bucket) == digests(reference)
    assert shard.read_bytes() == (reference / "specs/000.jsonl.zst").read_bytes()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("s3://no-such-bucket/data", "The bucket must be there"),
        ("sftp://host/data", "s3, gs, gcs"),
        ("file:///tmp/data", "a folder is written as a plain path"),
    ],
)
def test_what_cannot_be_an_output(bucket, url, message):
    with pytest.raises(UserError, match=message):
        render("n=1", url=url)


def test_wrong_credentials(bucket, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody-else")
    with pytest.raises(UserError, match="your credentials"):
        render("n=1")


def test_blend_files_need_a_folder():
    with pytest.raises(UserError, match=r"save_blend=true: \.blend files are kept in folders"):
        compose(["save_blend=true", f"out={URL}"])
