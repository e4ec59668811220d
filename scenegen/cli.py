"""The render command's outside: arguments in, exit code out."""

import sys
from collections.abc import Sequence

from conf.errors import UserError
from conf.exits import exit_code

SETTINGS = "--cfg"  # Hydra's own name for it


def main(argv: Sequence[str]) -> int:
    """Run the command with the arguments of `argv`, as sys.argv. Returns its exit code."""
    return exit_code(lambda: _main(_arguments(argv)))


def _arguments(argv: Sequence[str]) -> list[str]:
    """Ours among sys.argv: all after the script's name; inside Blender, which has its own, all after `--`."""
    if "--" in argv:
        return list(argv[list(argv).index("--") + 1 :])
    if "bpy" not in sys.modules:
        return list(argv[1:])
    astray = [argument for argument in argv if "=" in argument]
    if astray:
        raise UserError(
            f"{astray[0]}: inside Blender, write -- before the first key: blender -b -P … -- {astray[0]}"
        )
    return []


def _main(args: Sequence[str]) -> int:
    # Imported one after the other: help and a mistyped key are answered at once.
    if {"-h", "--help"} & set(args):
        from scenegen.helptext import help_text

        print(help_text(*[arg for arg in args if not arg.startswith("-")][:1]))
        return 0
    from scenegen.compose import compose
    from scenegen.dataset.info import as_yaml

    config = compose([argument for argument in args if argument != SETTINGS])
    if SETTINGS in args:
        print(as_yaml(config), end="")
        return 0
    from scenegen.job import run

    return run(config)
