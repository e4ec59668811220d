"""`python -m scenegen.models FOLDER …`: imports folders of car models, shows them, writes their manifests."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from conf.errors import UserError
from conf.exits import exit_code
from scenegen.models.manifest import DESCRIPTIVE, Entry, read_manifest, write_manifest
from scenegen.models.survey import SUFFIXES, Found, survey

_HELD_OUT = 0.2  # as conf/render.yaml's assets.held_out


def main(arguments: Sequence[str]) -> int:
    """The command. Raises UserError or RunError."""
    parser = argparse.ArgumentParser(prog="python -m scenegen.models", description=__doc__)
    parser.add_argument("folders", nargs="+", metavar="FOLDER", type=Path)
    parser.add_argument(
        "--held-out",
        type=_share,
        default=_HELD_OUT,
        help="share held out where nothing says, 0 to 1, default %(default)s",
    )
    options = parser.parse_args(arguments)
    for folder in options.folders:
        _survey_folder(folder, options.held_out)
    return 0


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return share


def _survey_folder(folder: Path, held_out: float) -> None:
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder; a manifest belongs to a folder")
    found = survey(folder, held_out, lambda item: print(f"imported {item.entry.name}"))
    if not found:
        raise UserError(f"{folder} holds no car model ({', '.join(SUFFIXES)})")
    before = {(entry.file, entry.part): entry for entry in read_manifest(folder) or ()}
    entries = [_merged(item, before.get((item.entry.file, item.entry.part))) for item in found]
    print(table(entries))
    print(f"manifest: {write_manifest(folder, entries)}")
    silent = sum(not entry.licence for entry in entries)
    if silent:
        print(f"of {silent} models the licence is not known: write it there, with the source")


def _merged(item: Found, before: Entry | None) -> Entry:
    """What the sidecar says, else what the manifest said before, else the guess."""
    if before is None:
        return item.entry
    kept = {key: getattr(before, key) for key in DESCRIPTIVE if getattr(item.sidecar, key) is None}
    name = {} if item.sidecar.name else {"name": before.name}
    return msgspec.structs.replace(item.entry, **kept, **name)


def table(entries: Sequence[Entry]) -> str:
    """One model a line; below it what was guessed, and what its materials were taken for."""
    width = max(len(entry.name) for entry in entries)
    lines = [f"{'name':<{width}}  style      L × W × H (m)       triangles  split"]
    for entry in entries:
        size = " × ".join(f"{side:.2f}" for side in entry.size_m)
        slots = ", ".join(f"{material or '(no name)'} → {slot}" for material, slot in entry.materials.items())
        lines += [
            f"{entry.name:<{width}}  {entry.style:<9}  {size:<18}  {entry.triangles:>9,}  {entry.split}",
            f"    {'; '.join(entry.guesses)}",
            f"    {slots}",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
