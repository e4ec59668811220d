"""What `--help` says of keys: defaults and comments from conf/'s YAML, what is allowed from the types."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from conf.compose import CONF, Command, flatten, value_at, written
from conf.typewords import allowed, leaves, type_at

_WIDTH = 118
_WIDEST_KEY = 52
_COMMENTED = re.compile(r"^(?P<indent> *)(?P<key>\w+):(?P<rest>[^#]*)(?:#\s*(?P<comment>.*))?$")


def choices(command: Command[Any]) -> str:
    """Each config group with its options and their headlines."""
    lines = ["Choices"]
    for group, names in command.options().items():
        lines.append(f"  {group}=NAME")
        width = max(16, *map(len, names))
        lines += [f"    {name:<{width}} {headline(CONF / group / f'{name}.yaml')}" for name in names]
    return "\n".join(lines) + "\n"


def own_keys(command: Command[Any], leave_out: Sequence[str] = ()) -> list[str]:
    """The command's keys in the order of their types, but those below `leave_out` and its groups' names."""
    names = {f"{group}.name" for group in command.options()}
    below = tuple(f"{topic}." for topic in leave_out)
    there = flatten(command.defaults())  # what comes with another option only is not
    keys = [key for key in leaves(command.settings) if key in there]
    return [key for key in keys if key not in names and not key.startswith(below)]


def own_comments(command: Command[Any], config: Mapping[str, Any]) -> dict[str, str]:
    """Dotted key → its comment in the command's YAML and in those of the options that `config` chose."""
    found = comments(CONF / f"{command.name}.yaml", "")
    for group in command.options():
        found |= comments(CONF / group / f"{config[group]['name']}.yaml", f"{group}.")
    return found


def headline(path: Path) -> str:
    """A YAML file's opening comment, behind Hydra's own."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if not line.startswith("# @package")).lstrip("# ")


def comments(path: Path, prefix: str) -> dict[str, str]:
    """Dotted key → the comment that stands behind it in a YAML file."""
    found: dict[str, str] = {}
    parents: list[tuple[int, str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        match = _COMMENTED.match(line)
        if not match:
            continue
        indent = len(match["indent"])
        parents = [parent for parent in parents if parent[0] < indent] + [(indent, match["key"])]
        if match["comment"]:
            found[prefix + ".".join(name for _, name in parents)] = match["comment"]
    return found


def table(
    settings: type[msgspec.Struct], keys: Sequence[str], config: dict[str, Any], said: Mapping[str, str]
) -> list[str]:
    """One entry per key: `key=default`, and in a column beside it what is `said` of it and what it allows."""
    heads = [f"  {key}={written(value_at(config, key))}" for key in keys]
    column = min(max(map(len, heads)) + 2, _WIDEST_KEY)
    lines: list[str] = []
    for key, head in zip(keys, heads, strict=True):
        words = "; ".join(filter(None, (said.get(key), allowed(type_at(settings, key)))))
        text = textwrap.wrap(words, _WIDTH, initial_indent=" " * column, subsequent_indent=" " * column)
        if len(head) < column:
            text[0] = head + text[0][len(head) :]
        else:
            lines.append(head)
        lines += text
    return lines
