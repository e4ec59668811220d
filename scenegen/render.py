"""The command: `python scenegen/render.py KEY=VALUE …`, `blender -b -P scenegen/render.py -- KEY=VALUE …`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "scenegen")]

from scenegen.bootstrap import ensure_packages  # noqa: E402

ensure_packages()

from scenegen.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv))
