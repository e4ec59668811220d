"""Pictures without labels, for a teacher to label."""

from pathlib import Path

from conf.errors import UserError
from training.data.pictures import SUFFIXES, list_pictures, picture_size
from training.data.truth import LabelledImage, Truth
from training.errors import OnError, skip_or_raise


def read_unlabelled(root: Path, *, on_error: OnError = "raise") -> list[LabelledImage]:
    """All JPEG and PNG files in and below a folder; ids are their paths in it, and nothing is true of them.

    UserError names a file that is cut short, or with `on_error="skip"` warns and leaves it out; it says so
    where there are none.
    """
    images = []
    for path in list_pictures(root):
        try:
            width, height = picture_size(path)
        except UserError as error:
            skip_or_raise(error, on_error)
            continue
        name = path.relative_to(root).as_posix()
        images.append(LabelledImage(name, path, width, height, "", Truth.of(), labelled=False))
    if not images:
        raise UserError(f"{root}: no picture in this folder; {', '.join(SUFFIXES)} are read")
    return images
