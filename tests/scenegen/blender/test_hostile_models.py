"""Car models that mean harm: nothing in them is run, nothing outside their folder read, all has limits."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bombs import png
from boxcar import box_car, mtl_text, obj_text

from assets.build import build
from assets.library import CarModel
from assets.models.store import looks_of
from conf.errors import UserError
from scenegen.compose import compose
from scenegen.models.library import car_models
from scenegen.models.survey import guesses_of

pytestmark = pytest.mark.blender

HERE = Path(__file__).parent
OPEN = """
import bpy, os, sys
bpy.context.preferences.filepaths.use_scripts_auto_execute = True
bpy.ops.wm.open_mainfile(filepath=sys.argv[-1], use_scripts=True)
bpy.context.scene.frame_set(2)
os._exit(0)
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    looks_of.cache_clear()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    subprocess.run([sys.executable, HERE / "hostile_files.py", folder], check=True, capture_output=True)
    return folder


@pytest.fixture
def exploding(files: Path) -> Path:
    """What Blender 4.5 alone can make: 5.2 ends by a segmentation fault when it writes a scene."""
    if not (files / "deep").exists():
        pytest.skip("this Blender cannot write the files")
    return files


def models(place: Path, said: list[str] | None = None) -> tuple[CarModel, ...]:
    lines = [] if said is None else said
    return car_models(
        compose([f"assets.cars=[{place}]"]).assets, say=lambda item: lines.append(guesses_of(item))
    )


@pytest.mark.slow
def test_the_scripts_of_a_blend_run_where_it_is_opened_and_not_where_it_is_imported(tmp_path: Path) -> None:
    """A text block, a handler that it sets, and a driver: opened as any file, they would all have run."""
    subprocess.run([sys.executable, HERE / "box_car_files.py", tmp_path], check=True, capture_output=True)
    (model,) = models(tmp_path / "car.blend")
    assert model.shape.length_m > 3
    marks = [tmp_path / f"ran{by}" for by in ("", "_by_handler", "_by_driver")]
    assert not any(mark.exists() for mark in marks)
    subprocess.run([sys.executable, "-c", OPEN, tmp_path / "car.blend"], check=True, capture_output=True)
    assert all(mark.exists() for mark in marks)


def test_a_blend_that_links_to_a_file_outside_its_folder_is_refused(files: Path) -> None:
    with pytest.raises(UserError, match=r"it links to .*outside\.blend, which lies outside .*linking"):
        models(files / "linking")


def test_a_picture_outside_the_folder_of_a_blend_is_not_read(files: Path) -> None:
    said: list[str] = []
    (model,) = models(files / "reading", said)
    assert said[0].endswith("cannot read picture secret.png")
    assert not any(look.image for look in looks_of(model.shape.key).values())


def test_a_picture_without_bytes_does_not_fill_memory(exploding: Path) -> None:
    said: list[str] = []
    models(exploding / "deep", said)
    assert said[0].endswith("cannot read picture deep")


def test_a_small_picture_that_claims_billions_of_pixels(tmp_path: Path) -> None:
    raw, said = box_car(), []
    (tmp_path / "car.obj").write_text(obj_text(raw))
    (tmp_path / "car.mtl").write_text(
        mtl_text(raw).replace("newmtl window", "map_Kd skin.png\nnewmtl window")
    )
    (tmp_path / "skin.png").write_bytes(png(60_000, 60_000))
    models(tmp_path, said)
    assert said[0].endswith("cannot read picture skin.png")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "told"), [("subdivided", "more than 8 GB"), ("arrayed", "more than 2,000,000 triangles")]
)
def test_modifiers_that_make_a_box_explode(exploding: Path, name: str, told: str) -> None:
    with pytest.raises(UserError, match=rf"{name}/car\.blend: .*{told}.*`skip: true`"):
        models(exploding / name)


def gltf(path: Path, count: int, nodes: list[dict[str, object]]) -> Path:
    document = {
        "asset": {"version": "2.0"},
        "accessors": [{"componentType": 5126, "count": count, "type": "VEC3"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "nodes": nodes,
        "scenes": [{"nodes": [0]}],
    }
    path.write_text(json.dumps(document))
    return path


TREES = {
    "of itself": [{"mesh": 0, "children": [0]}],
    "deep": [{"mesh": 0, "children": [number + 1]} for number in range(5000)] + [{"mesh": 0}],
}


@pytest.mark.parametrize("tree", TREES)
def test_a_tree_of_nodes_without_end(tmp_path: Path, tree: str) -> None:
    with pytest.raises(UserError, match=r"car\.gltf: Blender cannot read it: RecursionError"):
        models(gltf(tmp_path / "car.gltf", 3, TREES[tree]))


@pytest.mark.slow
def test_a_mesh_that_claims_a_billion_vertices(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"car\.gltf: .*(more than 8 GB|MemoryError)"):
        models(gltf(tmp_path / "car.gltf", 10**9, [{"mesh": 0}]))


@pytest.mark.parametrize("number", ["nan", "-1e999"])
def test_vertices_that_are_nowhere(tmp_path: Path, number: str) -> None:
    lines = obj_text(box_car()).splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("v "))
    lines[first] = f"v {number} {number} {number}"
    (tmp_path / "car.obj").write_text("\n".join(lines))
    (model,) = models(tmp_path / "car.obj")
    assert np.isfinite(build(model.shape).vertices).all()
