"""What else a file of models is made of: the buffers, material libraries and pictures that it refers to."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from assets.folder import files_below
from scenegen.models.gltf import references

LARGEST_BYTES = 512 * 2**20  # of a file and all it refers to: an opulent model of a car has a tenth of that


class Companion(NamedTuple):
    """A file by the name that another one calls it by; `path` is None where it is not found."""

    name: str
    path: Path | None


def companions_of(file: Path, root: Path) -> tuple[Companion, ...]:
    """All that a .gltf, .glb or .obj refers to, in the order of their names.

    A file that is not where the other says is looked for by its name in the folder tree `root`.
    What an FBX or .blend refers to is not known here: the importer leaves out what lies elsewhere.

    Raises ValueError where one of them, once all links are followed, lies outside `root`, or where all
    together are too large; OSError.
    """
    _check_size([file])
    names = _obj_references(file, root) if file.suffix.lower() == ".obj" else references(file)
    found = tuple(Companion(name, _find(name, file, root)) for name in sorted(set(names)))
    _check_size([file, *(companion.path for companion in found if companion.path)])
    return found


def _check_size(files: Iterable[Path]) -> None:
    if sum(path.stat().st_size for path in files) > LARGEST_BYTES:
        raise ValueError(
            f"it has more than {LARGEST_BYTES // 2**20} MB with the files that it refers to: reduce it"
        )


def content_hash(file: Path, companions: tuple[Companion, ...]) -> str:
    """SHA-256, in hexadecimal, of the file's bytes followed by those of its companions, in their order."""
    digest = sha256()
    for path in [file, *(companion.path for companion in companions if companion.path)]:
        with path.open("rb") as stream:
            while block := stream.read(2**20):
                digest.update(block)
    return digest.hexdigest()


def _obj_references(file: Path, root: Path) -> Iterator[str]:
    for library in _after(file, ("mtllib",)):
        yield library
        path = _find(library, file, root)
        if path is not None:
            _check_size([path])
            # Options stand before the name of a picture, as in "map_Kd -s 1 1 1 body.png".
            yield from (
                line.split()[-1] if line.startswith("-") else line for line in _after(path, ("map_Kd",))
            )


def _after(file: Path, keywords: tuple[str, ...]) -> list[str]:
    """What follows one of the keywords in a text file's lines."""
    lines = file.read_text(errors="replace").splitlines()
    pairs = [line.split(maxsplit=1) for line in lines if line.strip().startswith(keywords)]
    return [pair[1].strip().replace("\\", "/") for pair in pairs if len(pair) == 2 and pair[0] in keywords]


def _find(name: str, file: Path, root: Path) -> Path | None:
    beside = file.parent / name
    try:
        there = beside.is_file()
    except OSError:  # of a name that is too long for one
        return None
    if there and not beside.resolve().is_relative_to(root.resolve()):
        raise ValueError(
            f"it refers to {name!r}, which lies outside {root}: copy that file there, "
            "or name a folder that holds both in assets.cars"
        )
    if there:
        return beside
    last = Path(name).name
    suffix = Path(name).suffix.lower()
    same = [path for path in files_below(root, (suffix,)) if Path(path).name == last]
    return root / same[0] if same else None
