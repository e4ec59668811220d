"""`--help`: every key with its default, what it is for and what it allows, read from conf/ and its types."""

from pathlib import Path
from typing import Any

from conf.compose import CONF, flatten
from conf.errors import UserError
from conf.helptext import choices, comments, headline, own_comments, own_keys, table
from randomizers.config import RandomizerConfig
from scenegen.compose import RENDER

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
  python scenegen/render.py n=100000 launcher=ray out=s3://bucket/data   (keys: --help ray, --help slurm)
  python scenegen/render.py specs_only=true n=1000             what would be rendered, as JSON lines
  python scenegen/render.py randomizer=no_texture --cfg        the settings that this comes to, as YAML
"""
_EXIT_CODES = """\
Exit codes
  0  all frames are committed
  1  something failed; what is committed stays, the same command resumes
  2  the command itself is wrong; nothing was rendered
  130  interrupted with Ctrl-C; the same command resumes"""


def help_text(topic: str = "") -> str:
    """The page about the command, or about all keys below `topic`. Raises UserError where there are none."""
    launchers = RENDER.options()["launcher"]
    config = RENDER.defaults([f"launcher={topic}"] if topic in launchers else [])
    if topic:
        return _keys_below(topic.rstrip("."), config)
    keys = table(RENDER.settings, own_keys(RENDER, ["randomizer"]), config, own_comments(RENDER, config))
    own = "\n".join(["Keys, with their defaults", *keys]) + "\n"
    return "\n".join([_USAGE, choices(RENDER), own, _components(), _EXIT_CODES])


def _components() -> str:
    lines = [
        "Components of a scene, each left out by randomizer.COMPONENT.enabled=false",
        "(--help randomizer.COMPONENT lists what it draws from)",
    ]
    files = [(name, _component_file(name)) for name in RandomizerConfig.__struct_fields__]
    lines += [f"  {name:<18} {headline(file)}" for name, file in files if file.exists()]
    return "\n".join(lines) + "\n"


def _keys_below(topic: str, config: dict[str, Any]) -> str:
    keys = [key for key in flatten(config) if f"{key}.".startswith(f"{topic}.")]
    if not keys:
        raise UserError(f"--help {topic}: no such key; --help lists the keys")
    said = comments(CONF / "render.yaml", "")
    said |= comments(CONF / "launcher" / f"{config['launcher']['name']}.yaml", "")
    for component in RandomizerConfig.__struct_fields__:
        if _component_file(component).exists():
            said |= comments(_component_file(component), f"randomizer.{component}.")
    return "\n".join(table(RENDER.settings, keys, config, said))


def _component_file(component: str) -> Path:
    return CONF / "randomizer" / "component" / f"{component}.yaml"
