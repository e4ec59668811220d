"""The command `python -m scenegen.gallery DATASET`: build a dataset's gallery again."""

import argparse
import sys
from pathlib import Path

from conf.errors import RunError, UserError
from scenegen.gallery.build import build_gallery


def main(argv: list[str] | None = None) -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scenegen.gallery", description="Build a dataset's gallery."
    )
    parser.add_argument("dataset", type=Path, help="a folder that scenegen/render.py wrote")
    args = parser.parse_args(argv)
    try:
        page = build_gallery(args.dataset)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except RunError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
