"""Which pictures train and which validate: by drive, the same on every machine, for ever.

A drive's place follows from its name and the seed alone, so pictures that are added later never move others.
"""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Protocol, TypeVar

from conf.errors import UserError
from training.data.drives import object_drives
from training.errors import OnError, skip_or_raise

VAL_SHARE = 0.25


class Grouped(Protocol):
    """What a split needs to know of a picture."""

    @property
    def id(self) -> str: ...
    @property
    def group(self) -> str: ...


Picture = TypeVar("Picture", bound=Grouped)


def split(
    images: Sequence[Picture],
    which: str,
    *,
    val_share: float = VAL_SHARE,
    seed: int = 0,
    on_error: OnError = "raise",
) -> list[Picture]:
    """The part of `images` that `which` names, sorted by id.

    "all"; "train" or "val", which hold whole groups (drives, clips; a picture without one stands alone),
    about `val_share` of the groups in val; or a text file that lists ids or groups, one a line, "#" before a
    comment.

    UserError if a line of the file names nothing here and no drive of KITTI either (`on_error="skip"` warns),
    or if the part is empty.
    """
    if which == "all":
        part = list(images)
    elif which in ("train", "val"):
        part = divide(images, val_share, seed=seed)[which == "val"]
    else:
        part = _listed(images, Path(which), on_error)
    if not part:
        drives = len({_group(image) for image in images})
        raise UserError(f"split={which} has no pictures: there are {len(images)} of {drives} drives in all")
    return sorted(part, key=lambda image: image.id)


def divide(
    images: Sequence[Picture], share: float, *, seed: int = 0, purpose: str = ""
) -> tuple[list[Picture], list[Picture]]:
    """The images of all groups but about `share` of them, and those of the others, sorted by id.

    Either may be empty where groups are few. Divisions for another `purpose` are independent: what is left
    of one would, by the same numbers, be left of the next.
    """
    parts: tuple[list[Picture], list[Picture]] = [], []
    for image in sorted(images, key=lambda image: image.id):
        parts[_share(purpose + _group(image), seed) < share].append(image)
    return parts


def subset(images: Sequence[Picture], count: int, *, seed: int = 0) -> list[Picture]:
    """`count` of the images, sorted by id: fewer are always part of more (25 ⊂ 50 ⊂ 100), for one seed.

    Each drive gives its share: of a drive with a tenth of the pictures come a tenth of any subset, up to
    rounding. UserError if there are fewer than `count`, or it isn't positive.
    """
    if not 0 < count <= len(images):
        raise UserError(f"{count} pictures were asked for; there are {len(images)}")
    groups = defaultdict(list)
    for image in images:
        groups[_group(image)].append(image)
    ranked = []
    for name, members in groups.items():
        members.sort(key=lambda image: (_share(f"image {image.id}", seed), image.id))
        start = _share(f"start {name}", seed)  # else every drive's first picture would come before any second
        ranked += [((place + start) / len(members), image.id, image) for place, image in enumerate(members)]
    chosen = sorted(ranked, key=lambda entry: entry[:2])[:count]
    return sorted((image for *_, image in chosen), key=lambda image: image.id)


def spread(images: Sequence[Picture], count: int) -> list[Picture]:
    """At most `count` of the images, from all over the list."""
    return list(images[:: max(1, len(images) // count)][:count])


def _group(image: Grouped) -> str:
    return image.group or f"image {image.id}"


def _share(name: str, seed: int) -> float:
    """A number in [0, 1) that follows from the name and the seed, evenly spread."""
    digest = blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def _listed(images: Sequence[Picture], path: Path, on_error: OnError) -> list[Picture]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UserError(
            f"split={path}: neither train, val or all, nor a text file that can be read"
        ) from None
    known = {image.id for image in images} | {image.group for image in images if image.group}
    names = set()
    for number, line in enumerate(lines, start=1):
        name = line.partition("#")[0].strip()
        if name in known:
            names.add(name)
        elif name and name not in object_drives():  # lists of KITTI's drives suit parts of KITTI
            told = f"{path}:{number}: no picture and no drive here is called {name!r}"
            skip_or_raise(UserError(told), on_error)
    return [image for image in images if image.id in names or image.group in names]
