"""Pages from templates: one environment and one look for all of them."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from training.report.figures import percent
from training.report.overlay import Role

_TEMPLATES = Path(__file__).with_name("template")


def environment() -> Environment:
    """Of the templates here: what comes from outside is escaped, and a name that is not given is an error."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters |= {"percent": percent}
    made.globals |= {"colours": {role.name.lower(): role.colour for role in Role}}
    return made


def style(*names: str) -> Markup:
    """The style sheets of these names, one after the other."""
    return Markup("\n".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in names))
