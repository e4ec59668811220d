"""A tiny job in this process's Blender."""

import pytest

bpy = pytest.importorskip("bpy", reason="Blender's module is not installed")

from scenegen.compose import compose  # noqa: E402


@pytest.fixture
def config(tmp_path):
    """A function from overrides to the config of a small job in a temporary folder."""
    small = {
        "renderer": "draft",
        "renderer.width": "320",
        "renderer.height": "120",
        "gallery": "false",
        "out": str(tmp_path / "data"),
    }

    def make(*overrides):
        given = small | dict(override.split("=", 1) for override in overrides)
        return compose([f"{key}={value}" for key, value in given.items()])

    return make
