"""RENDER: the settings of the render command."""

from collections.abc import Sequence

from conf.compose import Command
from scenegen.config import RenderConfig

RENDER = Command("render", RenderConfig)


def compose(overrides: Sequence[str]) -> RenderConfig:
    """The settings of conf/render.yaml with `overrides` applied. Raises UserError."""
    return RENDER.compose(overrides)
