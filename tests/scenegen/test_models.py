"""The user's own car models: sidecars, manifests, splits, cache and errors, with a double of the importer."""

import json
import os
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
import pytest
import yaml

from assets.build import build
from assets.library import CarModel
from assets.models.store import looks_of, models_folder
from conf.errors import RunError, UserError
from scenegen.compose import compose
from scenegen.models import importing
from scenegen.models.__main__ import main as command
from scenegen.models.library import car_models
from scenegen.models.manifest import MANIFEST

DOUBLE = Path(__file__).with_name("importer_double.py")


@pytest.fixture(autouse=True)
def imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """A cache of its own and the double; returns how many files have been imported."""
    log = tmp_path / "imports"
    log.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("IMPORTS", str(log))
    monkeypatch.setattr(importing, "script_command", lambda script: [sys.executable, str(DOUBLE)])
    looks_of.cache_clear()
    return lambda: len(log.read_text().splitlines())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files of a car each."""
    place = tmp_path / "cars"
    (place / "more").mkdir(parents=True)
    for name in ("red_sedan.glb", "van.obj", "more/thing.fbx"):
        (place / name).write_text(f"car {name}")
    return place


def models(*places: Path, **overrides: object) -> tuple[CarModel, ...]:
    config = compose(
        [f"assets.cars=[{','.join(map(str, places))}]", *(f"assets.{k}={v}" for k, v in overrides.items())]
    )
    return car_models(config.assets, say=lambda item: None)


def names(found: tuple[CarModel, ...]) -> list[str]:
    return [model.shape.name for model in found]


def test_a_folder_and_a_file(folder: Path) -> None:
    assert names(models(folder)) == ["thing", "red_sedan", "van"]  # by path
    (van,) = models(folder / "van.obj")
    assert (van.shape.name, van.shape.style, van.weight) == ("van", "van", 1.0)
    assert van.shape.length_m == pytest.approx(4.2, abs=0.01)
    assert van.origin.file == "van.obj"
    assert van.origin.sha256 == sha256((folder / "van.obj").read_bytes()).hexdigest()
    low, high = build(van.shape).bounds
    assert np.allclose(high - low, (4.2, 1.8, 1.45), atol=0.01)


def test_a_second_time_nothing_is_imported(folder: Path, imports: Callable[[], int]) -> None:
    first = models(folder)
    assert imports() == 3
    assert models(folder) == first
    assert imports() == 3
    (folder / "van.obj").write_text("car changed")
    assert models(folder) != first
    assert imports() == 4


def test_a_damaged_cache_is_made_again(folder: Path, imports: Callable[[], int]) -> None:
    first = models(folder)
    for index in models_folder().glob("*/models.json"):
        index.write_text("{")
    assert models(folder) == first
    assert imports() == 6


def test_nothing_half_done_stays_in_the_cache(folder: Path) -> None:
    models(folder)
    (folder / "bad.glb").write_text("crash")
    with pytest.raises(UserError):
        models(folder)
    assert not [path for path in models_folder().iterdir() if path.name.startswith(".")]
    assert len(list(models_folder().iterdir())) == 3


def test_what_a_sidecar_says(folder: Path, imports: Callable[[], int]) -> None:
    (folder / "van.yaml").write_text(
        "{name: Bulli, style: minivan, weight: 2.5, split: held_out, source: mine, licence: CC0, length_m: 5}"
    )
    (bulli,) = models(folder / "van.obj")
    assert (bulli.shape.name, bulli.shape.style, bulli.weight) == ("Bulli", "minivan", 2.5)
    assert bulli.shape.length_m == pytest.approx(5)
    assert (bulli.origin.split, bulli.origin.source, bulli.origin.licence) == ("held_out", "mine", "CC0")
    (folder / "van.yaml").write_text("{name: Bulli, style: minivan, weight: 1, length_m: 5}")
    models(folder / "van.obj")
    assert imports() == 1, "weight and split change no mesh"


def test_skip_leaves_a_bad_file_out(folder: Path) -> None:
    (folder / "bad.glb").write_text("crash")
    (folder / "bad.yaml").write_text("skip: true")
    assert names(models(folder)) == ["thing", "red_sedan", "van"]


@pytest.mark.parametrize(
    ("sidecar", "complaint"),
    [
        ("colour: red", r"van\.yaml: .*unknown field `colour`"),
        ("up: w", r"van\.yaml: .*\$\.up"),
        ("materials: {body: gold}", r"van\.yaml: .*\$\.materials"),
        ("weight: .inf", r"van\.yaml: .*\$\.weight"),
        ("scale: .nan", r"van\.yaml: .*\$\.scale"),
        ("length_m: -1", r"van\.yaml: .*\$\.length_m"),
        ("{length_m: 4, scale: 1}", r"van\.yaml: .*exclude each other"),
        ("{up: z, forward: -z}", r"van\.yaml: .*one axis"),
        ("a: [", r"van\.yaml, line 1 is not YAML"),
        ("- list", r"van\.yaml: "),
    ],
)
def test_a_bad_sidecar_names_file_and_key(folder: Path, sidecar: str, complaint: str) -> None:
    (folder / "van.yaml").write_text(sidecar)
    with pytest.raises(UserError, match=complaint):
        models(folder)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("none", "no faces"), ("crash", "crashed reading it .SIGSEGV"), ("hang", "not read within 0.3 s")],
)
def test_a_bad_file_is_named_with_the_way_to_leave_it_out(
    folder: Path, content: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content == "hang":
        models(folder)
        monkeypatch.setattr(importing, "TIME_LIMIT_S", 0.3)
    (folder / "more" / "bad.glb").write_text(content)
    with pytest.raises(UserError, match=rf"more/bad\.glb: .*{complaint}.*`skip: true` in .*bad\.yaml"):
        models(folder)


def test_an_importer_that_does_not_run_is_no_fault_of_the_file(folder: Path) -> None:
    (folder / "van.obj").write_text("fail")
    with pytest.raises(RunError, match=r"van\.obj.*exit code 1(.|\n)*no module named bpy"):
        models(folder)


def test_a_missing_or_foreign_file(folder: Path) -> None:
    with pytest.raises(UserError, match=r"no such file or folder: .*truck\.glb"):
        models(folder / "truck.glb")
    (folder / "notes.txt").write_text("car")
    with pytest.raises(UserError, match=r"notes\.txt is none of \.glb"):
        models(folder / "notes.txt")


def test_a_file_that_is_too_large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenegen.models.companions.LARGEST_BYTES", 8)
    with pytest.raises(UserError, match=r"thing\.fbx: it has more than"):
        models(folder)


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="there is no car model there"):
        models(tmp_path / "empty")


def test_several_cars_in_a_file(folder: Path) -> None:
    (folder / "pack").mkdir()
    (folder / "pack" / "scene.gltf").write_text("car car car")
    assert names(models(folder / "pack")) == ["pack/1", "pack/2", "pack/3"]
    keys = {model.shape.key for model in models(folder / "pack")}
    assert len(keys) == 3


def test_names_are_told_apart(folder: Path, tmp_path: Path) -> None:
    (folder / "more" / "van.obj").write_text("car other")
    assert "more/van.obj" in names(models(folder))
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "thing.glb").write_text("car third")
    found = names(models(folder, tmp_path / "others"))
    assert {"cars/thing", "others/thing"} <= set(found)
    for name in ("red_sedan", "van"):
        (folder / name).with_suffix(".yaml").write_text("name: same")
    with pytest.raises(UserError, match=r"both hold a model called 'cars/same'"):
        models(folder)


def test_the_split_follows_the_content(tmp_path: Path) -> None:
    place = tmp_path / "many"
    place.mkdir()
    (place / "pack.glb").write_text("car " * 40)
    everything = names(models(place))
    train, held_out = names(models(place, split="train")), names(models(place, split="held_out"))
    assert sorted(train + held_out) == sorted(everything)
    assert 2 <= len(held_out) <= 16  # 20 % of 40
    assert names(models(place, split="held_out", held_out=1)) == everything
    with pytest.raises(UserError, match="none of the 40 car models there is of the split 'held_out'"):
        models(place, split="held_out", held_out=0)


def test_the_command_writes_a_manifest_and_it_is_obeyed(
    folder: Path, capsys: pytest.CaptureFixture[str], imports: Callable[[], int]
) -> None:
    (folder / "van.yaml").write_text("weight: 3")
    assert command([str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "window → glass" in shown and "of 3 models the licence is not known" in shown
    assert "red_sedan" in shown and "4.20 × 1.80 × 1.45" in shown and "facing" in shown
    manifest = yaml.safe_load((folder / MANIFEST).read_text())
    assert [entry["weight"] for entry in manifest["models"]] == [1, 1, 3]
    assert manifest["models"][0]["materials"]["body_paint"] == "paint"
    manifest["models"][0] |= {"name": "mine", "split": "held_out", "style": "suv", "licence": "CC0"}
    (folder / MANIFEST).write_text(yaml.safe_dump(manifest))
    first = models(folder)[0]
    assert (first.shape.name, first.shape.style, first.origin.licence) == ("mine", "suv", "CC0")
    assert "mine" in names(models(folder, split="held_out", held_out=0))
    assert names(models(folder / "more" / "thing.fbx")) == ["thing"], "the folder it is in has no manifest"
    assert command([str(folder)]) == 0, "what was edited stays"
    assert yaml.safe_load((folder / MANIFEST).read_text()) == manifest
    assert imports() == 3


def test_a_manifest_at_odds_with_its_folder(folder: Path) -> None:
    command([str(folder)])
    again = rf"python -m scenegen\.models {folder}"
    (folder / "van.yaml").write_text("licence: CC0")
    with pytest.raises(UserError, match=rf"van\.obj: licence is 'CC0' in its sidecar and '' in .*{again}"):
        models(folder)
    command([str(folder)])
    assert models(folder)[2].origin.licence == "CC0"
    (folder / "van.obj").write_text("car again")
    with pytest.raises(UserError, match=rf"van\.obj has changed since .*{again}"):
        models(folder)
    command([str(folder)])
    (folder / "new.glb").write_text("car new")
    with pytest.raises(UserError, match=rf"new\.glb is not in .*{again}"):
        models(folder)
    (folder / "new.glb").unlink()
    (folder / "van.obj").unlink()
    with pytest.raises(UserError, match=rf"lists van\.obj, which is not there: .*{again}"):
        models(folder)


def test_a_bad_manifest_is_named(folder: Path) -> None:
    (folder / MANIFEST).write_text("models: [{file: van.obj}]")
    with pytest.raises(UserError, match=r"library\.yaml: .*missing required field"):
        models(folder)


def test_what_a_gltf_says_of_itself_goes_into_the_manifest(folder: Path) -> None:
    document = {
        "asset": {"extras": {"source": "https://x.org", "author": "A", "license": "CC-BY"}, "note": "a car"}
    }
    text = json.dumps(document).replace('"a car"', '" car "')
    (folder / "pack.gltf").write_text(text)
    pack = next(model for model in models(folder) if model.origin.file == "pack.gltf")
    assert (pack.origin.source, pack.origin.licence) == ("https://x.org, by A", "CC-BY")


def test_what_a_broken_gltf_refers_to_is_left_to_blender(folder: Path) -> None:
    wrong = ('[{"images": " none "}]', '{"images": [" none "]}', '{"images": [{"uri": 5}], "a": " none "}')
    for number, document in enumerate((*wrong, "[" * 10**5 + " none ")):
        (folder / f"broken{number}.gltf").write_text(document)
        with pytest.raises(UserError, match="no faces"):
            models(folder / f"broken{number}.gltf")


def test_textures_are_part_of_what_is_hashed_and_found_elsewhere(
    folder: Path, imports: Callable[[], int]
) -> None:
    (folder / "van.obj").write_text("mtllib van.mtl\n car\n")
    (folder / "van.mtl").write_text("newmtl body\nmap_Kd -s 1 1 1 body.png\n")
    first = models(folder / "van.obj")
    (folder / "textures").mkdir()
    (folder / "textures" / "body.png").write_bytes(b"one")
    second = models(folder / "van.obj")
    (folder / "textures" / "body.png").write_bytes(b"two")
    third = models(folder / "van.obj")
    assert len({model[0].shape.key for model in (first, second, third)}) == 3
    assert imports() == 3


def test_spec_round_trip(folder: Path) -> None:
    shape = models(folder)[0].shape
    assert msgspec.json.decode(msgspec.json.encode(shape), type=type(shape)) == shape


def test_a_model_the_cache_lacks(folder: Path) -> None:
    shape = models(folder)[0].shape
    with pytest.raises(ValueError, match=r"is not in .*models"):
        build(msgspec.structs.replace(shape, key="0" * 32 + "/0"))


def gltf(path: Path, **parts: list[dict[str, str]]) -> Path:
    path.write_text(json.dumps({"asset": {"version": "2.0"}} | parts))
    return path


OUTSIDE = ("../secret.png", "more/../../secret.png", "{root}/secret.png", "link.png")


@pytest.mark.parametrize("name", [*OUTSIDE, "%2e%2e/secret.png", "..%2Fsecret.png"])
@pytest.mark.parametrize("part", ["buffers", "images"])
def test_a_gltf_that_refers_to_what_lies_outside_is_refused(folder: Path, name: str, part: str) -> None:
    secret = folder.parent / "secret.png"
    secret.write_bytes(b"secret")
    (folder / "link.png").symlink_to(secret)
    gltf(folder / "evil.gltf", **{part: [{"uri": name.format(root=folder.parent)}]})
    with pytest.raises(UserError, match=r"evil\.gltf: it refers to '.*', which lies outside .*cars: copy"):
        models(folder)


@pytest.mark.parametrize("name", [*OUTSIDE, "..\\secret.png"])
@pytest.mark.parametrize("line", ["mtllib {}", "mtllib\t{}", "mtllib fine.mtl"])
def test_an_obj_that_refers_to_what_lies_outside_is_refused(folder: Path, name: str, line: str) -> None:
    secret = folder.parent / "secret.png"
    secret.write_bytes(b"secret")
    (folder / "link.png").symlink_to(secret)
    name = name.format(root=folder.parent)
    (folder / "evil.obj").write_text(line.format(name))
    (folder / "fine.mtl").write_text(f"newmtl a\nmap_Kd -s 1 1 1 {name}\n")
    with pytest.raises(UserError, match=r"evil\.obj: it refers to '.*', which lies outside .*cars: copy"):
        models(folder)


@pytest.mark.parametrize(
    "name", ["file:///etc/passwd", "http://example.org/a.png", "a" * 300, "../gone.png", "a%00"]
)
def test_a_name_that_leads_nowhere_is_a_missing_file(folder: Path, name: str) -> None:
    gltf(folder / "odd.gltf", images=[{"uri": name}])
    with pytest.raises(
        UserError, match=r"odd\.gltf: it has no faces"
    ):  # the double's word for a file without cars
        models(folder / "odd.gltf")


def test_a_library_of_materials_without_end_is_not_read(folder: Path) -> None:
    (folder / "evil.obj").write_text("mtllib huge.mtl")
    with (folder / "huge.mtl").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(UserError, match=r"evil\.obj: it has more than 512 MB"):
        models(folder)


def test_what_is_no_file_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.glb")
    assert len(models(folder)) == 3
