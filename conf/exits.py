"""How every command ends: an exit code, and each error a sentence on stderr, none a traceback."""

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable

from conf.errors import RunError, UserError

FAILURE, USERS_MISTAKE, INTERRUPTED = 1, 2, 130


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
