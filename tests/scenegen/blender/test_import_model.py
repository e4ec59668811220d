"""Real files through Blender's own importers: every format gives the same car, and damage a clear error."""

import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from boxcar import HEIGHT, LENGTH, WIDTH, Y_UP, box_car, moved, mtl_text, obj_text

from assets.build import build
from assets.library import CarModel
from assets.models.store import looks_of
from conf.errors import UserError
from scenegen.compose import compose
from scenegen.models.library import car_models
from scenegen.models.survey import guesses_of

pytestmark = pytest.mark.blender

RENDER = Path(__file__).resolve().parents[3] / "scenegen" / "render.py"
SCRIPT = Path(__file__).with_name("box_car_files.py")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    looks_of.cache_clear()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """car.glb, car.fbx, car.blend and, with y up and in centimetres, car.obj."""
    folder = tmp_path_factory.mktemp("cars")
    subprocess.run([sys.executable, str(SCRIPT), str(folder)], check=True, capture_output=True)
    raw = box_car()
    (folder / "car.obj").write_text(obj_text(moved(raw, 100 * Y_UP)))
    (folder / "car.mtl").write_text(mtl_text(raw))
    return folder


def models(*places: Path, said: list[str] | None = None) -> tuple[CarModel, ...]:
    lines = [] if said is None else said
    config = compose([f"assets.cars=[{','.join(map(str, places))}]"])
    return car_models(config.assets, say=lambda item: lines.append(guesses_of(item)))


@pytest.mark.parametrize("suffix", ["glb", "fbx", "blend", "obj"])
def test_every_format(files: Path, suffix: str) -> None:
    (model,) = models(files / f"car.{suffix}")
    mesh = build(model.shape)
    low, high = mesh.bounds
    assert np.allclose(high - low, (LENGTH, WIDTH, HEIGHT), atol=2e-3)
    assert mesh.slots == ("glass", "headlamp", "paint", "taillamp", "tyre")
    lamp = mesh.vertices[mesh.faces[mesh.slot == mesh.slots.index("headlamp")]]
    assert lamp[..., 0].min() > 2
    a, b, c = (mesh.vertices[mesh.faces[:, i]].astype(float) for i in range(3))
    assert (np.cross(a, b) * c).sum() > 0
    assert not list(files.glob("ran*")), "something in the file was run"


def test_a_whole_folder_is_a_car_per_file(files: Path) -> None:
    found = [model.shape.name for model in models(files)]
    assert found == ["car.blend", "car.fbx", "car.glb", "car.obj"]


def test_a_job_says_which_models_it_used(files: Path, tmp_path: Path) -> None:
    """From the command to dataset.json, where no path of this machine may stand."""
    arguments = [
        "n=2", "seed=3", f"out={tmp_path / 'data'}",
        "renderer=draft", "renderer.width=160", "renderer.height=96",
        "randomizer=paper",
        "randomizer.cars.paper.count=[0,0,0,0,1]", "randomizer.cars.paper.model_share=1",
        "outputs=[rgb,instances,semantic,depth,normals]",
        f"assets.cars=[{files / 'car.glb'}]",
    ]  # fmt: skip
    subprocess.run([sys.executable, str(RENDER), *arguments], check=True, capture_output=True, timeout=120)
    dataset = json.loads((tmp_path / "data" / "dataset.json").read_text())
    coco = json.loads((tmp_path / "data" / "annotations" / "instances.json").read_text())
    assert coco["annotations"]
    for annotation in coco["annotations"]:
        assert (annotation["model_id"], annotation["style"]) == ("car", "model")
        assert annotation["cuboid"]["dimensions"] == pytest.approx([HEIGHT, WIDTH, LENGTH], abs=2e-3)
    for output in ("images", "instances", "semantic", "depth", "normals"):
        assert len([path for path in (tmp_path / "data" / output).rglob("*") if path.is_file()]) == 2, output
    (used,) = dataset["models"]
    assert (used["name"], used["file"], used["cars"]) == ("car", "car.glb", len(coco["annotations"]))
    assert used["sha256"] == sha256((files / "car.glb").read_bytes()).hexdigest()
    assert str(files) not in json.dumps(dataset["models"])


def test_a_heavy_model_is_decimated(tmp_path: Path) -> None:
    raw = box_car()
    body = raw.parts[0]
    steps = np.linspace(0, 1, 190)
    x, y = (grid.ravel() for grid in np.meshgrid(-2.1 + 4.2 * steps, -0.9 + 1.8 * steps, indexing="ij"))
    bonnet = np.column_stack([x, y, np.full(len(x), 0.86)])
    corner = (np.arange(189)[:, None] * 190 + np.arange(189)).ravel()
    faces = np.concatenate([corner[:, None] + [0, 190, 191], corner[:, None] + [0, 191, 1]])
    dense = type(body)(
        names=("dense",),
        vertices=bonnet,
        faces=faces.astype(np.int32),
        uv=np.zeros((len(faces), 3, 2), np.float32),
        material=np.zeros(len(faces), np.int32),
        smooth=np.zeros(len(faces), bool),
    )
    (tmp_path / "dense.obj").write_text(obj_text(type(raw)([*raw.parts, dense], raw.materials)))
    (model,) = models(tmp_path / "dense.obj")
    mesh = build(model.shape)
    assert len(faces) > 60_000
    assert 40_000 < len(mesh.faces) <= 60_100
    assert mesh.slots == ("glass", "headlamp", "paint", "taillamp", "tyre")
    low, high = mesh.bounds
    assert np.allclose(high - low, (LENGTH, WIDTH, HEIGHT), atol=0.01)


