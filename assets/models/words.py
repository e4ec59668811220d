"""Words in the names that people give to parts and materials, and what they say."""

import re
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_LISTED = 8

# Words that hold another one at their beginning or end and mean something else.
_MISLEADING = frozenset({"detail", "details", "entire", "bodykit", "backup", "background"})


def words(name: str) -> tuple[str, ...]:
    """`"wheel_frontLeft.003"` → `("wheel", "front", "left")`."""
    return tuple(word.lower() for word in _WORD.findall(name) if word.lower() not in _MISLEADING)


def says(name: str, meanings: Iterable[str]) -> bool:
    """Whether a word of `name` is one of `meanings`, or begins or ends with one of four letters or more.

    Short words must stand alone: "rim" is not found in "trim", nor "lack" (German for paint) in "black".
    """
    return any(_is(word, meaning) for word in words(name) for meaning in meanings)


def _is(word: str, meaning: str) -> bool:
    if len(meaning) < 4 or meaning == "lack":
        return word in (meaning, f"{meaning}s")
    return word.startswith(meaning) or word.endswith(meaning)


def listed(names: Sequence[str]) -> str:
    """Different names for a message, only the first of many."""
    different = list(dict.fromkeys(name or "(no name)" for name in names))
    return ", ".join(different[:_LISTED]) + (", …" if different[_LISTED:] else "")


STYLE_WORDS = (  # the first that is found decides: a "compact van" is a van, a "pickup truck" a pickup
    ("pickup", ("pickup", "ute")),
    ("minivan", ("minivan", "mpv", "minibus", "peoplecarrier")),
    ("van", ("van", "transporter")),
    ("suv", ("suv", "offroad", "offroader", "jeep", "crossover", "4x4")),
    ("estate", ("estate", "wagon", "touring", "kombi", "avant")),
    ("hatchback", ("hatchback", "compact", "hatch")),
    ("coupe", ("coupe", "coupé", "sport", "sportscar", "roadster")),
    ("city", ("city", "microcar", "smart")),
    ("sedan", ("sedan", "saloon", "limousine")),
)
UNKNOWN_STYLE = "model"


def style_of(*names: str) -> str:
    """The body style that the first telling one of `names` speaks of, else "model"."""
    for name in names:
        for style, meanings in STYLE_WORDS:
            if says(name, meanings):
                return style
    return UNKNOWN_STYLE
