"""The same frames from a Ray cluster of several machines (raylets of their own here) as from this one."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from doubles import COMMAND
from s3_server import s3_server
from test_job import QUICK, digests, job

from conf.errors import UserError
from scenegen import job as jobs
from scenegen.compose import compose
from scenegen.dataset.store import FrameStore

cluster_utils = pytest.importorskip("ray.cluster_utils")
FRAMES = 18


@contextmanager
def cluster() -> Iterator[tuple[Any, list[Any]]]:
    """A head without room for a worker, and two machines with room for one each."""
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    try:
        machines = [cluster.add_node(num_cpus=1) for _ in range(2)]
        cluster.wait_for_nodes()
        yield cluster, machines
    finally:
        cluster.shutdown()


@pytest.fixture(scope="module")
def reference(tmp_path_factory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("reference") / "data"
    assert job(out, f"n={FRAMES}", "workers=1").returncode == 0
    return digests(out)


def render(out: Path | str, address: str) -> int:
    overrides = ("launcher=ray", f"ray.address={address}", "ray.cpus=1", "ray.frames_per_task=3")
    return jobs.run(compose([*QUICK, *overrides, f"n={FRAMES}", f"out={out}"]), list(COMMAND))


@pytest.mark.slow
def test_a_machine_that_is_lost_in_the_middle(tmp_path, reference, monkeypatch):
    monkeypatch.setenv("FRAME_S", "0.5")
    with cluster() as (head, machines):

        def lose() -> None:
            while len(FrameStore(tmp_path).committed()) < 4:
                time.sleep(0.1)
            head.remove_node(machines[0], allow_graceful=False)

        thread = threading.Thread(target=lose)
        thread.start()
        assert render(tmp_path, head.address) == 0
        thread.join()
    assert digests(tmp_path) == reference
    assert len({path.name[:-7] for path in (tmp_path / "logs").glob("*-00.log")}) >= 2, "one machine did all"


@pytest.mark.slow
def test_into_an_object_store(tmp_path, reference, monkeypatch):
    pytest.importorskip("s3fs")
    (tmp_path / "s3" / "bucket").mkdir(parents=True)
    monkeypatch.setenv("NOTES", str(tmp_path))
    with s3_server(tmp_path / "s3") as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with cluster() as (head, _):
            assert render("s3://bucket/data", head.address) == 0
    assert digests(tmp_path / "s3" / "bucket" / "data") == reference


def test_no_cluster(tmp_path):
    with pytest.raises(UserError, match=r"ray\.address=127\.0\.0\.1:1: no Ray cluster answers"):
        render(tmp_path, "127.0.0.1:1")


def test_without_ray(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UserError, match=r"launcher=ray needs Ray"):
        render(tmp_path, "auto")
