"""`--help`: every key with its default, what it is for and what it allows, read from conf/ and its types."""

import re
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from randomizers.config import RandomizerConfig
from scenegen.compose import CONF, defaults, flatten, options, value_at, written
from scenegen.config import RenderConfig
from scenegen.errors import UserError
from scenegen.typewords import allowed, leaves, type_at

_WIDTH = 118
_WIDEST_KEY = 52

_USAGE = """\
Renders labelled images of cars.

  python scenegen/render.py KEY=VALUE …
  blender -b -P scenegen/render.py -- KEY=VALUE …

Both mean the same. Giving the same command again resumes: frames already committed are not rendered twice.

Examples
  python scenegen/render.py                                    48 frames into data/full
  python scenegen/render.py n=100000 out=data/full workers=16
  python scenegen/render.py renderer=draft randomizer=no_texture n=500
  python scenegen/render.py only=[17,23] save_blend=true       these two frames, each with its .blend
  python scenegen/render.py outputs=[rgb,instances,depth] export=[kitti,yolo]
  python scenegen/render.py assets.textures=/data/Flickr8k/Images
  python scenegen/render.py specs_only=true n=1000             what would be rendered, as JSON lines
"""
_EXIT_CODES = """\
Exit codes
  0  all frames are committed
  1  something failed; what is committed stays, the same command resumes
  2  the command itself is wrong; nothing was rendered
  130  interrupted with Ctrl-C; the same command resumes"""
_COMMENTED = re.compile(r"^(?P<indent> *)(?P<key>\w+):(?P<rest>[^#]*)(?:#\s*(?P<comment>.*))?$")


def help_text(topic: str = "") -> str:
    """The page about the command, or about all keys below `topic`. Raises UserError where there are none."""
    config = defaults()
    if topic:
        return _keys_below(topic.rstrip("."), config)
    sections = [_USAGE, _choices(), _command_keys(config), _components(), _EXIT_CODES]
    return "\n".join(sections)


def _choices() -> str:
    lines = ["Choices"]
    for group, names in options().items():
        lines.append(f"  {group}=NAME")
        lines += [f"    {name:<16} {_headline(CONF / group / f'{name}.yaml')}" for name in names]
    return "\n".join(lines) + "\n"


def _command_keys(config: dict[str, Any]) -> str:
    """All keys but the randomizer's, with the defaults of the default choices."""
    comments = _comments(CONF / "render.yaml", "")
    for group in options():
        comments |= _comments(CONF / group / f"{config[group]['name']}.yaml", f"{group}.")
    groups_own = {f"{group}.name" for group in options()}
    keys = [
        key for key in leaves(RenderConfig) if not key.startswith("randomizer.") and key not in groups_own
    ]
    return "\n".join(["Keys, with their defaults", *_table(keys, config, comments)]) + "\n"


def _components() -> str:
    lines = [
        "Components of a scene, each left out by randomizer.COMPONENT.enabled=false",
        "(--help randomizer.COMPONENT lists what it draws from)",
    ]
    files = [(name, _component_file(name)) for name in RandomizerConfig.__struct_fields__]
    lines += [f"  {name:<18} {_headline(file)}" for name, file in files if file.exists()]
    return "\n".join(lines) + "\n"


def _keys_below(topic: str, config: dict[str, Any]) -> str:
    keys = [key for key in flatten(config) if f"{key}.".startswith(f"{topic}.")]
    if not keys:
        raise UserError(f"--help {topic}: no such key; --help lists the keys")
    comments = _comments(CONF / "render.yaml", "")
    for component in RandomizerConfig.__struct_fields__:
        if _component_file(component).exists():
            comments |= _comments(_component_file(component), f"randomizer.{component}.")
    return "\n".join(_table(keys, config, comments))


def _component_file(component: str) -> Path:
    return CONF / "randomizer" / "component" / f"{component}.yaml"


def _headline(path: Path) -> str:
    """A YAML file's opening comment."""
    return path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")


def _table(keys: Sequence[str], config: dict[str, Any], comments: dict[str, str]) -> list[str]:
    """One entry per key: `key=default`, and in a column beside it what it is for and what it allows."""
    heads = [f"  {key}={written(value_at(config, key))}" for key in keys]
    column = min(max(map(len, heads)) + 2, _WIDEST_KEY)
    lines: list[str] = []
    for key, head in zip(keys, heads, strict=True):
        words = "; ".join(filter(None, (comments.get(key), allowed(type_at(RenderConfig, key)))))
        text = textwrap.wrap(words, _WIDTH, initial_indent=" " * column, subsequent_indent=" " * column)
        if len(head) < column:
            text[0] = head + text[0][len(head) :]
        else:
            lines.append(head)
        lines += text
    return lines


def _comments(path: Path, prefix: str) -> dict[str, str]:
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