@pytest.mark.parametrize("suffix", ["glb", "fbx", "blend", "gltf"])
@pytest.mark.parametrize("damage", ["truncated", "nonsense", "empty"])
def test_damaged_files_are_named(files: Path, tmp_path: Path, suffix: str, damage: str) -> None:
    bad = tmp_path / f"bad.{suffix}"
    whole = (
        (files / f"car.{suffix}").read_bytes() if suffix != "gltf" else b'{"asset": {"version": "2.0"}, "buf'
    )
    bad.write_bytes(
        {"truncated": whole[: len(whole) // 2], "nonsense": b"\x00nonsense" * 99, "empty": b""}[damage]
    )
    with pytest.raises(UserError, match=rf"bad\.{suffix}: .*`skip: true`"):
        models(bad)


def test_a_damaged_or_missing_picture_is_said(tmp_path: Path) -> None:
    raw = box_car()
    library = mtl_text(raw).replace("newmtl window", "map_Kd skin.png\nnewmtl window")
    for name in ("damaged", "missing"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "car.obj").write_text(obj_text(raw))
        (tmp_path / name / "car.mtl").write_text(library)
    (tmp_path / "damaged" / "skin.png").write_bytes(b"\x89PNG nonsense")
    said: list[str] = []
    for name in ("damaged", "missing"):
        (model,) = models(tmp_path / name, said=said)
        assert "paint" in build(model.shape).slots, "without its picture the body is plainly painted"
    assert said[0].endswith("cannot read picture skin.png")
    assert said[1].endswith("skin.png not found")


def test_an_obj_without_faces(tmp_path: Path) -> None:
    (tmp_path / "points.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\n")
    with pytest.raises(UserError, match=r"points\.obj: it has no faces that are shown"):
        models(tmp_path / "points.obj")


def test_a_gltf_without_its_buffer(tmp_path: Path) -> None:
    document = {
        "asset": {"version": "2.0"},
        "buffers": [{"uri": "car.bin", "byteLength": 36}],
        "bufferViews": [{"buffer": 0, "byteLength": 36}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "nodes": [{"mesh": 0}],
        "scenes": [{"nodes": [0]}],
    }
    (tmp_path / "car.gltf").write_text(json.dumps(document))
    with pytest.raises(UserError, match=r"car\.gltf: "):
        models(tmp_path / "car.gltf")


@pytest.mark.slow
def test_too_many_triangles(files: Path, tmp_path: Path) -> None:
    rows = 1001
    lines = [f"v {k % rows} {k // rows} {k % 7}" for k in range(rows * rows)]
    corners = [1 + row * rows + column for row in range(rows - 1) for column in range(rows - 1)]
    lines += [f"f {k} {k + 1} {k + rows + 1} {k + rows}" for k in corners]
    lines += [f"f {k} {k + 1} {k + rows}" for k in corners[:1000]]
    (tmp_path / "heavy.obj").write_text("\n".join(lines))
    with pytest.raises(UserError, match=r"heavy\.obj: it has more than 2,000,000 triangles"):
        models(tmp_path / "heavy.obj")


@pytest.fixture(scope="session")
def cars3d() -> Path:
    """The folder of freely licensed models that CAROUSEL_CARS3D names."""
    folder = os.environ.get("CAROUSEL_CARS3D")
    if not folder:
        pytest.skip("CAROUSEL_CARS3D names no folder of car models")
    return Path(folder)


@pytest.mark.slow
def test_a_pack_of_ten_turned_cars(cars3d: Path) -> None:
    said: list[str] = []
    found = {
        model.shape.name.rpartition("/")[2]: model
        for model in models(cars3d / "generic_passenger_car_pack_CCBY4", said=said)
    }
    styles = {
        "compact": "hatchback", "coupe": "coupe", "hatchback": "hatchback", "minivan": "minivan",
        "offroad": "suv", "pickup": "pickup", "sedan": "sedan", "sport": "coupe", "suv": "suv",
        "wagon": "estate",
    }  # fmt: skip
    assert {name: model.shape.style for name, model in found.items()} == styles
    for name, model in found.items():
        shape = model.shape
        assert 3.2 < shape.length_m < 5.3 and 1.3 < shape.width_m < 1.9 and 0.9 < shape.height_m < 1.8, name
        assert model.origin.licence.startswith("CC-BY-4.0")
        mesh = build(shape)
        assert abs(mesh.bounds[0][1] + mesh.bounds[1][1]) < 0.02
        across = np.histogram(mesh.vertices[:, 1], 20)[0]
        assert np.abs(across - across[::-1]).sum() < 0.2 * across.sum(), f"{name} stands askew"
    turned = sorted(int(degrees) for line in said for degrees in re.findall(r"turned by (-?\d+)°", line))
    assert np.allclose(np.diff(turned), 36, atol=2), "all of the ring face the same way: outward"
    painted = [any(look.painted for look in looks_of(model.shape.key).values()) for model in found.values()]
    assert sum(painted) >= 9  # the black one's trim is black too


def test_an_obj_whose_pictures_lie_elsewhere(cars3d: Path) -> None:
    (model,) = models(cars3d / "gazebo_CCBY3")
    looks = looks_of(model.shape.key)
    assert looks["own:SUV_Body"].painted and looks["own:SUV_Wheels"].image
    assert 3.8 < model.shape.length_m < 5.0


def test_toys(cars3d: Path) -> None:
    for model in models(cars3d / "kenney_car_kit_CC0"):
        mesh = build(model.shape)
        assert {"paint", "glass", "tyre", "headlamp", "taillamp", "trim"} >= set(mesh.slots) - {
            slot for slot in mesh.slots if slot.startswith("own:")
        }
        lamps = mesh.vertices[mesh.faces[mesh.slot == mesh.slots.index("headlamp")]]
        assert lamps[..., 0].mean() > 0.35 * model.shape.length_m
        assert 3.3 < model.shape.length_m < 5
