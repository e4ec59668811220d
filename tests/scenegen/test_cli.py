"""The command from outside: help, exit codes, and one short real job with Blender."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml

from conf.errors import UserError
from conf.typewords import leaves
from randomizers.config import RandomizerConfig
from scenegen.compose import RENDER, compose
from scenegen.config import RayConfig, RenderConfig, SlurmConfig
from scenegen.dataset.store import FrameStore
from scenegen.helptext import help_text
from scenegen.progress import duration

ROOT = Path(__file__).resolve().parents[2]


def render(*args: str, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, str(ROOT / "scenegen" / "render.py"), *args]
    env = os.environ | environment
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=env)


def test_help_from_outside_and_into_a_closed_pipe():
    done = render("--help")
    assert done.returncode == 0
    assert done.stdout.strip() == help_text().strip()
    script = f"{sys.executable} {ROOT}/scenegen/render.py --help randomizer | head -1"
    piped = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60)
    assert "Traceback" not in piped.stderr


def test_the_settings_are_told_and_nothing_is_rendered(tmp_path):
    done = render("randomizer=no_texture", "n=7", f"out={tmp_path / 'x'}", "--cfg")
    assert done.returncode == 0
    told = yaml.safe_load(done.stdout)
    config = compose(["randomizer=no_texture", "n=7", f"out={tmp_path / 'x'}"])
    assert msgspec.convert(told, RenderConfig) == config
    assert not told["randomizer"]["texture"]["enabled"]
    assert not (tmp_path / "x").exists()


def test_help_names_every_key_of_the_command_with_its_default():
    text = help_text()
    groups_own = {f"{group}.name" for group in RENDER.options()}
    launchers = RENDER.options()["launcher"]
    for key in leaves(RenderConfig):
        if not key.startswith("randomizer.") and key not in groups_own and key not in launchers:
            assert f"\n  {key}=" in text, key
    for default in ("n=48", "out=data/${randomizer.name}", "outputs=[rgb,instances]", "renderer.width=1200"):
        assert f"\n  {default} " in text
    assert "depth, instances, normals, rgb or semantic" in text


def test_help_names_every_choice_and_component():
    text = help_text()
    for group, names in RENDER.options().items():
        assert f"\n  {group}=NAME" in text
        assert all(f"\n    {name} " in text for name in names)
    components = set(RandomizerConfig.__struct_fields__) - {"name", "recipe"}
    assert all(f"\n  {component} " in text for component in components)


@pytest.mark.parametrize(("launcher", "keys"), [("ray", RayConfig), ("slurm", SlurmConfig)])
def test_help_on_a_launcher(launcher, keys):
    text = help_text(launcher)
    for key in leaves(keys, f"{launcher}."):
        assert f"  {key}=" in text, key
    assert "of the cluster" in text or "of a job" in text


def test_help_on_a_component():
    text = help_text("randomizer.texture")
    keys = [key for key in leaves(RandomizerConfig, "randomizer.") if key.startswith("randomizer.texture.")]
    assert keys
    for key in keys:
        assert f"  {key}=" in text or f"  {key}." in text, key
    assert "of the textures where assets.textures names photos; a number from 0 to 1" in " ".join(
        text.split()
    )
    with pytest.raises(UserError, match="--help colour: no such key"):
        help_text("colour")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["n=0"], "error: n=0: n must be an integer, 1 or more\n"),
        (["wrokers=2"], "error: wrokers: no such key (did you mean workers?); --help lists the keys\n"),
        (["--help", "colour"], "error: --help colour: no such key; --help lists the keys\n"),
        (
            ["assets.textures=/no/such"],
            "error: assets.textures=/no/such: no such folder of photos: /no/such\n",
        ),
    ],
)
def test_users_mistakes_end_in_one_line_and_exit_code_2(tmp_path, args, message):
    done = render(*args, *([] if "--help" in args else [f"out={tmp_path}"]))
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


def test_unreadable_photo_is_named(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "bad.jpg").write_bytes(b"not a photo")
    done = render(f"out={tmp_path / 'data'}", f"assets.textures={photos}", "specs_only=true", "n=1")
    assert done.returncode == 2
    assert "warning: photo left out" in done.stderr and "bad.jpg" in done.stderr
    assert "error: assets.textures=" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.skipif(importlib.util.find_spec("bpy") is not None, reason="bpy is installed")
def test_python_without_bpy_says_what_to_do(tmp_path):
    done = render("n=2", f"out={tmp_path}")
    assert done.returncode == 1
    assert "cannot load Blender's module bpy" in done.stderr and "scenegen.doctor" in done.stderr


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59.4, "59 s"), (185, "3 min 5 s"), (7800, "2 h 10 min")]
)
def test_duration(seconds, words):
    assert duration(seconds) == words


@pytest.mark.blender
@pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="bpy is not installed")
def test_real_job_with_one_worker_and_with_two(tmp_path):
    job = ["n=3", "renderer=draft", "renderer.width=96", "renderer.height=48", "export=[kitti,yolo]"]
    pictures = []
    for workers in (1, 2):
        out = tmp_path / str(workers)
        done = render(*job, f"workers={workers}", f"out={out}")
        assert done.returncode == 0, done.stderr
        assert "gallery: " in done.stdout
        store = FrameStore(out)
        assert store.committed() == [0, 1, 2]
        pictures.append([store.read(frame).sha256["images"] for frame in range(3)])
    assert pictures[0] == pictures[1]
    info = json.loads((out / "dataset.json").read_text())
    assert info["counts"]["images"] == 3 and info["failures"] == {}
    assert info["versions"]["blender"][0].isdigit()
    assert (out / "label_2" / "000" / "000000002.txt").exists() and (out / "yolo.yaml").exists()


@pytest.mark.blender
@pytest.mark.skipif(shutil.which("blender") is None, reason="no blender on the PATH")
def test_inside_blender(tmp_path):
    script = str(ROOT / "scenegen" / "render.py")
    job = ["n=1", "renderer=draft", "renderer.width=96", "renderer.height=48", f"out={tmp_path}"]

    # bpy, once imported here, points other Blenders at its own colour profiles.
    environment = {name: value for name, value in os.environ.items() if name != "OCIO"}

    def run(*args: str) -> subprocess.CompletedProcess:
        command = ["blender", "-b", *args]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)

    def blender(*args: str) -> subprocess.CompletedProcess:
        return run("-P", script, *args)

    python = run("--python-expr", "import sys; print('python', *sys.version_info[:2])").stdout
    if "python {} {}".format(*sys.version_info[:2]) not in python:
        pytest.skip("this Blender's Python is of another version than these tests' packages")
    done = blender("--", *job)
    assert done.returncode == 0, done.stderr
    assert FrameStore(tmp_path).committed() == [0]
    assert blender("--", "n=0").returncode == 2
    astray = blender("n=5")
    assert astray.returncode == 2 and "write -- before the first key" in astray.stderr
