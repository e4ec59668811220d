"""The command's outside: arguments in, exit code out; every error a sentence, none a traceback."""

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence

from scenegen.errors import RunError, UserError

FAILURE, USERS_MISTAKE, INTERRUPTED = 1, 2, 130


def main(argv: Sequence[str]) -> int:
    """Run the command with the arguments of `argv`, as sys.argv. Returns its exit code."""
    return exit_code(lambda: _main(_arguments(argv)))


def exit_code(action: Callable[[], int]) -> int:
    """`action`'s own, or 1 for a failure, 2 for the user's mistake, 130 for Ctrl-C; says what went wrong."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # Blender has put its own in place
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    warnings.showwarning = lambda message, *_: print(f"warning: {message}", file=sys.stderr)
    try:
        return action()
    except (UserError, RunError) as error:
        print(f"error: {error}", file=sys.stderr)
        return USERS_MISTAKE if isinstance(error, UserError) else FAILURE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `--help | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # a defect of ours; without this, Blender would leave with exit code 0
        traceback.print_exc()
        return FAILURE


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

    config = compose(args)
    from scenegen.job import run

    return run(config)
