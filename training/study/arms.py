"""The catalogue of arms, conf/arms.yaml, and what of it a study takes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from conf.compose import CONF, suggest, written
from conf.errors import UserError
from conf.helptext import comments
from training.settings import AblateConfig

ARMS = CONF / "arms.yaml"


def catalogue(path: Path = ARMS) -> dict[str, tuple[str, ...]]:
    """Name → the lines of every arm. Raises UserError where the file is not such a list."""
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=dict[str, tuple[str, ...]])
    except (OSError, msgspec.MsgspecError) as error:
        raise UserError(f"{path}: {error}") from error


def in_words(path: Path = ARMS) -> dict[str, str]:
    """Name → what the report calls an arm: the comment behind it, else the name."""
    return {name: name.replace("_", " ") for name in catalogue(path)} | comments(path, "")


def chosen(config: AblateConfig, arms: Mapping[str, Sequence[str]]) -> tuple[dict[str, list[str]], list[str]]:
    """The arms of a study with their lines, and notes on those left out for want of what the user brings.

    Raises UserError where there is no such arm, the baseline is not among them, or the user asks for one
    without giving what it needs.
    """
    given = _given(config)
    taken: dict[str, list[str]] = {}
    notes = []
    for name in dict.fromkeys(config.arms):
        if name not in arms:
            raise UserError(
                f"arms: no arm {name}{suggest(name, arms)}; {ARMS.name} has {', '.join(arms)}, "
                "and another is a line there"
            )
        lacking = sorted(
            key for key in given if not given[key] and any(f"${key}" in line for line in arms[name])
        )
        if lacking and config.arms != config.study.arms:
            raise UserError(f"arm {name}: give {lacking[0]}=… as well")
        if lacking:
            notes.append(f"The arm {name} is left out: {lacking[0]}= is not given")
            continue
        taken[name] = [_filled(line, given) for line in arms[name]]
    baseline = config.study.baseline
    if baseline is not None and baseline not in taken:
        raise UserError(
            f"arms: the baseline {baseline}, which the others are compared with, is not among them"
        )
    return taken, notes


def _given(config: AblateConfig) -> dict[str, str]:
    """What stands for $cars and $vkitti; "" where it was not given."""
    return {"cars": written(list(config.cars)) if config.cars else "", "vkitti": config.vkitti or ""}


def _filled(line: str, given: Mapping[str, str]) -> str:
    for key, value in given.items():
        line = line.replace(f"${key}", value)
    return line
