"""The rules of who may import whom, and the ban on hidden chance, held against the source itself."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("assets", "randomizers", "scenegen", "training")
BLENDER = {"bpy", "bmesh", "mathutils", "gpu"}
TORCH = {  # and what else the extra `training` brings
    "av",
    "lightning",
    "matplotlib",
    "onnx",
    "onnxruntime",
    "safetensors",
    "tensorboard",
    "timm",
    "torch",
    "torchvision",
}

SHAPING = (  # what decides how a frame looks or is labelled
    "assets",
    "randomizers",
    "scenegen/assemble.py",
    "scenegen/blender",
    "scenegen/frame.py",
    "scenegen/haze.py",
    "scenegen/labels",
    "scenegen/panorama_light.py",
    "scenegen/placing",
    "scenegen/sampling.py",
    "scenegen/scene.py",
    "scenegen/sensor.py",
)
CHANCE = {"datetime", "random", "secrets", "time", "uuid"}
LISTINGS = {"glob", "iglob", "iterdir", "listdir", "rglob", "scandir", "walk"}
ORDER_BLIND = {
    "any",
    "frozenset",
    "len",
    "max",
    "min",
    "set",
    "sorted",
    "sum",
}  # calls that order cannot reach


def sources(*places: str) -> list[Path]:
    """The Python files in and below the given places."""
    files = {path for place in places for path in [*(ROOT / place).rglob("*.py"), ROOT / place]}
    return sorted(path for path in files if path.suffix == ".py")


def imports(tree: ast.AST) -> set[str]:
    """Top-level names of all absolute imports, also those inside functions and through importlib."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).partition(".")[0])
        elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__") and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant):
                found.add(str(name.value).partition(".")[0])
    return found


def called(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def unsorted_listings(tree: ast.AST) -> Iterator[str]:
    """Folder listings whose order, which the file system chooses, can reach a result."""

    def visit(node: ast.AST, ordered: bool) -> Iterator[str]:
        if isinstance(node, ast.Call):
            if called(node) in LISTINGS and not ordered:
                yield f"line {node.lineno}: {called(node)}() not inside sorted()"
            ordered = ordered or called(node) in ORDER_BLIND
        elif isinstance(node, ast.stmt):
            ordered = False
        for child in ast.iter_child_nodes(node):
            yield from visit(child, ordered)

    return visit(tree, False)


def is_set(node: ast.AST) -> bool:
    return isinstance(node, ast.Set | ast.SetComp) or (
        isinstance(node, ast.Call) and called(node) in ("set", "frozenset")
    )


def hidden_chance(tree: ast.AST) -> Iterator[str]:
    """Global random state, clocks, salted hashes and sets put in order: nothing here is the same twice."""
    yield from (f"imports {name}" for name in sorted(imports(tree) & CHANCE))
    for node in ast.walk(tree):
        if what := chance_at(node):
            yield f"line {node.iter.lineno if isinstance(node, ast.comprehension) else node.lineno}: {what}"


def chance_at(node: ast.AST) -> str | None:
    """What in this one node differs from run to run, if anything."""
    match node:
        case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="random"):
            return "numpy.random"
        case ast.ImportFrom(module=str(module)) if module.startswith("numpy.random"):
            return "numpy.random"
        case ast.Attribute(value=ast.Name(id="os"), attr="urandom" | "getpid" as name):
            return f"os.{name}"
        case ast.Call(func=ast.Name(id="hash" | "id" as name)):
            return f"{name}() differs from process to process"
        case ast.For(iter=ordered) | ast.comprehension(iter=ordered) if is_set(ordered):
            return "iterates over a set"
        case ast.Call(func=ast.Name(id="list" | "tuple" | "enumerate"), args=[ordered, *_]) if is_set(
            ordered
        ):
            return "puts a set in order"
    return None


def parse(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_import_linter_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("path", sources(*PACKAGES), ids=names)
def test_bpy_and_torch_keep_to_their_rooms(path: Path) -> None:
    found = imports(parse(path))
    place = names(path)
    if not place.startswith("scenegen/blender/"):
        assert not found & (BLENDER | {"_cycles"})
    if not place.startswith("training/"):
        assert not found & TORCH
    else:
        assert not found & {"assets", "randomizers", "scenegen"}


def test_the_decoder_of_exported_models_stands_alone() -> None:
    found = imports(parse(ROOT / "training" / "decode.py")) - sys.stdlib_module_names
    assert found <= {"numpy", "onnxruntime", "PIL"}


@pytest.mark.parametrize("path", sources("tests"), ids=names)
def test_tests_are_of_one_process(path: Path) -> None:
    """bpy and torch never share one, and `make test` has two."""
    found = imports(parse(path))
    if names(path).startswith("tests/training/"):
        assert not found & (BLENDER | {"assets", "randomizers", "scenegen"})
    else:
        assert not found & (TORCH | {"training"})


@pytest.mark.parametrize("path", sources(*SHAPING), ids=names)
def test_no_hidden_chance_in_what_shapes_a_frame(path: Path) -> None:
    found = list(hidden_chance(parse(path)))
    if names(path) == "assets/stream.py":  # the one door to NumPy's bit generators
        found = [what for what in found if not what.endswith("numpy.random")]
    assert not found


@pytest.mark.parametrize("path", sources(*SHAPING), ids=names)
def test_folder_listings_are_sorted(path: Path) -> None:
    assert not list(unsorted_listings(parse(path)))


def test_every_place_that_shapes_a_frame_exists() -> None:
    assert all((ROOT / place).exists() for place in SHAPING)


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "def f():\n    from time import time",
        "import uuid as u",
        "import numpy as np\nx = np.random.rand()",
        "from numpy.random import default_rng",
        "key = hash('car')",
        "for name in {'a', 'b'}: print(name)",
        "names = [n for n in set(xs)]",
        "names = list(set(xs))",
        "import os\nos.urandom(4)",
    ],
)
def test_the_scan_sees_hidden_chance(source: str) -> None:
    assert list(hidden_chance(ast.parse(source)))


@pytest.mark.parametrize("source", ["x = {'a': 1}", "n = len({1, 2})", "for n in sorted(set(xs)): print(n)"])
def test_the_scan_lets_order_blind_code_pass(source: str) -> None:
    assert not list(hidden_chance(ast.parse(source)))


@pytest.mark.parametrize(
    ("source", "bad"),
    [
        ("for p in folder.iterdir(): print(p)", True),
        ("names = [p.name for p in folder.glob('*')]", True),
        ("os.listdir('.')", True),
        ("names = sorted(p for p in folder.iterdir() if p.is_dir())", False),
        ("full = any(folder.iterdir())", False),
        ("x = sorted(xs, key=lambda p: p)\nfor p in f.glob('*'): pass", True),
    ],
)
def test_the_scan_sees_unsorted_listings(source: str, bad: bool) -> None:
    assert bool(list(unsorted_listings(ast.parse(source)))) == bad


@pytest.mark.parametrize(
    "source",
    ["import bpy.types", "def f():\n    import bpy", "importlib.import_module('bpy')", "from bpy import ops"],
)
def test_the_scan_sees_lazy_imports(source: str) -> None:
    assert "bpy" in imports(ast.parse(source))
